"""The only place that knows everybody: settings in, a desk or a server out."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.outside import Address, Outside
from incident_mcp.cluster.service_proxy import ServiceProxy
from incident_mcp.communicate import registry as communication
from incident_mcp.communicate.switchboard import Switchboard
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.gate import Gate, LocalGate
from incident_mcp.gate.plans import earlier_plans
from incident_mcp.gate.policy_file import PolicyFile
from incident_mcp.gate.writing import Writing
from incident_mcp.logs.engines import LogEngines
from incident_mcp.metrics.monitoring import Monitoring
from incident_mcp.mitigate.flags.place import FlagsPlace
from incident_mcp.mitigate.registry import ACTIONS, actions
from incident_mcp.reach.trying import Reach
from incident_mcp.record.following import Follower
from incident_mcp.record.journal import Journal
from incident_mcp.record.plans import PlanStory, as_recorded, story
from incident_mcp.record.record import Record
from incident_mcp.services.place import Place
from incident_mcp.settings import Settings
from incident_mcp.surface.kept_keys import state_key
from incident_mcp.surface.office import ActionShape, Office
from incident_mcp.surface.patience import patience_of
from incident_mcp.surface.prompts import prompts
from incident_mcp.surface.server import IncidentServer, Lifespan
from incident_mcp.surface.tools import tools
from incident_mcp.text import templates
from incident_mcp.text.modes import Mode
from incident_mcp.vocabulary.action import Actions
from incident_mcp.vocabulary.clock import Clock, system_clock
from incident_mcp.vocabulary.errors import BadRequest, RecordError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.policy import LONGEST_PLAN
from incident_mcp.workflow.desk import Desk

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from incident_mcp.console.source import Source
    from incident_mcp.executor.counter import Counter
    from incident_mcp.executor.door import RemoteDoor
    from incident_mcp.gate.doors import Door, PersonsDoor
    from incident_mcp.investigate.silence import Silence
    from incident_mcp.mitigate.flags.unleash import Unleash

QUESTION_LIFE = 2 * LONGEST_PLAN
"""Longer than any plan's, so that a late yes reaches the gate and is refused there, with words."""
NOBODY_APPROVES = (
    "No passphrase is set, so only the chat can approve. A person sets one in their own terminal: incident-mcp init."
)


async def open_desk(settings: Settings, environment: Mapping[str, str], clock: Clock = system_clock) -> Desk:
    """Load the kubeconfig, open the journal, and pin both to one cluster. Makes no network call.

    Raises `SettingsError`, `CredentialsError` or `RecordError`.
    """
    api = await _connected(settings, environment)
    journal = Journal(settings.journal, clock)
    record = Record(journal, api.cluster, clock, shared=settings.shared is not None)
    board = Switchboard(settings.channels, environment, clock)
    available = _actions(settings, environment, api, record, board)
    return Desk(
        api=api,
        record=record,
        gate=_gate(settings, journal, record, available),
        actions=available,
        clock=clock,
        person=settings.person,
        postmortems=settings.postmortems,
        tool_seconds=settings.tool_timeout,
        soak_seconds=settings.soak,
        runbooks=settings.runbooks,
        silenced=_silenced(settings.silence),
        monitoring=monitoring(settings, api, environment),
        log_engines=log_engines(settings, api, environment),
        board=board,
        certificates=settings.read_certificates,
        reach=Reach() if settings.try_hosts else None,
        shared=Follower(journal, settings.shared, environment, clock).start() if settings.shared else None,
        doors_told=partial(doors_told, settings, environment),
        console_at=partial(_console_at, settings.home),
    )


async def _connected(settings: Settings, environment: Mapping[str, str]) -> Api:
    options = ConnectOptions(
        kubeconfig=settings.kubeconfig,
        context=settings.context,
        namespace=settings.namespace,
        timeout=settings.request_timeout,
        withheld=settings.secret_variables,
    )
    return await connect(options, environment=environment)


def _actions(
    settings: Settings, environment: Mapping[str, str], api: Api, record: Record, board: Switchboard
) -> Actions:
    policy = policy_of(settings)
    changes = actions(api, record.clock, policy, earlier_plans(record, policy), _flags(settings.unleash, environment))
    return {**changes, **communication.actions(record, record.clock, board)}


def _gate(settings: Settings, journal: Journal, record: Record, available: Actions) -> Gate:
    """The gate in this process, or the way to the executor's."""
    writing = Writing(enabled=settings.allow_writes)
    if settings.executor is None:
        return LocalGate(record, available, policy_of(settings), writing, Brake(settings.home))
    from incident_mcp.executor.gate import SeparatedGate  # few have an executor

    return SeparatedGate(settings.executor.expanduser(), journal, record, writing)


