"""The assessment: onset, change, trend, severity, impact and decision, from observations made by hand."""

from datetime import timedelta

import pytest

from incident_mcp.assess.assess import assess
from incident_mcp.assess.assessment import Assessment
from incident_mcp.assess.trend import EarlierLook
from incident_mcp.investigate.silence import silence
from incident_mcp.vocabulary.observation import NotChecked, Observation
from incident_mcp.vocabulary.refs import Scope
from incident_mcp.vocabulary.severity import Severity
from tests.investigate.observations import (
    NOW,
    at,
    bad_rollout,
    config,
    container,
    crashing,
    deployment,
    event,
    group,
    node,
    observation,
    pod,
    revision,
    route,
    service,
    waiting,
    workload,
)

CHECKOUT = deployment("checkout")


def test_the_first_picture() -> None:
    found = assess(bad_rollout())
    assert found.headline == "1 of 9 workloads is not well"
    (row,) = found.rows
    assert (row.target, row.state, row.since) == (
        CHECKOUT,
        "0 of 3 ready, 3 pods in CrashLoopBackOff",
        at("02:11:40"),
    )
    assert row.cause.summary == (
        "checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config, its environment, has no such key"
    )
    assert [each.value for each in row.evidence][1:] == [
        "once in each of 3 pods",
        "no key PAYMENT_URL; 2 keys: CART_URL and LOG_LEVEL",
    ]
    assert row.changed
    assert row.changed.at == at("02:11:31")
    assert row.changed.text == "rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42"
    assert row.breaks == ("Service shop/checkout has no endpoints -> Ingress shop.example.com/checkout answers 503")
    assert str(found.trend) == "steady: 0 of 3 ready since 02:11:40"
    assert found.severity
    assert found.severity.severity is Severity.SEV_2
    assert found.severity.answer_within == timedelta(minutes=15)
    assert found.severity.reasons == ("one user-facing service down", "eight workloads well")
    assert found.impact.users
    assert str(found.decision) == (
        "Caused by a recent deployment? yes (9 s before the first crash). "
        "So: roll back to revision 6, which ran for 41 h until 02:11:31."
    )
    assert found.decision
    assert found.decision.call
    assert found.decision.call.tool == "rollback_workload"
    assert found.decision.call.arguments == {
        "kind": "Deployment",
        "namespace": "shop",
        "name": "checkout",
        "revision": 6,
    }


def test_nothing_wrong_is_said_plainly_and_nothing_is_proposed() -> None:
    found = assess(observation())
    assert found.headline == "all 9 workloads are well"
    assert not found.rows
    assert found.onset is None
    assert found.severity is None
    assert found.decision is None
    assert not found.impact.users


# Onset


def onset_of(seen: Observation) -> tuple[str, bool]:
    found = assess(seen).onset
    assert found
    return f"{found.at:%H:%M:%S} {found.what}", found.exact


def test_the_onset_is_the_first_start_plus_the_time_that_an_instance_runs() -> None:
    """The kubelet reports a back-off only when it begins to wait; by then the first crash is seconds old."""
    last = crashing(last_started=at("02:13:50"), last_finished=at("02:13:53"))
    broken = pod("api", "api-1", last, ready_since=at("02:11:31"))
    started = event(broken, "Started", first="02:11:37", warning=False, container="app")
    seen = observation(workload("api", 0, 1), broken, started, event(broken, "BackOff", first="02:11:51"))
    assert onset_of(seen) == ("02:11:40 first crash, api-1", True)


def test_when_events_have_expired_the_last_crash_is_only_at_the_latest() -> None:
    broken = pod("api", "api-1", crashing(last_finished=at("02:13:53")))
    assert onset_of(observation(workload("api", 0, 1), broken)) == ("02:13:53 first crash, api-1", False)


def test_a_pod_that_was_ready_once_is_dated_by_its_turning() -> None:
    running = container(state="running", started=at("01:00:00"))
    broken = pod("api", "api-1", running, created=at("01:00:00"), ready_since=at("02:05:00"))
    assert onset_of(observation(workload("api", 0, 1), broken)) == ("02:05:00 not ready, api-1", True)


# Decision


def rolled_out(when: str, *, revisions: bool = True) -> Observation:
    broken = pod("api", "api-1", crashing(), revision="rs-2")
    kept = (
        revision(2, at(when), "api:2", current=True),
        revision(1, at("00:00:00") - timedelta(hours=5), "api:1"),
    )
    api = workload("api", 0, 1, rolled_out=at(when), revisions=kept if revisions else ())
    return observation(api, broken, event(broken, "BackOff"))


