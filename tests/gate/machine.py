"""A world in which everything happens in any order: two servers over one record and one real cluster, persons at three
doors, others who change the same objects, forgeries, and a crash now and then.

The machine keeps books of its own: to which plans a person here really said yes, in time, seen, while nothing forbade
it.
When an example ends, the API server's audit log is held against these books, and against the record's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import anyio
from anyio.from_thread import BlockingPortal
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, InputRequiredResult

from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.audit import Proof, prove
from incident_mcp.gate.audit_log import read_audit_log
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.doors import Door
from incident_mcp.record.journal import Journal
from incident_mcp.settings import Settings, load_settings
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.wiring import office, persons_door, server
from tests.controlplane.control_plane import ControlPlane
from tests.executor.beside import executor_beside
from tests.surface.world import ACCEPT, CANCEL, DECLINE, NOT_TICKED, ShiftedClock

SECRET = "correct horse battery"
FASTEST = 5
"""Seconds, by the policy here: so that *too fast* is no matter of how busy the machine is."""
PATIENCE = 60
JOBS = ("a", "b")
ADA = Actor(role="person", name="ada", known_by="OS user")
EMPTY = ElicitResult(action="accept", content={})
WRONG = ElicitResult(action="accept", content={"approve": "yes", "name": "a"})
ANSWERS = (ACCEPT, ACCEPT, ACCEPT, NOT_TICKED, DECLINE, CANCEL, EMPTY, WRONG)
WAITS = (0, FASTEST + 1, FASTEST + 1, FASTEST + 1, PATIENCE + 5, 700, 4000)
"""Seconds to the answer: at once, as people do, after the client gave up, after the end of plan and state."""
Guard = Literal["stop", "policy", "hook", "closed"]
POLICY = f"fastest_answer = {FASTEST}\nmutations_an_incident = 1000000\n"


@dataclass(frozen=True)
class Form:
    """A question on somebody's screen, with its sealed state."""

    arguments: dict[str, Any]
    keys: tuple[str, ...]
    state: str | None
    plan: str
    began: datetime
    shown: datetime


@dataclass
class Books:
    """What really was said here, and what was done in all examples."""

    yes: dict[str, list[datetime]] = field(default_factory=dict[str, list[datetime]])
    """By plan: the moments at which a person's yes to it was sent."""
    ran: int = 0
    """Steps, of all rules."""
    writes: int = 0
    matched: int = 0
    """Requests in the API server's audit log that the product's own audit matched with an approved plan."""
    steps: Counter[str] = field(default_factory=Counter[str])