async def open_counter(settings: Settings, environment: Mapping[str, str], clock: Clock = system_clock) -> "Counter":
    """The executor's working set: credential, record, policy and passphrases are its own. Makes no network call.

    Raises `SettingsError`, `CredentialsError` or `RecordError`.
    """
    from incident_mcp.executor.counter import Counter
    from incident_mcp.gate.approvers import Approvers
    from incident_mcp.gate.doors import PersonsDoor

    api = await _connected(settings, environment)
    journal = Journal(settings.journal, clock)
    record = Record(journal, api.cluster, clock)
    policy, brake, approvers = policy_of(settings), Brake(settings.home), Approvers(settings.home)
    writing = Writing(enabled=settings.allow_writes, how="Set allow_writes = true in the executor's settings.")
    available = _actions(settings, environment, api, record, Switchboard(settings.channels, environment, clock))
    return Counter(
        api=api,
        gate=LocalGate(record, available, policy, writing, brake, "Separated"),
        record=record,
        journal=journal,
        approvers=approvers,
        brake=brake,
        doors={door: PersonsDoor(journal, approvers, policy, brake, clock, door) for door in ("terminal", "console")},
        clock=clock,
    )


def policy_of(settings: Settings) -> PolicyFile:
    """The policy as its file says at any moment."""
    return PolicyFile(settings.policy_file, named=settings.policy is not None)


def persons_door(settings: Settings, clock: Clock = system_clock) -> "Door":
    """The person's own terminal as a door, over the record alone, or over the executor's. Raises `RecordError`."""
    return remote_door(settings) or door_here(settings, clock)


def door_here(
    settings: Settings, clock: Clock = system_clock, door: Literal["terminal", "console"] = "terminal"
) -> "PersonsDoor":
    """A door over the record of this user. Raises `RecordError`."""
    from incident_mcp.gate.approvers import Approvers
    from incident_mcp.gate.doors import PersonsDoor

    journal, home = Journal(settings.journal, clock), settings.home
    return PersonsDoor(journal, Approvers(home), policy_of(settings), Brake(home), clock, door)


def console(settings: Settings, port: int, announce: Callable[[str], None], clock: Clock = system_clock) -> "ASGIApp":
    """The console over the record alone, or the executor's copy of it, for this port; `announce` is told each token
    that opens a session.

    Raises `RecordError`.
    """
    from incident_mcp.console.app import app
    from incident_mcp.console.book import Book
    from incident_mcp.console.held import Held
    from incident_mcp.console.sessions import Sessions
    from incident_mcp.gate.attempts import Attempts

    journal = Journal(settings.journal, clock)
    door, source = _console_door(settings, journal, clock)
    held = Held(
        journal=journal,
        door=door,
        source=source,
        person=settings.person,
        clock=clock,
        book=Book(journal, door, source, clock),
        sessions=Sessions(clock, announce),
        attempts=Attempts(clock, "" if settings.executor else "In a terminal: incident-mcp approve."),
        cookie=f"incident-console-{port}",
    )
    return app(held, port)


def _console_door(settings: Settings, journal: Journal, clock: Clock) -> "tuple[Door, Source]":
    """Door c and what stands behind it: this state folder, or the executor."""
    if remote := remote_door(settings, "console"):
        from incident_mcp.executor.watching import Watched

        return remote, Watched(journal, remote)
    from incident_mcp.console.source import Here
    from incident_mcp.gate.approvers import Approvers

    door, home = door_here(settings, clock, "console"), settings.home
    return door, Here(journal, door, Approvers(home), Brake(home), settings.person, clock)


def _console_at(home: Path) -> str:
    from incident_mcp.console.running import running_at  # asked for by the first change that the chat can't ask for

    return running_at(home)


def mode_of(settings: Settings) -> Mode:
    """Where the gate stands for this user."""
    return "Advisory" if settings.executor is None else "Separated"


def remote_door(settings: Settings, door: Literal["terminal", "console"] = "terminal") -> "RemoteDoor | None":
    """A door of the executor's, as an approver holds it; None where this machine has no executor."""
    if settings.executor is None:
        return None
    from incident_mcp.executor.door import RemoteDoor

    return RemoteDoor(settings.executor.expanduser(), door)


