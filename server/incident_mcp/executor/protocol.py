"""What is said through the executor's socket: one request a connection, one JSON object a line.

Who asks decides what can be asked: a client (the assistant's server) proposes plans, has approved ones carried out and
copies entries; an approver (a person, as a user of their own) answers. Neither can say the other's words, and nobody
can say *approved* without a passphrase that the executor checks. Unknown fields, wrong types, long lines are refused.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from incident_mcp.gate.request import Request
from incident_mcp.record.chain import Head, Link
from incident_mcp.record.plans import PlanStory
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.value import Value

LARGEST = 8 * 1024 * 1024
"""Bytes of a request."""
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of a line of an answer: the evidence of a plan holds logs."""
BEAT_SECONDS = 2.0
"""While the executor works it says so this often: whoever waits knows that it lives."""
MOST = 500
"""Entries that travel at once."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
PlanId = Annotated[str, Field(pattern=r"^[0-9a-f]{1,40}$")]
Passphrase = Annotated[str, Field(max_length=1000)]
Door = Literal["terminal", "console"]


class Carried(Value):
    """A `Link` as it travels: its body is JSON, so it is a text."""

    writer: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    place: Annotated[int, Field(ge=1, lt=2**53)]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    body: str

    @property
    def link(self) -> Link:
        return Link(self.writer, self.place, self.hash, self.body.encode())


def carried(link: Link) -> Carried:
    return Carried(writer=link.writer, place=link.place, hash=link.hash, body=link.body.decode())


class Hello(Value):
    """How far the executor knows each writer's chain, which is its own, and what a person must know of its doors."""

    op: Literal["hello"] = "hello"


class Standing(Value):
    """The answer to `Hello`."""

    writer: str
    heads: dict[str, tuple[int, str]]
    persons: int | None
    """How many have a passphrase; None: that can't be told."""
    names: tuple[str, ...] = ()
    """Who they are, for approvers."""
    stopped: str = ""
    """Who stopped all changes; empty while nobody did."""
    told: tuple[str, ...] = ()

    def head(self, writer: str) -> Head:
        return Head(*self.heads.get(writer, (0, "")))


class Put(Value):
    """Entries of other writers, each chain in order."""

    op: Literal["put"] = "put"
    links: Annotated[tuple[Carried, ...], Field(max_length=MOST)]


class Get(Value):
    """The executor's own entries after a place."""

    op: Literal["get"] = "get"
    after: Annotated[int, Field(ge=0, lt=2**53)]


class Read(Value):
    """Entries of any writer after a place, as the executor holds them: an approver reads what is decided."""

    op: Literal["read"] = "read"
    writer: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    after: Annotated[int, Field(ge=0, lt=2**53)]


class Propose(Value):
    op: Literal["propose"] = "propose"
    request: Request


class Find(Value):
    """A plan and its story. Both may ask."""

    op: Literal["find"] = "find"
    plan: PlanId


class Execute(Value):
    """Carry out an approved plan, once. A person may ask for that too, where the assistant is gone."""

    op: Literal["execute"] = "execute"
    plan: PlanId
    by: Actor


class Review(Value):
    """Look again at the plans of an incident: which wait, which ended, and what came of writes that nobody told of."""

    op: Literal["waiting", "sweep", "reconcile"]
    incident: Name | None
    by: Actor


class Revoke(Value):
    op: Literal["revoke"] = "revoke"
    incident: Name | None
    why: Annotated[str, Field(max_length=400)]
    by: Actor


class Stop(Value):
    """Any hand may pull it."""

    op: Literal["stop"] = "stop"
    why: Annotated[str, Field(max_length=400)] = ""


class Waiting(Value):
    """The plans of open questions, of all incidents."""

    op: Literal["questions"] = "questions"


class Approve(Value):
    op: Literal["approve"] = "approve"
    plan: PlanId
    door: Door
    name: Name
    passphrase: Passphrase
    typed: Annotated[str, Field(max_length=300)] | None = None
    chosen: Annotated[tuple[int, ...], Field(max_length=50)] | None = None


class Decline(Value):
    op: Literal["decline"] = "decline"
    plan: PlanId
    door: Door


class Reopen(Value):
    op: Literal["reopen"] = "reopen"
    plan: PlanId
    door: Door
    name: Name
    passphrase: Passphrase


class Lift(Value):
    op: Literal["lift"] = "lift"
    name: Name
    passphrase: Passphrase


OfBoth = Hello | Find | Execute | Stop
OfAClient = OfBoth | Put | Get | Propose | Review | Revoke
OfAnApprover = OfBoth | Read | Waiting | Approve | Decline | Reopen | Lift
Ask = OfAClient | OfAnApprover
Role = Literal["client", "approver"]
WORDS: dict[Role, TypeAdapter[Any]] = {
    "client": TypeAdapter(Annotated[OfAClient, Field(discriminator="op")]),
    "approver": TypeAdapter(Annotated[OfAnApprover, Field(discriminator="op")]),
}
CANCEL = b'{"op":"cancel"}\n'
"""Said on the connection of an `Execute`: end it between two writes, as a cancelled call does."""
Told = tuple[Plan, PlanStory]


class Trouble(Value):
    """An `IncidentError` on its way."""

    kind: str
    happened: str
    next_step: str = ""
    not_done: str = ""

    @classmethod
    def of(cls, error: IncidentError) -> "Trouble":
        return cls(
            kind=type(error).__name__, happened=error.happened, next_step=error.next_step, not_done=error.not_done
        )

    def error(self) -> IncidentError:
        """The same error again; of a kind that is not known here, a plain one."""
        made = _kinds(IncidentError).get(self.kind, IncidentError)(self.happened, self.next_step)
        made.not_done = self.not_done
        return made


class Frame(Value):
    """A line of an answer: a beat, how far a plan of several writes is, or the end: an answer or a trouble."""

    done: int | None = None
    total: int = 0
    what: str = ""
    answer: Any = None
    trouble: Trouble | None = None
    last: bool = False


def _kinds(of: type[IncidentError]) -> dict[str, type[IncidentError]]:
    found = {of.__name__: of}
    for each in of.__subclasses__():
        found |= _kinds(each)
    return found
