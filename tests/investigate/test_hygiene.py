"""What is untidy: one finding on the untidy object, none on the tidy neighbour, and never in a triage answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.investigate.find import find
from incident_mcp.investigate.hygiene.item import Estate, HygieneItem
from incident_mcp.investigate.hygiene.judge import BY_CODE, HYGIENE, estate_of, hygiene, page
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen, SelectorSeen
from incident_mcp.vocabulary.scaling_seen import BudgetSeen
from tests.investigate.observations import bad_rollout, config, deployment, observation, pod, ref, service, workload

PAGE = Path(__file__).parents[2] / "docs" / "hygiene.md"
PROBE = {"httpGet": {"path": "/", "port": "http"}}
TIDY: dict[str, Any] = {
    "name": "app",
    "image": "registry.example/shop/tidy:1.42",
    "ports": [{"name": "http", "containerPort": 8080}],
    "readinessProbe": PROBE,
    "livenessProbe": PROBE,
    "resources": {"requests": {"cpu": "10m"}, "limits": {"memory": "64Mi"}},
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    "securityContext": {"runAsNonRoot": True},
}
SPEC: dict[str, Any] = {"serviceAccountName": "tidy"}


def tidy(name: str = "tidy", desired: int = 2, spec: dict[str, Any] = SPEC, **container: Any) -> WorkloadSeen:
    kept = {key: value for key, value in {**TIDY, **container}.items() if value is not None}
    return workload(name, desired, desired, spec=spec, container=kept)


def budget(name: str) -> BudgetSeen:
    return BudgetSeen(ref=ref("PodDisruptionBudget", name), selector={"app": name})


def judged(*workloads: WorkloadSeen, **estate: Any) -> list[HygieneItem]:
    """With the tidy neighbour."""
    everything: dict[str, Any] = {
        "services": (service("tidy", 2), *(service(each.ref.name, 1) for each in workloads)),
        "budgets": (budget("tidy"), *(budget(each.ref.name) for each in workloads)),
        **estate,
    }
    return list(hygiene(Estate(workloads=(tidy(), *workloads), **everything)))


CONTAINERS: dict[str, dict[str, Any]] = {
    "HYG101": {"image": "registry.example:5000/shop/app"},
    "HYG102": {"image": "registry.example/shop/app:latest"},
    "HYG103": {"readinessProbe": None},
    "HYG104": {"livenessProbe": None},
    "HYG105": {"readinessProbe": {"httpGet": {"path": "/", "port": 8080}}},
    "HYG106": {"resources": {}},
    "HYG107": {"resources": {"requests": {"cpu": "10m"}, "limits": {"cpu": "1"}}},
    "HYG108": {"ports": [{"containerPort": 8080}]},
    "HYG109": {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
    "HYG203": {"securityContext": {}},
    "HYG204": {"securityContext": {"runAsNonRoot": True, "privileged": True}},
}
WITH_IT = {"HYG106": {"HYG107"}}
"""What no resources at all lack too."""


@pytest.mark.parametrize("code", CONTAINERS)
def test_an_untidy_container_is_told_and_its_tidy_neighbour_is_not(code: str) -> None:
    found = judged(tidy("api", **CONTAINERS[code]))
    assert {item.code for item in found} == {code} | WITH_IT.get(code, set())
    assert {item.target for item in found} == {deployment("api")}
    assert all("app" in item.what for item in found)


OTHERS: dict[str, Callable[[], list[HygieneItem]]] = {
    "HYG201": lambda: judged(tidy("api", spec={"automountServiceAccountToken": False})),
    "HYG301": lambda: judged(tidy("api").model_copy(update={"max_unavailable": "100%"})),
    "HYG302": lambda: judged(tidy("api", desired=1)),
    "HYG303": lambda: judged(tidy("api"), budgets=(budget("tidy"),)),
    "HYG304": lambda: judged(pods=(pod(None, "alone"), pod("tidy", "tidy-1"))),
    "HYG305": lambda: judged(
        policies=(
            PolicySeen(ref=ref("NetworkPolicy", "gone"), selector=SelectorSeen(labels={"app": "gone"})),
            PolicySeen(ref=ref("NetworkPolicy", "tidy"), selector=SelectorSeen(labels={"app": "tidy"})),
            PolicySeen(ref=ref("NetworkPolicy", "all")),
        )
    ),
    "HYG306": lambda: judged(configs=(config("empty"), config("full", "KEY"), config("gone", exists=False))),
}


@pytest.mark.parametrize("code", OTHERS)
def test_other_untidiness_is_told_once(code: str) -> None:
    (item,) = OTHERS[code]()
    assert item.code == code
    assert item.target.name in item.do or code == "HYG304"


def test_a_token_that_is_mounted_for_the_default_account_is_told_beside_it() -> None:
    assert {item.code for item in judged(tidy("api", spec={}))} == {"HYG201", "HYG202"}


def test_every_kind_has_a_case() -> None:
    assert {*CONTAINERS, *OTHERS, "HYG202"} == set(BY_CODE)
    assert len(HYGIENE) == len(BY_CODE)


def test_what_was_not_read_is_not_said_to_be_missing() -> None:
    assert judged(tidy("api"), budgets=None) == []


def test_the_clusters_own_components_keep_their_rights() -> None:
    own = tidy("proxy", securityContext={"privileged": True}, spec={}).model_copy(
        update={"ref": ref("DaemonSet", "proxy", "kube-system")}
    )
    assert judged(own) == []


def test_a_pinned_digest_is_a_version() -> None:
    assert judged(tidy("api", image=f"registry.example/app@sha256:{'a' * 64}")) == []


def test_no_untidiness_is_part_of_triage() -> None:
    assert find(observation(workload("web2", 2, 2, container={"image": "x:latest"}))) == []
    assert not any(code.startswith("HYG") for code in {each.code for each in find(bad_rollout())})


def test_of_a_look_only_what_failed_is_judged() -> None:
    seen = bad_rollout()
    targets = {item.target for item in hygiene(estate_of(seen, {deployment("checkout")}))}
    assert targets == {deployment("checkout")}
    assert hygiene(estate_of(seen, set())) == ()


def test_the_page_is_the_codes() -> None:
    """Made again with: `python -c "from incident_mcp.investigate.hygiene.judge import page; print(page(), end='')"`."""
    assert PAGE.read_text() == page()