def said(found: Assessment) -> str:
    assert found.decision
    return f"{found.decision.recent_deployment} ({found.decision.why})"


def test_a_rollout_after_the_onset_explains_nothing() -> None:
    found = assess(rolled_out("02:13:00"))
    assert said(found) == "no (the rollout came 80 s after the first crash)"
    assert found.decision
    assert found.decision.call is None


def test_a_rollout_hours_before_is_not_the_cause() -> None:
    assert said(assess(rolled_out("00:05:00"))) == "no (the last rollout was 2 h 7 min before the first crash)"


def test_without_revisions_it_is_not_known() -> None:
    assert said(assess(rolled_out("02:11:31", revisions=False))) == "unknown (its revisions could not be read)"


def test_when_pods_of_the_revision_before_fail_too_it_was_not_the_rollout() -> None:
    old = pod("api", "api-0", crashing(), revision="rs-1", created=at("00:00:00"))
    seen = rolled_out("02:11:31")
    found = assess(seen.model_copy(update={"pods": (*seen.pods, old)}))
    assert said(found) == "no (pods of the revision before fail too)"


def test_a_dead_node_is_not_rolled_back() -> None:
    found = assess(observation(node("node-2", "Ready=False", since=at("02:10:00"))))
    assert said(found) == "no (the root is Node node-2)"


def test_an_edited_config_map_before_the_onset_is_named_when_no_rollout_was() -> None:
    env = {"envFrom": [{"configMapRef": {"name": "c"}}]}
    broken = pod("api", "api-1", crashing())
    api = workload("api", 0, 1, container=env, revisions=(revision(1, at("00:00:00"), "api:1", current=True),))
    edited = config("c", "A", changed=at("02:11:00"), changed_by="kubectl-edit")
    found = assess(observation(api, broken, edited, event(broken, "BackOff")))
    assert found.decision
    assert found.decision.so == "look at ConfigMap shop/c edited, field manager kubectl-edit at 02:11:00"
    assert [change.seconds_before_onset for change in found.changes] == [40]


# Severity


def severity(seen: Observation) -> tuple[str, str]:
    proposed = assess(seen).severity
    assert proposed
    return proposed.severity, proposed.reasons[0]


def test_everything_down_is_the_worst() -> None:
    seen = observation(workload("api", 0, 1), pod("api", "api-1", crashing()), total=2)
    all_down = seen.model_copy(update={"workloads": (seen.workloads[0], workload("web", 0, 2))})
    assert severity(all_down) == (Severity.SEV_1, "no workload has a ready pod")


def test_a_service_that_users_reach_by_itself_counts_as_user_facing() -> None:
    seen = observation(workload("api", 0, 1), pod("api", "api-1", crashing()), service("api", 0, 1, external=True))
    assert severity(seen) == (Severity.SEV_2, "one user-facing service down")


def test_an_inner_service_down_is_less() -> None:
    seen = observation(workload("api", 0, 1), pod("api", "api-1", crashing()), service("api", 0, 1))
    assert severity(seen) == (Severity.SEV_3, "one of the inner services down; no route from outside leads to it")


def test_whoever_may_not_read_the_routes_does_not_say_that_none_leads_there() -> None:
    seen = observation(workload("api", 0, 1), pod("api", "api-1", crashing()), service("api", 0, 1))
    blind = seen.model_copy(update={"looked_at": ("pods", "workloads", "services")})
    said = "SEV-2 if users reach it: what leads there from outside could not be read"
    assert severity(blind) == (Severity.SEV_3, f"one of the inner services down; {said}")


def test_whoever_sees_pods_alone_does_not_say_that_nobody_has_lost_any() -> None:
    seen = observation(pod("api", "api-1", crashing())).model_copy(update={"looked_at": ("pods",)})
    assert severity(seen) == (Severity.SEV_3, "1 pod not ready; what they serve could not be read")


def test_part_of_a_service_down_is_less() -> None:
    seen = observation(workload("api", 1, 2), pod("api", "api-1", crashing()), service("api", 1, 1), route("api"))
    assert severity(seen) == (Severity.SEV_3, "1 of 2 pods ready where it fails; the rest still serve")


def test_a_stuck_rollout_that_nobody_notices_is_the_least() -> None:
    seen = observation(workload("api", 2, 2, updated=1), pod("api", "api-1", crashing()), service("api", 2, 1))
    assert severity(seen) == (Severity.SEV_4, "no service has lost a pod")


