"""The proof from outside: a real API server's audit log beside the record; every way in which the two could differ is
named. Two servers that want the same field get one write and one conflict.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from incident_mcp.gate.audit import Proof, prove
from incident_mcp.gate.audit_log import read_audit_log
from incident_mcp.record.journal import Journal
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.wiring import open_desk
from incident_mcp.workflow import changes, incidents
from incident_mcp.workflow.desk import Desk
from tests.cli.running import incident_mcp
from tests.contract.cluster import real_cluster
from tests.contract.shop import workload
from tests.controlplane.control_plane import ControlPlane

Json = dict[str, Any]
Lines = list[Json]


def cron_job(control_plane: ControlPlane, namespace: str, name: str = "report") -> Json:
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "registry.example/x:1"}]}
    spec: Json = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    made = {"metadata": {"name": name}, "spec": spec}
    control_plane.api.create(f"/apis/batch/v1/namespaces/{namespace}/cronjobs", made)
    return {"kind": "CronJob", "namespace": namespace, "name": name}


async def opened(control_plane: ControlPlane, home: Path) -> Desk:
    settings = load_settings(kubeconfig=str(control_plane.kubeconfig), home=home, allow_writes=True)
    desk = await open_desk(settings, {})
    await incidents.open_incident(desk, "jobs run wild", None, desk.person)
    return desk


async def approved(desk: Desk, arguments: Json, action: str = "suspend_job") -> Plan:
    """A plan that a person has said yes to, and that waits for its one use."""
    current = await desk.record.current(None)
    assert current is not None
    proposal = await changes.propose_to_ask(desk, action, arguments, desk.person, incident=current.id)
    await desk.gate.ask(proposal, desk.person)
    await changes.take_answer(desk, proposal.plan, "accepted", "script", desk.person, asked=desk.clock())
    return proposal.plan


@pytest.fixture
async def suspended(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> tuple[Path, Lines, Plan]:
    """One change that was made: its record, the API server's events of the namespace, and its plan."""
    control_plane.require("audit", "users")
    job = cron_job(control_plane, namespace)
    desk = await opened(control_plane, tmp_path)
    plan = await approved(desk, job)
    assert (await desk.gate.execute(plan, desk.person)).status == "applied"
    await desk.aclose()
    later = {"metadata": {"annotations": {"somebody": "was here later"}}}
    control_plane.api.patch(f"/apis/batch/v1/namespaces/{namespace}/cronjobs/{job['name']}", later)
    return tmp_path / "journal.sqlite3", [one.raw for one in control_plane.audit_events(namespace)], plan


def proved(record: Path, events: Lines) -> Proof:
    return prove(Journal(record, system_clock), read_audit_log(json.dumps(one).encode() + b"\n" for one in events))


def our_write(events: Lines, plan: Plan) -> Json:
    [found] = [one for one in events if one.get("userAgent", "").endswith(plan.digest)]
    return found


