"""A change is a value: everything a person approves, and everything the server will send, in one frozen plan.

An action makes a `Draft` (what would change); the gate makes it a `Plan` by adding identity, time and the rendered
question. The digest covers all of it, the random id included, so two like plans differ, and the API server's audit
log can name the one plan behind each write.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from pydantic import JsonValue

from incident_mcp.vocabulary.refs import Cluster, Ref
from incident_mcp.vocabulary.traffic import Backend
from incident_mcp.vocabulary.value import Value

Risk = Literal["normal", "high"]


class Fact(Value):
    """Something the plan rests on: a field (as a JSON pointer into the target) and the value it must still have."""

    pointer: str
    value: JsonValue
    shown: str
    """The fact in words, for the answer that says what moved."""


class Write(Value):
    """One mutating request, complete: nothing is computed after the approval."""

    method: Literal["PATCH", "POST", "PUT", "DELETE", "EXEC", "MAIL"]
    """`EXEC` is a command in a container: a GET that becomes a WebSocket; its body holds what goes into the query.
    `MAIL` is an e-mail: its body holds envelope and text.
    """
    path: str
    content_type: str = "application/json-patch+json"
    body: JsonValue
    target: Ref
    shown: str
    """The write in words, for the record."""
    may_be_gone: bool = False
    """Where the object is gone (404), or another one has its name (409), there is nothing left to do."""
    patient: bool = False
    """Held back by a disruption budget (429: refused, not carried out) it is tried again until the plan's bound."""
    abort_within: timedelta = timedelta()
    """An abort: sent only if the change turns out bad within this time of its sending, to put back what a write before
    it changed. Zero: an ordinary write.
    """
    box: str = ""
    """What the message's own box says in the question: it is sent where that box was ticked, whatever becomes of the
    plan's others. Empty: no message.
    """
    looks: str = ""
    """Where a person sees whether it was carried out; empty: in the cluster."""


class Promise(Value):
    """What will be better, by when. Fixed before the answer; judged afterwards by the server."""

    ready: int | None = None
    """How many replicas will be ready; None: readiness is not what this change is for."""
    within: timedelta
    gone: str = ""
    """An error text that will no longer appear in new log lines; empty: none was known."""
    of: Ref | None = None
    """Whose replicas, where the change is made on another object; None: the plan's target's own."""
    other: str = ""
    """What is promised beside or instead of readiness, in words."""
    serving: tuple[Backend, ...] = ()
    """What traffic is sent to: each of them must have somebody who answers."""

    def __str__(self) -> str:
        ready = "" if self.ready is None else f"{self.ready} of {self.ready} ready"
        signs = " and ".join(filter(None, (ready, f"no {self.gone}" if self.gone else "", self.other)))
        return f"{signs} within {self.within.total_seconds() / 60:.0f} min"


UNDO = "undo_action"
"""The action that restores what a plan of ours changed, field by field."""


class Undo(Value):
    """How to take it back: a call of one of our own actions, or why it can't be done.

    `undo_action` without arguments is given the plan's own id when it gets one.
    """

    action: str = ""
    arguments: dict[str, JsonValue] = {}
    shown: str


class Draft(Value):
    """What an action would do, before the gate gives it an identity."""

    target: Ref
    title: str
    """What the checkbox says: under 40 characters, for example `Roll back shop/checkout to 6`."""
    headline: str
    """The change in one line, without the cluster's name."""
    before: str
    after: str
    arguments: dict[str, JsonValue] = {}
    """The call with every choice made: what was left open is filled in, so that it can't come out differently later."""
    why: str = ""
    """Why this target and no other, where the caller left the choice to us."""
    pods: str
    """The pods affected, in words with a date where it is a count; of messages: who gets them."""
    facts: tuple[Fact, ...]
    writes: tuple[Write, ...]
    """In the order in which they are sent. A later one is sent only when those before it were carried out."""
    lasts: timedelta = timedelta()
    """How long after the first write the later ones may still be sent. The question says so."""
    likeness: str = ""
    """What makes two drafts the same change where their writes can't tell (they carry a time, or name pods)."""
    texts: tuple[str, ...] = ()
    """What is said to whom, line by line, where the writes are messages."""
    diff: tuple[str, ...] = ()
    """What the server's dry run changed, as `- path: old` and `+ path: new` lines."""
    refused: str = ""
    """Why the API server would refuse this now, by its own dry run; such a plan is shown, and nobody is asked."""
    preview_complete: bool = True
    """False when the dry run was refused and the difference was computed here."""
    warnings: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    """What could not be found out beforehand, each with its reason."""
    risk: Risk = "normal"
    high_because: str = ""
    unready: float = 0.0
    """Of the ready pods, the share that may be unready at one moment, 0 to 1."""
    moved: float = 0.0
    """Per cent of the traffic that it moves."""
    promise: Promise | None = None
    undo: Undo
    kubectl: str = ""
    """The equivalent command, for people who want to see it in the words they know; messages have none."""

    @property
    def tells(self) -> bool:
        """Whether its writes are messages to people: each stands for itself, and no cluster is changed."""
        return any(write.box for write in self.writes)


class Question(Value):
    """What the client draws: three lines of at most 76 characters and a box title under 40."""

    lines: tuple[str, str, str]
    box: str
    boxes: tuple[str, ...] = ()
    """One for each of several messages, in the order of the plan's writes: none of them must be ticked."""
    typed: str | None = None
    """The name that must be typed for a high-risk plan; None: a tick is enough."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Plan(Value):
    """One approved-or-not change. Spent once, or never."""

    id: str
    action: str
    arguments: dict[str, JsonValue]
    cluster: Cluster
    draft: Draft
    question: Question
    approvers: int = 1
    """How many persons must say yes."""
    made: datetime
    expires: datetime

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the whole plan, 64 hex digits."""
        return hashlib.sha256(canonical(self.model_dump(mode="json"))).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no blanks: equal values give equal bytes."""
    return msgspec.json.encode(value, order="deterministic")
