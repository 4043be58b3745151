"""What logs are compared with: chosen from what there is, and said."""

from datetime import UTC, datetime, timedelta

import pytest

from incident_mcp.cluster.earlier_logs import Earlier, parted
from incident_mcp.cluster.workload_logs import ContainerLog
from incident_mcp.vocabulary.observation import ContainerSeen, PodSeen, RevisionSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.log_baseline import Beside, Comparison, compare
from incident_mcp.workflow.log_onset import Began

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ONSET = NOW - timedelta(minutes=20)
NOTHING = Earlier()
CURRENT = RevisionSeen(number=2, controller="app-b", created=NOW, images=(), template={}, current=True)


def minutes(ago: float) -> datetime:
    return NOW - timedelta(minutes=ago)


def container(*, restarts: int = 0, ran: tuple[float, float] | None = None) -> ContainerSeen:
    """`ran`: minutes ago that the instance before began and ended."""
    return ContainerSeen(
        name="app",
        image="shop/app:1",
        restarts=restarts,
        last_started=minutes(ran[0]) if ran else None,
        last_finished=minutes(ran[1]) if ran else None,
    )


def pod(name: str, *, ready: bool = True, revision: str = "a", age: float = 600, **fields: object) -> PodSeen:
    ref = Ref(kind="Pod", namespace="shop", name=name)
    made = {"containers": (container(),), **fields}
    return PodSeen.model_validate(
        {"ref": ref, "uid": name, "phase": "Running", "ready": ready, "revision": revision, "created": minutes(age)}
        | made
    )


def log(of: PodSeen, *ago: float, previous: bool = False) -> ContainerLog:
    body = "".join(f"{minutes(each):%Y-%m-%dT%H:%M:%S.%fZ} line {each}\n" for each in ago)
    return ContainerLog(of.ref, "app", previous, body.encode())


def names(logs: tuple[ContainerLog, ...]) -> list[str]:
    return [each.pod.name for each in logs]


def chosen(pods: list[PodSeen], logs: list[ContainerLog], began: Began | None = None) -> Comparison:
    return compare(Beside(pods, logs, current=CURRENT, now=NOW), NOTHING, began)


def test_a_new_revision_that_fails_is_compared_with_the_pods_of_the_one_before() -> None:
    old, new = pod("old-1"), pod("new-1", ready=False, revision="b", age=5)
    found = chosen([old, new], [log(old, 30, 1), log(new, 4, 1)], Began(minutes(6), "the first crash"))
    assert (names(found.judged), names(found.usual), found.onset) == (["new-1"], ["old-1"], None)
    assert found.words == "1 pod of the previous revision"


def test_of_two_revisions_that_are_both_ready_the_newer_one_is_judged() -> None:
    old, new = pod("old-1"), pod("new-1", revision="b", age=5)
    found = chosen([old, new], [log(old, 30, 1), log(new, 4, 1)])
    assert (names(found.judged), names(found.usual)) == (["new-1"], ["old-1"])


def test_pods_that_fail_since_an_onset_are_compared_with_their_own_time_before() -> None:
    one, other = pod("web-1", ready=False), pod("web-2")
    found = chosen([one, other], [log(one, 30, 10), log(other, 30, 10)], Began(ONSET, "the first crash"))
    assert (names(found.judged), found.usual, found.onset) == (["web-1", "web-2"], (), ONSET)


def test_what_was_logged_before_the_onset_may_come_from_a_second_reading() -> None:
    one = pod("web-1", ready=False)
    beside = Beside([one], [log(one, 10, 1)], current=CURRENT, now=NOW)
    found = compare(beside, Earlier((log(one, 30, 25),)), Began(ONSET, "the first crash"))
    assert (names(found.judged), names(found.usual), found.onset) == (["web-1"], ["web-1"], ONSET)


def test_a_replica_that_fails_is_compared_with_one_that_is_well() -> None:
    one, other = pod("web-1", ready=False), pod("web-2")
    crashed = pod("web-3", containers=(container(restarts=1, ran=(9, 8)),))
    found = chosen([one, other, crashed], [log(one, 9, 1), log(other, 9, 1), log(crashed, 7)])
    assert (names(found.judged), names(found.usual)) == (["web-1", "web-3"], ["web-2"])
    assert found.words == "1 replica that is well"


def test_an_instance_that_ran_for_a_while_is_what_the_next_one_is_compared_with_but_for_its_end() -> None:
    one = pod("web-1", ready=False, containers=(container(restarts=1, ran=(300, 12)),))
    found = chosen([one], [log(one, 200, 100, 12.5, previous=True), log(one, 11, 1)])
    assert [each.body.count(b"\n") for each in found.usual] == [2]
    assert [each.body.count(b"\n") for each in found.judged] == [1, 2]
    assert found.words == "1 instance before this one"


@pytest.mark.parametrize("began", [None, Began(ONSET, "the first crash")])
def test_pods_that_crash_alike_from_the_start_are_compared_with_nothing_and_it_says_why(began: Began | None) -> None:
    ones = [pod(f"web-{n}", ready=False, age=5, containers=(container(restarts=3, ran=(2, 1.9)),)) for n in (1, 2)]
    found = chosen(ones, [log(each, 2, previous=True) for each in ones], began)
    assert (found.usual, found.words) == ((), "")
    assert "no replica beside them is well, and no earlier instance ran for a while" in found.why


def test_what_the_caller_names_as_the_onset_comes_before_all_else() -> None:
    old, new = pod("old-1"), pod("new-1", ready=False, revision="b", age=40)
    found = chosen([old, new], [log(old, 30, 1), log(new, 30, 1)], Began(ONSET))
    assert (found.usual, found.onset, len(found.judged)) == ((), ONSET, 2)


def test_a_log_is_parted_at_a_moment_and_a_line_cut_off_is_dropped() -> None:
    body = log(pod("web-1"), 30, 25, 21, 20, 19).body
    early, late = parted(body, ONSET)
    assert (early.count(b"\n"), late.count(b"\n")) == (3, 2)
    assert parted(body[:70], ONSET)[0] == body[: body.find(b"\n") + 1]
    assert parted(b"", ONSET) == (b"", b"")


def test_a_pod_that_is_gone_is_judged_with_those_that_fail_and_no_line_of_it_is_lost() -> None:
    well, fails, gone = pod("web-1"), pod("web-2", ready=False), pod("web-3")
    found = chosen([well, fails], [log(well, 9, 1), log(fails, 9, 1), log(gone, 7)])
    assert (names(found.judged), names(found.usual)) == (["web-2", "web-3"], ["web-1"])
    old, new = pod("old-1"), pod("new-1", ready=False, revision="b", age=5)
    found = chosen([old, new], [log(old, 30, 1), log(new, 4, 1), log(gone, 7)])
    assert (names(found.judged), names(found.usual)) == (["new-1", "web-3"], ["old-1"])


def test_a_line_with_carriage_returns_is_parted_as_one() -> None:
    body = b"2026-11-24T02:00:00Z 10 %\r20 %\r30 %\n2026-11-24T02:02:00Z 40 %\r50 %\n"
    early, late = parted(body, datetime(2026, 11, 24, 2, 1, tzinfo=UTC))
    assert (early.count(b"\n"), late.count(b"\n"), early + late) == (1, 1, body)
    assert parted(body, datetime(2026, 11, 24, 3, tzinfo=UTC)) == (body, b"")
