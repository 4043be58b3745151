"""The story of revisions: how long each was current, which is, and which was ever seen ready."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident_mcp.cluster.rollback_target import pick_target
from incident_mcp.cluster.rollout_history import dated, history_of
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import ConditionSeen, ContainerSeen, PodSeen, RevisionSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

T0 = datetime(2026, 11, 24, tzinfo=UTC)
NOW = T0 + timedelta(hours=100)
REF = Ref(kind="Deployment", namespace="shop", name="web")


def image(tag: int) -> dict[str, Any]:
    probe = {"httpGet": {"port": 80}}
    return {"spec": {"containers": [{"name": "web", "image": f"web:{tag}", "readinessProbe": probe}]}}


def revision(number: int, hours: float, **fields: Any) -> RevisionSeen:
    made = T0 + timedelta(hours=hours)
    return RevisionSeen(
        number=number,
        controller=f"web-{number}",
        created=made,
        images=(f"web:{number}",),
        template=image(number),
        ready=fields.pop("ready", 0),
        **fields,
    )


def workload(*revisions: RevisionSeen, **fields: Any) -> WorkloadSeen:
    return dated(
        WorkloadSeen(
            ref=REF,
            uid="u",
            desired=fields.pop("desired", 2),
            ready=fields.pop("ready", 0),
            created=T0,
            revisions=tuple(sorted(revisions, key=lambda each: -each.number)),
            **fields,
        )
    )


def pod(name: str, controller: str, **fields: Any) -> PodSeen:
    ref = Ref(kind="Pod", namespace="shop", name=name)
    return PodSeen(ref=ref, uid=name, phase="Running", controller=controller, owner=REF, **fields)


def test_each_ran_until_the_next_one_came() -> None:
    history = history_of(workload(revision(1, 0), revision(2, 10), revision(3, 51, current=True)), NOW)
    assert history.current_revision == 3
    assert [(each.number, each.ran_for) for each in history.revisions] == [
        (3, None),
        (2, timedelta(hours=41)),
        (1, timedelta(hours=10)),
    ]
    assert history.revisions[0].differs == ("image web:2 -> 3",)


def test_after_a_rollback_what_can_not_be_known_is_unknown() -> None:
    """Revision 1 was returned to and is now 3: its object is old, its return is dated by the managed fields."""
    returned = T0 + timedelta(hours=20)
    history = history_of(
        workload(revision(2, 10), revision(3, 0, current=True, earlier_numbers=(1,)), rolled_out=returned), NOW
    )
    by_number = {each.number: each for each in history.revisions}
    assert by_number[3].current_from == returned
    assert by_number[2].ran_for == timedelta(hours=10)


def test_a_renumbered_revision_that_is_no_longer_current_has_no_known_times() -> None:
    history = history_of(workload(revision(2, 10), revision(3, 0), revision(4, 30, current=True)), NOW)
    by_number = {each.number: each for each in history.revisions}
    assert by_number[3].current_from is None
    assert by_number[3].ran_for is None
    assert by_number[2].ran_for is None, "when 3 came back is not known"


def test_a_gap_in_the_numbers_hides_another_revision() -> None:
    history = history_of(workload(revision(1, 0), revision(3, 10, current=True)), NOW)
    assert history.revisions[1].ran_for is None


def test_a_replica_set_at_zero_proves_nothing() -> None:
    history = history_of(workload(revision(1, 0), revision(2, 10, current=True, ready=2)), NOW)
    assert [each.seen_ready for each in history.revisions] == ["yes", "unknown"]


def test_the_controllers_word_counts_only_for_the_replica_set_that_it_names() -> None:
    message = Untrusted('ReplicaSet "web-2" has successfully progressed.')
    condition = ConditionSeen(type="Progressing", status="True", reason="NewReplicaSetAvailable", message=message)
    named = history_of(workload(revision(2, 0, current=True), conditions=(condition,)), NOW)
    other = history_of(workload(revision(3, 0, current=True), conditions=(condition,)), NOW)
    assert named.revisions[0].seen_ready == "yes"
    assert other.revisions[0].seen_ready == "unknown"


def test_never_only_when_all_its_first_pods_are_there_and_none_ever_turned_ready() -> None:
    made = T0 + timedelta(hours=10)
    fresh = [pod(name, "web-2", ready=False, created=made, ready_since=made) for name in ("a", "b")]
    current = workload(revision(1, 0), revision(2, 10, current=True))
    assert history_of(current, NOW, fresh).revisions[0].seen_ready == "never"
    turned = fresh[1].model_copy(update={"ready_since": made + timedelta(minutes=3)})
    assert history_of(current, NOW, [fresh[0], turned]).revisions[0].seen_ready == "unknown"
    replaced = fresh[1].model_copy(update={"created": made + timedelta(hours=1)})
    assert history_of(current, NOW, [fresh[0], replaced]).revisions[0].seen_ready == "unknown"
    assert history_of(current, NOW, fresh[:1]).revisions[0].seen_ready == "unknown"


def test_without_a_readiness_probe_a_crashing_container_may_have_been_ready_for_a_moment() -> None:
    made = T0 + timedelta(hours=10)
    crashed = ContainerSeen(name="web", image="web:2", restarts=3, last_finished=made + timedelta(seconds=2))
    unpulled = ContainerSeen(name="web", image="web:2", state="waiting", reason="ImagePullBackOff")
    bare = revision(2, 10, current=True).model_copy(update={"template": {"spec": {"containers": [{"name": "web"}]}}})

    def seen(container: ContainerSeen) -> str:
        pods = [pod(n, "web-2", ready=False, created=made, ready_since=made, containers=(container,)) for n in "ab"]
        return history_of(workload(revision(1, 0), bare), NOW, pods).revisions[0].seen_ready

    assert seen(crashed) == "unknown"
    assert seen(unpulled) == "never"


def test_the_target_is_the_newest_earlier_one_seen_ready() -> None:
    history = history_of(
        workload(revision(1, 0), revision(2, 10, ready=1), revision(3, 20), revision(4, 30, current=True)), NOW
    )
    target = pick_target(history)
    assert target.revision.number == 2
    assert target.why == "it is the newest earlier revision that was seen ready"


def test_else_the_one_before() -> None:
    target = pick_target(history_of(workload(revision(1, 0), revision(2, 10), revision(3, 20, current=True)), NOW))
    assert target.revision.number == 2
    assert target.why.startswith("it is the one before")


def test_any_revision_may_be_asked_for_but_the_current_one() -> None:
    history = history_of(workload(revision(1, 0), revision(2, 10), revision(3, 20, current=True)), NOW)
    assert pick_target(history, 1).revision.number == 1
    with pytest.raises(BadRequest) as current:
        pick_target(history, 3)
    assert current.value.next_step == "Use revision 2. Revisions: 3 (current), 2, 1."
    with pytest.raises(BadRequest) as missing:
        pick_target(history, 9)
    assert missing.value.happened == "Deployment shop/web has no revision 9."
    assert missing.value.next_step == "Revisions: 3 (current), 2, 1."


def test_the_only_revision_can_not_be_rolled_back() -> None:
    with pytest.raises(BadRequest, match="no earlier revision"):
        pick_target(history_of(workload(revision(1, 0, current=True)), NOW))