class Interleavings(RuleBasedStateMachine):
    """See the module. `plane` and `portal` are shared; each example has a namespace and a record of its own."""

    forms: Bundle[Form] = Bundle("forms")

    def __init__(self, plane: ControlPlane, portal: BlockingPortal, home: Path, books: Books, namespace: str) -> None:
        super().__init__()
        self.plane, self.portal, self.home, self.books, self.namespace = plane, portal, home, books, namespace
        self.clock = ShiftedClock()
        self.said: dict[str, list[datetime]] = {}
        self.open = ExitStack()
        self.legacy_answer: Callable[[str], ElicitResult] = lambda _: CANCEL

    # The world

    @initialize()
    def start(self) -> None:
        api = self.plane.api
        api.create("/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        for name in JOBS:
            pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "registry.example/x:1"}]}
            template = {"spec": {"template": {"spec": pod}}}
            spec = {"schedule": "0 0 1 1 *", "suspend": False, "jobTemplate": template}
            api.create(self._path(), {"metadata": {"name": name}, "spec": spec})
        self.home.mkdir(parents=True)
        (self.home / "project" / ".claude").mkdir(parents=True)
        (self.home / "policy.toml").write_text(POLICY)
        Approvers(self.home).set("ada", SECRET)
        self._connect()
        self._call(self.modern, "open_incident", title="jobs run wild")

    def _path(self, name: str = "") -> str:
        return f"/apis/batch/v1/namespaces/{self.namespace}/cronjobs" + (f"/{name}" if name else "")

    def _settings(self) -> Settings:
        return load_settings(
            kubeconfig=str(self.plane.kubeconfig),
            allow_writes=True,
            home=self.home,
            policy=self.home / "policy.toml",
            user="ada",
        )

    def _server_settings(self) -> Settings:
        """Those of the servers that are made next."""
        return self._settings()

    def _connect(self) -> None:
        """Two servers over one record: one for clients of this year, one for those of the last."""
        self.open = ExitStack()
        settings = self._server_settings()
        environment = {
            "HOME": str(self.home),
            "CLAUDE_PROJECT_DIR": str(self.home / "project"),
            "MCP_TOOL_TIMEOUT": str(1000 * (PATIENCE + 1)),
        }

        async def located() -> Settings:
            return settings

        async def by_hand(context: Any, params: ElicitRequestParams) -> ElicitResult:
            return self.legacy_answer(params.message)

        def client(mode: Literal["2026-07-28", "legacy"], *, mute: bool = False) -> Client:
            made = server(settings, office(settings, environment, located, self.clock))
            entered = Client(made, mode=mode, elicitation_callback=None if mute else by_hand)
            return self.open.enter_context(self.portal.wrap_async_context_manager(entered))

        self.modern, self.legacy = client("2026-07-28"), client("legacy")
        self.mute = client("2026-07-28", mute=True)

    def _call(self, client: Client, name: str, /, **arguments: Any) -> CallToolResult:
        async def call() -> CallToolResult:
            with anyio.fail_after(60):
                return await client.call_tool(name, arguments)

        return self.portal.call(call)

    def _send(
        self,
        arguments: dict[str, Any],
        keys: tuple[str, ...] = (),
        state: str | None = None,
        answer: ElicitResult | None = None,
        seconds: float = 60.0,
    ) -> Any:
        """One round of protocol 2026-07-28; None where the server refused the state itself."""

        async def call() -> Any:
            answers: Any = dict.fromkeys(keys, answer) if answer else None
            with anyio.move_on_after(seconds):
                return await self.modern.session.call_tool(
                    "suspend_job",
                    arguments,
                    allow_input_required=True,
                    input_responses=answers,
                    request_state=state if answer else None,
                )
            return None

        with suppress(MCPError):
            return self.portal.call(call)
        return None

    def _arguments(self, job: str) -> dict[str, Any]:
        """The change that makes sense now: the other way round."""
        now = bool(self.plane.api.get(self._path(job))["spec"].get("suspend"))
        return {"kind": "CronJob", "namespace": self.namespace, "name": job, "suspend": not now}

    def _note_yes(self, plan: str, began: datetime, shown: datetime, sent: datetime, answer: ElicitResult) -> None:
        """Into our books, unless it certainly came too fast or after the client gave up."""
        took = self.clock() - began
        if answer is ACCEPT and took >= timedelta(seconds=FASTEST) and sent <= shown + timedelta(seconds=PATIENCE):
            self.said.setdefault(plan, []).append(sent)

    # What happens

    @invariant()
    def counted(self) -> None:
        self.books.ran += 1

    @rule(target=forms, job=st.sampled_from(JOBS))
    def ask(self, job: str) -> Any:
        arguments, began = self._arguments(job), self.clock()
        told = self._send(arguments)
        if not isinstance(told, InputRequiredResult):
            return multiple()  # pyright: ignore[reportUnknownVariableType]
        [(key, request)] = (told.input_requests or {}).items()
        text = str(getattr(getattr(request, "params", request), "message", ""))
        return Form(arguments, (key,), told.request_state, _plan_in(text), began, self.clock())

    @rule(form=forms, answer=st.sampled_from(ANSWERS), wait=st.sampled_from(WAITS))
    def answer(self, form: Form, answer: ElicitResult, wait: int) -> None:
        """Also again, and after anything else has happened."""
        self.clock.forward(seconds=wait)
        sent = self.clock()
        told = self._send(form.arguments, form.keys, form.state, answer=answer)
        self._note_yes(form.plan, form.began, form.shown, sent, answer)
        self._count("answer", told)

    @rule(target=forms, job=st.sampled_from(JOBS), answer=st.sampled_from((ACCEPT, ACCEPT, DECLINE)))
    def ask_and_answer(self, job: str, answer: ElicitResult) -> Any:
        """As it mostly goes; the form stays on the screen and may be answered again."""
        form = self.ask(job)
        if isinstance(form, Form):
            self.answer(form, answer, FASTEST + 1)
        return form

    @rule(form=forms, milliseconds=st.integers(0, 60))
    def answer_and_crash(self, form: Form, milliseconds: int) -> None:
        self.clock.forward(seconds=FASTEST + 1)
        sent = self.clock()
        self._send(form.arguments, form.keys, form.state, answer=ACCEPT, seconds=milliseconds / 1000)
        self._note_yes(form.plan, form.began, form.shown, sent, ACCEPT)
        self.restart()

    @rule()
    def restart(self) -> None:
        self.open.close()
        self._connect()

    @rule(one=forms, other=forms)
    def answer_for_another_plan(self, one: Form, other: Form) -> None:
        if one.plan != other.plan:
            self.clock.forward(seconds=FASTEST + 1)
            self._send(other.arguments, one.keys, one.state, answer=ACCEPT)

    @rule(form=forms, place=st.integers(0, 10_000), how=st.sampled_from(("flip", "cut", "none", "own")))
    def forged_token(self, form: Form, place: int, how: str) -> None:
        state = form.state or ""
        at = place % max(len(state), 1)
        forged = {
            "flip": state[:at] + ("A" if state[at : at + 1] != "A" else "B") + state[at + 1 :],
            "cut": state[:at],
            "none": None,
            "own": json.dumps({"plan": form.plan, "approved": True}),
        }[how]
        if forged != form.state:
            self.clock.forward(seconds=FASTEST + 1)
            self._send(form.arguments, form.keys, forged, answer=ACCEPT)

    @rule(
        job=st.sampled_from(JOBS),
        name=st.sampled_from(("approve", "approved", "plan", "answer", "proposal", "confirm")),
    )
    def forged_argument(self, job: str, name: str) -> None:
        told = self._send(self._arguments(job) | {name: True})
        assert isinstance(told, CallToolResult)
        assert told.is_error

    @rule(job=st.sampled_from(JOBS), answer=st.sampled_from(ANSWERS), wait=st.sampled_from(WAITS), moved=st.booleans())
    def last_years_client(self, job: str, answer: ElicitResult, wait: int, moved: bool) -> None:
        """The question is put within the call; meanwhile others may change the object."""
        began = self.clock()

        def by_hand(message: str) -> ElicitResult:
            shown = self.clock()
            if moved:
                self.others(job)
            self.clock.forward(seconds=wait)
            self._note_yes(_plan_in(message), began, shown, self.clock(), answer)
            return answer

        self.legacy_answer = by_hand
        self._count("legacy", self._call(self.legacy, "suspend_job", **self._arguments(job)))

    @rule(job=st.sampled_from(JOBS))
    def client_that_cannot_ask(self, job: str) -> None:
        self._count("mute", self._call(self.mute, "suspend_job", **self._arguments(job)))

    @rule(
        job=st.sampled_from(JOBS), secret=st.sampled_from((SECRET, SECRET, "a guess")), wait=st.sampled_from((0, 700))
    )
    def approved_at_the_terminal(self, job: str, secret: str, wait: int) -> None:
        """And then the same call, by a client that can't ask."""
        arguments = self._arguments(job)
        self._call(self.mute, "suspend_job", **arguments)
        self._approve_all(secret)
        self.clock.forward(seconds=wait)
        self._count("terminal", self._call(self.mute, "suspend_job", **arguments))

    def _approve_all(self, secret: str = SECRET) -> None:
        """What waits, at the terminal; into our books, unless the door refused."""
        door = self._door()
        for plan, _ in door.waiting():
            with suppress(IncidentError):
                self.portal.call(door.approve, plan, "ada", secret)
                self.said.setdefault(plan.id, []).append(self.clock())

    @rule(reopened=st.sampled_from((True, True, False)))
    def declined_at_the_terminal(self, reopened: bool) -> None:
        door = self._door()
        for plan, _ in door.waiting()[:1]:
            self.portal.call(door.decline, plan, ADA)
            if reopened:
                self.portal.call(door.reopen, plan, "ada", SECRET)

    @rule(job=st.sampled_from(JOBS))
    def others(self, job: str) -> None:
        now = bool(self.plane.api.get(self._path(job))["spec"].get("suspend"))
        self.plane.api.patch(self._path(job), {"spec": {"suspend": not now}}, "somebody")

    @rule(form=forms, guard=st.sampled_from(("stop", "policy", "hook", "closed")), seconds=st.sampled_from((6, 700)))
    def answer_while_it_is_forbidden(self, form: Form, guard: Guard, seconds: int) -> None:
        """A yes that is sent while something forbids it stands in no books."""
        self._forbid(guard)
        self.clock.forward(seconds=seconds)
        self._send(form.arguments, form.keys, form.state, answer=ACCEPT)
        self._call(self.mute, "suspend_job", **form.arguments)
        self._allow(guard)

    @rule(job=st.sampled_from(JOBS))
    def something_new(self, job: str) -> None:
        """A look, and the plan proposed on what it found: so that a declined change can be asked again."""
        seen = self._call(self.modern, "read_object", kind="CronJob", namespace=self.namespace, name=job)
        entry = str((seen.structured_content or {"entry": ""})["entry"])
        arguments, evidence = self._arguments(job), [entry] if entry else list[str]()
        self._call(self.modern, "preview_change", tool="suspend_job", arguments=arguments, evidence=evidence)

    @rule(seconds=st.sampled_from((1, 30, 650)))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)

    def _door(self) -> Door:
        return persons_door(self._settings(), self.clock)

    def _forbid(self, guard: Guard) -> None:
        match guard:
            case "stop":
                Brake(self.home).pull(ADA, "", self.clock)
            case "policy":
                (self.home / "policy.toml").write_text("read_only = true\n" + POLICY)
            case "hook":
                (self.home / "project" / ".claude" / "settings.json").write_text('{"hooks": {"Elicitation": []}}')
            case "closed":
                self._call(self.modern, "update_incident", status="resolved")

    def _allow(self, guard: Guard) -> None:
        match guard:
            case "stop":
                Brake(self.home).lift()
            case "policy":
                (self.home / "policy.toml").write_text(POLICY)
            case "hook":
                (self.home / "project" / ".claude" / "settings.json").unlink()
            case "closed":
                [name] = Journal(self.home / "journal.sqlite3", self.clock).incidents()
                self._call(self.modern, "update_incident", status="open", reason="relapsed", incident=name)

    def _count(self, what: str, told: Any) -> None:
        content: dict[str, Any] = getattr(told, "structured_content", None) or {}
        self.books.steps[f"{what}: {'changed' if content.get('changed') is True else 'not'}"] += 1

    # What must be true of it

    def teardown(self) -> None:
        self.open.close()
        if not self.home.exists():
            return
        journal = Journal(self.home / "journal.sqlite3", self.clock)
        events = [one for one in self.plane.audit_events(self.namespace) if one.user_agent.startswith("incident-mcp/")]
        written = [one for one in events if one.wrote]
        plans = {
            str(entry.data["digest"]): str(entry.plan)
            for incident in [*journal.incidents(), None]
            for entry in journal.entries(incident)
            if entry.kind is EntryKind.PLAN
        }
        for event in written:
            plan = plans[event.user_agent.rpartition("/")[2]]
            assert plan in self.said, f"plan {plan} was carried out and nobody said yes to it: {event}"
        times = Counter(one.user_agent for one in written)
        assert all(count == 1 for count in times.values()), times
        proof = self._proof(journal, [one.raw for one in events])
        assert proof.differences == []
        assert proof.writes >= len(written)
        assert journal.verify() == []
        journal.close()
        self.books.writes += len(written)
        self.books.matched += proof.writes
        self.plane.api.delete(f"/api/v1/namespaces/{self.namespace}")

    def _proof(self, journal: Journal, events: list[dict[str, Any]]) -> Proof:
        """By the product's own audit. The record's time runs ahead of the API server's by what the test added."""
        ahead: dict[str, dict[str, Any]] = {}
        for event in events:
            at = datetime.fromisoformat(str(event["requestReceivedTimestamp"])) + self.clock.shift
            ahead[str(event["auditID"])] = event | {"requestReceivedTimestamp": at.isoformat()}
        return prove(journal, read_audit_log(json.dumps(one).encode() + b"\n" for one in ahead.values()))