async def test_what_was_done_and_what_was_recorded_agree(suspended: tuple[Path, Lines, Plan], tmp_path: Path) -> None:
    record, events, _ = suspended
    proof = proved(record, events)
    assert (proof.differences, proof.plans, proof.writes, proof.bodies, proof.outside) == ([], 1, 1, 1, 0)
    log = tmp_path / "audit.log"
    log.write_text("".join(json.dumps(one) + "\n" for one in events))
    done = await incident_mcp("audit", str(log), environment={"INCIDENT_HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 plan carried out" in done.stdout
    assert done.stdout.endswith("No difference.\n")
    missing = await incident_mcp("audit", str(tmp_path / "no.log"), environment={"INCIDENT_HOME": str(tmp_path)})
    assert missing.returncode == 2


def another(event: Json, **changes: Any) -> Json:
    return event | {"auditID": "another"} | changes


def deeper(events: Lines, plan: Plan, **changes: Any) -> Lines:
    return [another(one, **changes) if one is our_write(events, plan) else one for one in events]


DIFFERENCES: dict[str, tuple[Callable[[Lines, Plan], Lines], str]] = {
    "the write is not in the log": (
        lambda events, plan: [one for one in events if one is not our_write(events, plan)],
        "is done by the record, and the log has no such request",
    ),
    "the write was refused": (
        lambda events, plan: deeper(events, plan, responseStatus={"code": 409}),
        "is done by the record, and the log has no such request",
    ),
    "the write is there twice": (
        lambda events, plan: [*events, another(our_write(events, plan))],
        "was carried out 2 times",
    ),
    "another body": (
        lambda events, plan: deeper(
            events, plan, requestObject=[{"op": "add", "path": "/spec/suspend", "value": False}]
        ),
        "lists no such write",
    ),
    "another object": (
        lambda events, plan: deeper(events, plan, requestURI="/apis/batch/v1/namespaces/kube-system/cronjobs/x"),
        "lists no such write",
    ),
    "another verb": (lambda events, plan: deeper(events, plan, verb="delete"), "lists no such write"),
    "a plan that nobody made": (
        lambda events, plan: [*events, another(our_write(events, plan), userAgent=f"incident-mcp/9 plan/{'0' * 64}")],
        "which no plan has",
    ),
    "no plan at all": (
        lambda events, plan: [*events, another(our_write(events, plan), userAgent="incident-mcp/9")],
        "a request of ours names no plan",
    ),
    "before the yes": (
        lambda events, plan: [
            *events,
            another(our_write(events, plan), requestReceivedTimestamp="2020-01-01T00:00:00.000000Z"),
        ],
        "was not approved and begun before its request",
    ),
    "what only looks like a dry run": (
        lambda events, plan: deeper(events, plan, requestObject={"deleteOptions": {"dryRun": ["All"]}}),
        "lists no such write",
    ),
    "somebody's resource that is called like a review": (
        lambda events, plan: [
            *deeper(events, plan, objectRef={"resource": "codereviews", "apiGroup": "example.com"}),
            another(our_write(events, plan), auditID="again"),
        ],
        "was carried out 2 times",
    ),
}


@pytest.mark.parametrize("what", DIFFERENCES)
async def test_every_difference_is_named(suspended: tuple[Path, Lines, Plan], what: str) -> None:
    record, events, plan = suspended
    change, words = DIFFERENCES[what]
    assert any(words in difference for difference in proved(record, change(events, plan)).differences)


async def test_what_was_done_when_the_log_had_ended_is_said_to_be_outside(suspended: tuple[Path, Lines, Plan]) -> None:
    record, events, plan = suspended
    end = events.index(our_write(events, plan))
    proof = proved(record, events[:end])
    assert (proof.differences, proof.outside) == ([], 1)


async def test_dry_runs_reviews_and_what_others_write_are_no_writes_of_ours(
    suspended: tuple[Path, Lines, Plan],
) -> None:
    record, events, plan = suspended
    ours = our_write(events, plan)
    more = [
        another(ours, auditID="a", requestURI=ours["requestURI"] + "?dryRun=All", userAgent="incident-mcp/9 rehearsal"),
        another(
            ours,
            auditID="b",
            verb="create",
            objectRef={"resource": "selfsubjectaccessreviews", "apiGroup": "authorization.k8s.io"},
        ),
        another(ours, auditID="c", userAgent="kubectl/v1"),
        another(ours, auditID="d", verb="get"),
    ]
    assert proved(record, [*events, *more]).differences == []
    log = read_audit_log((json.dumps(one).encode() + b"\n" for one in [*events, *more]), user=ours["user"]["username"])
    named = prove(Journal(record, system_clock), log).differences
    assert sum("names no plan" in one for one in named) >= 1, "with --user also what says nothing of us"


async def test_an_altered_record_and_a_torn_log_are_named(suspended: tuple[Path, Lines, Plan]) -> None:
    record, events, _ = suspended
    lines = [json.dumps(one).encode() + b"\n" for one in events]
    log = read_audit_log([*lines, b"{\n", b'{"kind": "Event"}\n', b'{"half'])
    named = prove(Journal(record, system_clock), log).differences
    assert [one for one in named if "is no audit event" in one] == [
        f"line {len(lines) + 1} of the log is no audit event",
        f"line {len(lines) + 2} of the log is no audit event",
    ]


ALTERED: dict[str, tuple[str, str]] = {
    "the plan was removed": ("DELETE FROM private", "is not in the record as it was made"),
    "the plan was changed": ("UPDATE private SET body = body || ' '", "is not in the record as it was made"),
    "the yes was removed": ("DELETE FROM entries WHERE kind = 'answer'", "was not approved and begun"),
    "the intent was removed": ("DELETE FROM entries WHERE kind = 'intent'", "was not approved and begun"),
}


@pytest.mark.parametrize("how", ALTERED)
async def test_what_was_taken_out_of_the_record_is_named(suspended: tuple[Path, Lines, Plan], how: str) -> None:
    record, events, _ = suspended
    sql, words = ALTERED[how]
    with sqlite3.connect(record) as file:
        file.execute("DROP TRIGGER entries_stay")
        file.execute(sql)
    assert any(words in difference for difference in proved(record, events).differences)


async def test_a_write_after_a_no_is_named_whatever_was_said_before(
    suspended: tuple[Path, Lines, Plan], tmp_path: Path
) -> None:
    """A record in which a no stands between the yes and the intent: the yes is no leave any more."""
    record, events, plan = suspended
    journal = Journal(tmp_path / "other.sqlite3", system_clock)
    with sqlite3.connect(record) as file:
        body = file.execute("SELECT body FROM private WHERE name = ?", (plan.id,)).fetchone()[0]
    for entry in Journal(record, system_clock).of_plan(plan.id):
        new = NewEntry.model_validate(entry.model_dump(include={"kind", "text", "actor", "happened", "plan", "data"}))
        if entry.kind is EntryKind.INTENT:
            no = new.model_copy(
                update={"kind": EntryKind.ANSWER, "data": {"said": "declined", "door": "chat", "counts": True}}
            )
            journal.append(None, plan.cluster.server, no)
        private = body if entry.kind is EntryKind.PLAN else None
        journal.append(None, plan.cluster.server, new, private=private)
    journal.close()
    assert any("was not approved and begun" in one for one in proved(tmp_path / "other.sqlite3", events).differences)


async def test_a_command_in_a_container_is_matched_with_its_plan(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    """A command is no PATCH: it is a GET that becomes a WebSocket, noted when it opens and when it ends."""
    control_plane.require("audit", "users", "faults")
    workload(real_cluster(control_plane), namespace, "StatefulSet", replicas=1)
    desk = await opened(control_plane, tmp_path)
    call = {"namespace": namespace, "name": "app-0", "command": ["echo", "a b", "c"]}
    plan = await approved(desk, call, "run_diagnostic")
    assert (await desk.gate.execute(plan, desk.person)).status == "applied"
    await desk.aclose()
    record = tmp_path / "journal.sqlite3"

    def both_ends() -> Lines:
        found = [one.raw for one in control_plane.audit_events(namespace) if one.subresource == "exec"]
        return found if len(found) == 2 else []

    begun, ended = control_plane.wait("both ends of the command are noted", both_ends)
    assert (begun["stage"], ended["stage"]) == ("ResponseStarted", "ResponseComplete")
    proof = proved(record, [begun, ended])
    assert (proof.differences, proof.plans, proof.writes, proof.bodies) == ([], 1, 1, 1)
    assert proved(record, [begun, _later(ended)]).writes == 1, "also while it runs, where the log ends"
    other = begun["requestURI"].replace("command=c", "command=d")
    assert any("lists no such write" in one for one in proved(record, [begun | {"requestURI": other}]).differences)
    twice = [begun, ended, another(begun), another(ended)]
    assert any("was carried out 2 times" in one for one in proved(record, twice).differences)


def _later(event: Json) -> Json:
    """Somebody else's request, so that the log covers the time."""
    return another(event, verb="patch", userAgent="kubectl/v1")


async def test_two_servers_that_want_the_same_field_get_one_write_and_one_conflict(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    control_plane.require("audit", "users")
    one, other = await opened(control_plane, tmp_path / "one"), await opened(control_plane, tmp_path / "other")
    job = cron_job(control_plane, namespace)
    for shall in (True, False, True, False, True):
        plans = [(desk, await approved(desk, job | {"suspend": shall})) for desk in (one, other)]
        told: list[str] = []

        async def execute(desk: Desk, plan: Plan, told: list[str]) -> None:
            told.append((await desk.gate.execute(plan, desk.person)).status)

        async with anyio.create_task_group() as tasks:
            for desk, plan in plans:
                tasks.start_soon(execute, desk, plan, told)
        assert sorted(told) == ["applied", "not applied"]
        live = control_plane.api.get(f"/apis/batch/v1/namespaces/{namespace}/cronjobs/{job['name']}")
        assert live["spec"]["suspend"] is shall
    await one.aclose()
    await other.aclose()
    events = [event for event in control_plane.audit_events(namespace) if event.user_agent.startswith("incident-mcp/")]
    assert sum(event.wrote for event in events) == 5
    for home in ("one", "other"):
        assert list(differences(tmp_path / home / "journal.sqlite3", [event.raw for event in events])) == []


def differences(record: Path, events: Lines) -> Iterator[str]:
    """Without those of the other server, whose plans this record can't know."""
    return (one for one in proved(record, events).differences if "which no plan has" not in one)
