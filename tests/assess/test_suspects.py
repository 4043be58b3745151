"""Which change explains the fault: near to it in time, near to what fails, and never one that came after."""

from datetime import timedelta

from incident_mcp.assess.assessment import Onset
from incident_mcp.assess.suspects import rank
from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.change import ChangeKind, ChangeSeen
from incident_mcp.vocabulary.refs import Ref
from tests.investigate.observations import at, crashing, deployment, observation, pod, workload

ONSET = Onset(at=at("02:11:40"), what="first crash")
CONFIG = Ref(kind="ConfigMap", namespace="shop", name="api-config")
TAKES = {"envFrom": [{"configMapRef": {"name": "api-config"}}]}
SEEN = observation(workload("api", 0, 1, container=TAKES), pod("api", "api-1", crashing(), node="node-7"))


def change(target: Ref, when: str, text: str = "edited", kind: ChangeKind = "configuration") -> ChangeSeen:
    return ChangeSeen(target=target, at=at(when), kind=kind, text=text)


def ranked(*changes: ChangeSeen) -> list[tuple[str, str]]:
    return [(str(one.change.target), one.relation) for one in rank(changes, SEEN, find_chains(SEEN), ONSET)]


def test_what_fails_comes_before_its_neighbours_at_the_same_time() -> None:
    other = Ref(kind="ConfigMap", namespace="shop", name="other")
    far = Ref(kind="Deployment", namespace="elsewhere", name="web")
    node = Ref(kind="Node", name="node-7")
    times = [change(target, "02:11:00") for target in (far, other, node, CONFIG, deployment("api"))]
    assert ranked(*times) == [
        ("ConfigMap shop/api-config", "its configuration"),
        ("Deployment shop/api", "fails"),
        ("Node node-7", "carries it"),
        ("ConfigMap shop/other", "same namespace"),
        ("Deployment elsewhere/web", "elsewhere"),
    ]


def test_what_was_only_made_then_comes_after_what_was_changed() -> None:
    made, edited = change(CONFIG, "02:11:31", "created"), change(deployment("api"), "02:05:00")
    assert [name for name, _ in ranked(made, edited)] == ["Deployment shop/api", "ConfigMap shop/api-config"]


def test_a_policy_that_was_made_acts_on_its_whole_namespace() -> None:
    policy = Ref(kind="NetworkPolicy", namespace="shop", name="deny-all")
    neighbour = change(Ref(kind="Deployment", namespace="shop", name="web"), "02:11:31", "rollout 1 -> 2", "rollout")
    assert [name for name, _ in ranked(neighbour, change(policy, "02:11:00", "created", "policy"))] == [
        "NetworkPolicy shop/deny-all",
        "Deployment shop/web",
    ]


def test_the_nearer_in_time_comes_first_among_equals() -> None:
    early, late = change(CONFIG, "01:00:00"), change(deployment("api"), "02:11:31")
    assert [name for name, _ in ranked(early, late)] == ["Deployment shop/api", "ConfigMap shop/api-config"]


def test_a_change_after_the_onset_explains_nothing() -> None:
    far_but_before = change(Ref(kind="Deployment", namespace="elsewhere", name="web"), "02:10:00")
    after = change(deployment("api"), "02:13:00")
    assert [name for name, _ in ranked(after, far_but_before)] == ["Deployment elsewhere/web", "Deployment shop/api"]


def test_the_same_change_told_twice_is_one_with_its_latest_time() -> None:
    (only,) = rank([change(CONFIG, "02:00:00"), change(CONFIG, "02:05:00")], SEEN, find_chains(SEEN), ONSET)
    assert only.before_onset == timedelta(minutes=6, seconds=40)


def test_with_nothing_failing_the_newest_comes_first_and_none_is_a_suspect() -> None:
    well = observation(workload("api", 1, 1))
    found = rank([change(CONFIG, "01:00:00"), change(deployment("api"), "02:00:00")], well, [], None)
    assert [(str(one.change.target), one.before_onset, one.score) for one in found] == [
        ("Deployment shop/api", None, 0),
        ("ConfigMap shop/api-config", None, 0),
    ]
