"""Who will put a change back: for objects that carry the marks of Argo CD, Flux and Helm, and only for those."""

from typing import Any

import pytest

from incident_mcp.mitigate.syncs import Sync, mark_of
from incident_mcp.mitigate.warnings.ownership import heals, reverted
from incident_mcp.vocabulary.refs import Ref
from tests.mitigate.around import CHECKOUT, Json, workload

TRACKING = "argocd.argoproj.io/tracking-id"
KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
HELM = "helm.toolkit.fluxcd.io"
UNRECONCILED = {f"{KUSTOMIZE}/reconcile": "disabled"}
RELEASE = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "shop"}


def flux(group: str, *parts: str) -> Json:
    return {
        f"{group}/{part}": value for part, value in (("name", "shop"), ("namespace", "flux-system")) if part in parts
    }


OWNED: list[tuple[Json, tuple[str, str]]] = [
    (workload({}, {TRACKING: "shop:apps/Deployment:shop/checkout"}), ("Argo CD application", "shop")),
    (workload({}, {TRACKING: "team_shop:apps/Deployment:shop/checkout"}), ("Argo CD application", "team/shop")),
    (workload({"app.kubernetes.io/instance": "shop"}, {}, "argocd-controller"), ("Argo CD application", "shop")),
    (workload(flux(KUSTOMIZE, "name", "namespace")), ("Flux Kustomization", "flux-system/shop")),
    (workload(flux(HELM, "name", "namespace")), ("Flux HelmRelease", "flux-system/shop")),
    (workload({"app.kubernetes.io/managed-by": "Helm"}, RELEASE), ("Helm release", "shop/shop")),
    (workload(flux(HELM, "name", "namespace"), UNRECONCILED), ("Flux HelmRelease", "flux-system/shop")),  # not Helm's
]
NEAR = [
    workload({}, {TRACKING: "shop:apps/Deployment:shop/other"}),  # came along with a copy
    workload({}, {TRACKING: "shop:/Deployment:shop/checkout"}),
    workload({"app.kubernetes.io/instance": "shop"}, {}, "helm"),  # Helm charts set that label too
    workload({}, {}, "argocd-controller"),
    workload(flux(KUSTOMIZE, "name")),
    workload(flux(KUSTOMIZE, "name", "namespace"), UNRECONCILED),  # Flux leaves it alone
    workload(flux(KUSTOMIZE, "name", "namespace") | UNRECONCILED),
    workload(flux(HELM, "namespace")),
    workload({"app.kubernetes.io/managed-by": "Helm"}),
    workload({"app.kubernetes.io/managed-by": "kustomize"}, RELEASE),
    workload(),
]


@pytest.mark.parametrize(("live", "owner"), OWNED, ids=[each[1][0] + str(n) for n, each in enumerate(OWNED)])
def test_a_marked_object_has_its_owner(live: Json, owner: tuple[str, str]) -> None:
    found = mark_of(CHECKOUT, live)
    assert found is not None
    assert (found.tool, found.path) == owner
    [warning] = reverted(found)
    assert warning.startswith(f"{owner[0]} ")


@pytest.mark.parametrize("live", NEAR, ids=range(len(NEAR)))
def test_an_object_that_only_looks_like_it_has_none(live: Json) -> None:
    assert mark_of(CHECKOUT, live) is None
    assert list(reverted(None)) == []


@pytest.mark.parametrize(
    ("version", "named", "owned"),
    [
        ("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/HTTPRoute:shop/web", True),
        ("gateway.networking.k8s.io/v1", "example.com/HTTPRoute:shop/web", False),
        ("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/HTTPRoute:shop/copy", False),
        ("v1", "/ConfigMap:shop/web", True),
    ],
)
def test_a_kind_that_is_installed_has_its_owner_too(version: str, named: str, owned: bool) -> None:
    kind = named.partition("/")[2].partition(":")[0]
    live = workload({}, {TRACKING: f"shop:{named}"}) | {"apiVersion": version}
    found = mark_of(Ref(kind=kind, namespace="shop", name="web"), live)
    assert (found is not None and found.tool == "Argo CD application") is owned


def test_an_object_of_an_operator_is_its_operators() -> None:
    live = workload()
    live["metadata"]["ownerReferences"] = [{"kind": "Shop", "name": "main", "uid": "u", "controller": True}]
    assert list(reverted(mark_of(CHECKOUT, live))) == [
        "Shop main controls it and may put this back: change that instead"
    ]
    live["metadata"]["ownerReferences"][0]["controller"] = False
    assert mark_of(CHECKOUT, live) is None


def argo(automated: Any, **policy: Any) -> Sync:
    policy = ({} if automated == "none" else {"automated": automated}) | policy
    return Sync("Argo CD application", "shop", "argocd", {"spec": {"syncPolicy": policy}})


def kustomization(**spec: Any) -> Sync:
    return Sync("Flux Kustomization", "shop", "flux-system", {"spec": {"interval": "10m", **spec}})


def release(**spec: Any) -> Sync:
    return Sync("Flux HelmRelease", "shop", "flux-system", {"spec": {"interval": "30m", **spec}})


@pytest.mark.parametrize(
    ("sync", "healing", "words"),
    [
        (argo({"selfHeal": True}), True, "heals itself: this would be put back within seconds"),
        (argo({"selfHeal": True, "enabled": False}), False, "without automatic sync"),
        (argo({}), False, "syncs by itself: this lasts until its next commit"),
        (argo("none"), False, "without automatic sync"),
        (kustomization(), True, "puts this back within 10m"),
        (kustomization(suspend=True), False, "is suspended: this lasts until it is resumed"),
        (release(), False, "its next upgrade puts this back"),
        (release(driftDetection={"mode": "enabled"}), True, "corrects drift: this would be put back within 30m"),
        (release(driftDetection={"mode": "warn"}), False, "its next upgrade puts this back"),
    ],
)
def test_the_warning_says_how_soon_and_what_to_do_instead(sync: Sync, healing: bool, words: str) -> None:
    [warning] = reverted(sync)
    assert words in warning
    assert heals(sync) is healing


@pytest.mark.parametrize("tool", ["Argo CD application", "Flux Kustomization"])
def test_an_owner_that_cannot_be_read_is_warned_of_all_the_same(tool: Any) -> None:
    [warning] = reverted(Sync(tool, "shop", "flux-system"))
    assert "can't be read" in warning
    assert "revert the commit in Git instead" in warning