def doors_told(settings: Settings, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What a person must know of the doors before the first question; nothing where all is well."""
    if not settings.allow_writes:
        return ()
    if remote := remote_door(settings):
        return remote.told()
    from incident_mcp.gate.approvers import Approvers

    told: list[str] = []
    if closed := _chat_closed(environment):
        told.append(f"The chat is no door for approvals: {closed}. Approve in a terminal: incident-mcp approve.")
    try:
        if not Approvers(settings.home).names():
            told.append(NOBODY_APPROVES)
    except RecordError as error:
        told.append(f"No door outside the chat is open: {error.happened}")
    if stopped := Brake(settings.home).pulled():
        told.append(f"{stopped} incident-mcp stop --lift allows them again.")
    return tuple(told)


def _silenced(lines: tuple[str, ...]) -> tuple["Silence", ...]:
    if not lines:
        return ()
    from incident_mcp.investigate.silence import silence  # with it comes the catalogue, which few need at start

    return tuple(silence(line) for line in lines)


def monitoring(settings: Settings, api: Api, environment: Mapping[str, str]) -> Monitoring:
    """What watches this cluster, as the settings say. Makes no network call, and what is wrong with it shows when it
    is asked: an incident does not wait for somebody to mend the monitoring.
    """
    prometheus = settings.prometheus
    if prometheus is None:
        return Monitoring(alertmanager=_source(settings.alertmanager, api, environment))
    return Monitoring(
        prometheus=_source(prometheus, api, environment),
        alertmanager=_source(settings.alertmanager, api, environment),
        own=prometheus.queries,
        seconds=prometheus.timeout,
    )


def log_engines(settings: Settings, api: Api, environment: Mapping[str, str]) -> LogEngines:
    """What keeps this cluster's logs, as the settings say. Makes no network call."""
    loki, victorialogs = settings.loki, settings.victorialogs
    to_loki, to_victorialogs = _source(loki, api, environment), _source(victorialogs, api, environment)
    return LogEngines(
        loki=(to_loki, loki) if loki and to_loki else None,
        victorialogs=(to_victorialogs, victorialogs) if victorialogs and to_victorialogs else None,
    )


def _source(place: Place | None, api: Api, environment: Mapping[str, str]) -> Outside | ServiceProxy | None:
    """The way to one server; None where there is none, or where it watches another cluster."""
    if place is None or (place.context is not None and place.context != api.cluster.name):
        return None
    if place.service is not None:
        return ServiceProxy(api, place.service, place.timeout)
    address = Address(
        url=place.url or "",
        environment=environment,
        ca=place.ca,
        token_file=place.token_file,
        token_variable=place.token_variable,
        user=place.user,
        headers=place.headers,
    )
    return Outside(address, place.timeout)


def _chat_closed(environment: Mapping[str, str]) -> str:
    from incident_mcp.surface.client_settings import chat_closed  # needed with the first incident, not to list tools

    return chat_closed(environment)


def _flags(place: FlagsPlace | None, environment: Mapping[str, str]) -> "Unleash | None":
    if place is None:
        return None
    from incident_mcp.mitigate.flags.unleash import Unleash

    address = Address(
        url=place.url,
        environment=environment,
        ca=place.ca,
        token_file=place.token_file,
        token_variable=place.token_variable,
        scheme="",
    )
    return Unleash(Outside(address, place.timeout))


def office(
    settings: Settings,
    environment: Mapping[str, str],
    located: Callable[[], Awaitable[Settings]],
    clock: Clock = system_clock,
) -> Office:
    """Tools over a desk that is opened once. Until that works, each call says what is wrong and tries again.

    `located` gives the settings that lead to the cluster, once it is there: a sandbox may still be starting.
    """
    lock = anyio.Lock()
    opened: list[Desk] = []

    async def desk() -> Desk:
        async with lock:
            if not opened:
                opened.append(await open_desk(await located(), environment, clock))
        return opened[0]

    return Office(
        desk=desk,
        actions=action_shapes(),
        writing=settings.allow_writes,
        chat_closed=partial(_chat_closed, environment),
        patience=patience_of(environment),
    )


def server(settings: Settings, reached: Office, lifespan: Lifespan | None = None) -> IncidentServer:
    """The MCP server. Raises `RecordError` when the state folder can't hold the key that seals questions."""
    return IncidentServer(
        reached,
        tools(reached),
        instructions=templates.prompt("instructions"),
        state_key=state_key(settings.home),
        question_seconds=QUESTION_LIFE.total_seconds(),
        prompts=partial(prompts, reached),
        lifespan=lifespan,
    )


@cache
def action_shapes() -> tuple[ActionShape, ...]:
    """What there is to change, without a cluster behind it."""
    return tuple(
        ActionShape(name=kind.name, title=kind.title, description=kind.description, arguments=kind.arguments)
        for kind in (*ACTIONS, *communication.ACTIONS)
    )


async def stored_plan(settings: Settings, plan_id: str, clock: Clock = system_clock) -> tuple[Plan, PlanStory]:
    """A plan and its story from the journal, or the executor: no cluster. Raises `BadRequest`, `RecordError`."""
    if remote := remote_door(settings):
        return remote.find(plan_id)
    journal = Journal(settings.journal, clock)
    body = journal.private(plan_id)
    if body is None:
        raise BadRequest(
            f"There is no plan {plan_id[:40]} in {settings.journal}.", "get_incident lists an incident's plans."
        )
    entries = journal.of_plan(plan_id)
    plan = as_recorded(body, entries)
    return plan, story(entries, plan.expires, clock())