class Separated(Interleavings):
    """The same behind an executor, which restarts with the servers: they hold no policy, no passphrase and no approval
    of their own, and the chat is no door.
    """

    executor: Path
    """Where an approver finds it."""

    def _server_settings(self) -> Settings:
        sockets = self.open.enter_context(executor_beside(self._settings(), self.clock))
        self.executor = sockets.approvers
        apart = {"executor": sockets.clients, "home": self.home / "assistant", "policy": None}
        return self._settings().model_copy(update=apart)

    def _door(self) -> Door:
        return persons_door(self._settings().model_copy(update={"executor": self.executor}), self.clock)

    @rule(job=st.sampled_from(JOBS))
    def approved_before_the_executor_restarts(self, job: str) -> None:
        arguments = self._arguments(job)
        self._call(self.mute, "suspend_job", **arguments)
        self._approve_all()
        self.restart()
        self._count("restarted", self._call(self.mute, "suspend_job", **arguments))

    @rule(job=st.sampled_from(JOBS), guard=st.sampled_from(("stop", "policy", "closed")))
    def approved_while_it_is_forbidden(self, job: str, guard: Guard) -> None:
        """What the door takes for a yes stands in the books; nothing is written before it is allowed again."""
        arguments = self._arguments(job)
        self._call(self.mute, "suspend_job", **arguments)
        self._forbid(guard)
        self._approve_all()
        assert (self._call(self.mute, "suspend_job", **arguments).structured_content or {}).get("changed") is not True
        self._allow(guard)
        self._count("forbidden", self._call(self.mute, "suspend_job", **arguments))


def _plan_in(text: str) -> str:
    found = re.search(r"Plan ([0-9a-f]{8})", text)
    return found.group(1) if found else ""