def test_of_one_workload_alone_nobody_says_that_all_is_down() -> None:
    scope = Scope(namespace="shop", workload=CHECKOUT)
    found = assess(bad_rollout().model_copy(update={"scope": scope}))
    assert found.severity
    assert found.severity.reasons == ("one user-facing service down", "only this workload was looked at")


# Nothing found


@pytest.mark.parametrize(
    ("looked_at", "missed"), [(("workloads",), ()), (("pods",), ()), (("pods", "workloads"), ("pods in shop",))]
)
def test_where_pods_or_workloads_were_not_read_nobody_says_that_all_are_well(
    looked_at: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    lost = tuple(NotChecked(what=each, why="the API server failed") for each in missed)
    found = assess(observation().model_copy(update={"looked_at": looked_at, "not_checked": lost}))
    assert found.blind
    assert found.headline == "not all pods and workloads could be read"


def test_what_only_explains_may_be_missing_where_all_is_well() -> None:
    lost = (NotChecked(what="ingress classes", why="Forbidden"), NotChecked(what="nodes", why="Forbidden"))
    found = assess(observation(total=4).model_copy(update={"not_checked": lost}))
    assert not found.blind
    assert found.headline == "all 4 workloads are well"


# Trend


def trend(ready: int, *earlier: tuple[int, int], **fields: int) -> str:
    seen = observation(workload("api", ready, 3, **fields), pod("api", "api-1", crashing(), created=at("01:00:00")))
    looks = [EarlierLook(at=NOW - timedelta(minutes=minutes), ready=number, desired=3) for minutes, number in earlier]
    return str(assess(seen, earlier={"Deployment shop/api": looks}).trend)


def test_with_earlier_looks_the_latest_of_them_is_compared() -> None:
    assert trend(2, (2, 1), (9, 3)) == "better: 2 of 3 ready, 1 at 02:12:03"
    assert trend(0, (2, 1)) == "worse: 0 of 3 ready, 1 at 02:12:03"
    assert trend(1, (2, 1)) == "steady: 1 of 3 ready, as at 02:12:03"


def test_with_one_look_only_states_speak() -> None:
    assert trend(0) == "steady: 0 of 3 ready since 02:13:53"
    assert trend(1) == "unknown: 1 of 3 ready; one look only"
    assert trend(3, updated=1) == "steady: 3 of 3 ready; the rollout is held at 1 of 3 updated since 02:13:53"


def test_a_pod_that_turned_a_moment_ago_makes_it_worse() -> None:
    turned = pod("api", "api-1", crashing(), created=at("01:00:00"), ready_since=NOW - timedelta(seconds=30))
    found = assess(observation(workload("api", 2, 3), turned))
    assert str(found.trend) == "worse: 1 pod turned unready within the last minute"


# Roots that are no workload, and notices


def test_a_rollout_that_asks_for_a_missing_secret_is_rolled_back_although_the_secret_is_the_root() -> None:
    waits = waiting("CreateContainerConfigError", 'secret "db-credentials" not found')
    kept = (
        revision(2, at("02:11:31"), "api:2", current=True),
        revision(1, at("00:00:00") - timedelta(hours=5), "api:1"),
    )
    broken = pod("api", "api-1", waits, phase="Pending", revision="rs-2")
    seen = observation(
        workload("api", 0, 2, rolled_out=at("02:11:31"), revisions=kept),
        broken,
        event(broken, "Failed", "Error: secret not found", first="02:11:34"),
        group("api", "CreateContainerConfigError", 2),
    )
    found = assess(seen)
    (row,) = found.rows
    assert (str(row.target), row.state) == (
        "Secret shop/db-credentials",
        "0 of 2 ready, 2 pods in CreateContainerConfigError",
    )
    assert row.breaks.startswith("Deployment shop/api: container app can't start")
    assert found.decision
    assert found.decision.call
    assert (found.decision.recent_deployment, found.decision.call.arguments["revision"]) == ("yes", 1)


def test_a_notice_is_nobodys_incident() -> None:
    found = assess(observation(node("node-2", ready=True, unschedulable=True)))
    assert not found.rows
    assert found.severity is None


def test_what_is_silenced_is_nobodys_incident_either() -> None:
    found = assess(bad_rollout(), silenced=[silence("INC104"), silence("INC101"), silence("INC201")])
    assert [row.cause.cause for row in found.rows] == ["route-down"]
