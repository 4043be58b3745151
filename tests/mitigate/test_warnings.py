"""Each warning for what it warns of, and none for the near twin of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from incident_mcp.mitigate.warnings.configuration import changed, missing
from incident_mcp.mitigate.warnings.images import moved_tags
from incident_mcp.mitigate.warnings.migrations import migrated
from incident_mcp.mitigate.warnings.room import no_room, outside_limits, surge
from incident_mcp.mitigate.warnings.scaling import fought, rescaled
from incident_mcp.vocabulary.observation import ConfigSeen
from incident_mcp.vocabulary.refs import Ref
from tests.mitigate.around import IMAGE, Json, around, template, workload

LEFT = datetime(2026, 11, 24, 2, 11, 31, tzinfo=UTC)


def config(kind: str = "ConfigMap", **seen: Any) -> ConfigSeen:
    return ConfigSeen(ref=Ref(kind=kind, namespace="shop", name="checkout-config"), **seen)


def taking(key: str = "configMapRef", **more: Any) -> Json:
    container = {"name": "app", "image": IMAGE, "envFrom": [{key: {"name": "checkout-config", **more}}]}
    return template(containers=[container])


@pytest.mark.parametrize(
    ("taken", "seen", "told"),
    [
        (taking(), config(exists=False), ["ConfigMap shop/checkout-config is gone: the new pods would not start"]),
        (taking(), config(), []),
        (taking(optional=True), config(exists=False), []),
        (
            taking("secretRef"),
            config("Secret", exists=False, keys=None),
            ["Secret shop/checkout-config is gone: the new pods would not start"],
        ),
        (
            template(volumes=[{"name": "v", "configMap": {"name": "checkout-config"}}]),
            config(exists=False),
            ["ConfigMap shop/checkout-config is gone: the new pods would not start"],
        ),
        (template(), config(exists=False), []),
    ],
)
def test_configuration_that_is_gone(taken: Json, seen: ConfigSeen, told: list[str]) -> None:
    assert list(missing(around(template=taken, configs=[seen]))) == told


def test_a_service_account_that_is_gone() -> None:
    assert list(missing(around(account_missing="payer"))) == [
        "ServiceAccount shop/payer is gone: no new pod would be made"
    ]
    assert list(missing(around())) == []


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (
            config(changed=datetime(2026, 11, 24, 2, 12, tzinfo=UTC), changed_by="kubectl-edit"),
            ["ConfigMap shop/checkout-config has changed since (02:12:00 by kubectl-edit): that is not rolled back"],
        ),
        (config(changed=datetime(2026, 11, 24, 2, 11, tzinfo=UTC), changed_by="kubectl-edit"), []),
        (
            config(created=datetime(2026, 11, 24, 2, 13, tzinfo=UTC)),
            ["ConfigMap shop/checkout-config has changed since (02:13:00): that is not rolled back"],
        ),
        (config(exists=False), []),
    ],
)
def test_configuration_that_has_changed_since_the_revision_was_left(seen: ConfigSeen, told: list[str]) -> None:
    assert list(changed(around(configs=[seen]), LEFT)) == told
    assert list(changed(around(configs=[seen]), None)) == []


def pod(digest: str, image: str = IMAGE) -> Json:
    return {
        "spec": {"containers": [{"name": "app", "image": image}]},
        "status": {
            "containerStatuses": [{"name": "app", "imageID": f"registry.example/shop/checkout@sha256:{digest}"}]
        },
    }


def test_an_image_tag_that_moved() -> None:
    assert list(moved_tags(around(pods=[pod("a"), pod("b")]))) == [
        "image tag checkout:1.41 has moved: 2 digests run under it"
    ]
    assert list(moved_tags(around(pods=[pod("a"), pod("a")]))) == []
    assert list(moved_tags(around(pods=[pod("a"), pod("b", "registry.example/shop/checkout:1.42")]))) == []


def autoscaler(name: str = "checkout", least: int = 2, most: int = 5, **more: Any) -> Json:
    target = {"kind": "Deployment", "name": more.pop("of", "checkout")}
    metadata = {"name": name, "namespace": "shop", "uid": "h1", "labels": more.pop("labels", {})}
    spec = {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": most, **more}
    return {"metadata": metadata, "spec": spec, "status": {}}


KEDA = {"scaledobject.keda.sh/name": "checkout"}


@pytest.mark.parametrize(
    ("thing", "after", "told"),
    [
        (autoscaler(), 8, ["HorizontalPodAutoscaler checkout keeps 2 to 5 replicas and corrects 8 at once"]),
        (
            autoscaler(),
            4,
            ["HorizontalPodAutoscaler checkout decides the count between 2 and 5, and may change it again"],
        ),
        (
            autoscaler(),
            0,
            ["HorizontalPodAutoscaler checkout is turned off by a count of 0, and never wakes it again by itself"],
        ),
        (
            autoscaler("keda-hpa-checkout", labels=KEDA),
            8,
            [
                "KEDA ScaledObject checkout keeps 2 to 5 replicas and corrects 8 at once; "
                "annotate it autoscaling.keda.sh/paused=true to hold it"
            ],
        ),
        (autoscaler(of="catalog"), 8, []),
    ],
)
def test_an_autoscaler_that_fights_a_new_count(thing: Json, after: int, told: list[str]) -> None:
    assert list(fought(around(autoscalers=[thing]), after)) == told


def test_requests_that_an_autoscaler_measures_by() -> None:
    def by(kind: str) -> list[Json]:
        return [autoscaler(metrics=[{"type": "Resource", "resource": {"name": "cpu", "target": {"type": kind}}}])]

    assert list(rescaled(around(autoscalers=by("Utilization")))) == [
        "HorizontalPodAutoscaler shop/checkout scales by cpu in per cent of the requests"
    ]
    assert list(rescaled(around(autoscalers=by("AverageValue")))) == []


def quota(hard: Json, used: Json, **spec: Any) -> Json:
    return {"metadata": {"name": "team"}, "spec": {"hard": hard, **spec}, "status": {"hard": hard, "used": used}}


@pytest.mark.parametrize(
    ("thing", "told"),
    [
        (
            quota({"pods": "10"}, {"pods": "9"}),
            ["ResourceQuota team has room for 1 of 2 more pods (pods: 9 of 10 used)"],
        ),
        (quota({"pods": "10"}, {"pods": "8"}), []),
        (
            quota({"requests.cpu": "1"}, {"requests.cpu": "950m"}),
            ["ResourceQuota team has room for 0 of 2 more pods (requests.cpu: 950m of 1 used)"],
        ),
        (quota({"requests.cpu": "1"}, {"requests.cpu": "800m"}), []),
        (quota({"limits.memory": "1Gi"}, {"limits.memory": "1Gi"}), []),
        (quota({"services": "1"}, {"services": "1"}), []),
        (quota({"pods": "10"}, {"pods": "9"}, scopes=["BestEffort"]), []),
    ],
)
def test_a_quota_without_room_for_the_new_pods(thing: Json, told: list[str]) -> None:
    assert list(no_room(around(quotas=[thing]), 2)) == told
    assert list(no_room(around(quotas=[thing]), 0)) == []


def test_the_surge_is_counted_as_the_controller_does() -> None:
    def strategy(**of: Any) -> Json:
        return workload(None, None, strategy=of)

    assert surge(workload()) == 1
    assert surge(strategy(type="RollingUpdate", rollingUpdate={"maxSurge": "30%"})) == 2
    assert surge(strategy(type="RollingUpdate", rollingUpdate={"maxSurge": 0})) == 0
    assert surge(strategy(type="Recreate")) == 0
    assert surge(workload() | {"kind": "StatefulSet"}) == 0


def limits(**limit: Any) -> Json:
    return {"metadata": {"name": "team"}, "spec": {"limits": [{"type": "Container", **limit}]}}


@pytest.mark.parametrize(
    ("thing", "told"),
    [
        (
            limits(min={"cpu": "200m"}),
            ["LimitRange team wants container app to ask for at least 200m cpu: its pods would be refused"],
        ),
        (limits(min={"cpu": "100m"}), []),
        (limits(max={"memory": "32Mi"}), []),
        (limits(min={"cpu": "200m"}) | {"spec": {"limits": [{"type": "Pod", "min": {"cpu": "200m"}}]}}, []),
    ],
)
def test_a_limit_range_in_the_way(thing: Json, told: list[str]) -> None:
    assert list(outside_limits(around(limits=[thing]))) == told


def test_a_limit_above_the_maximum() -> None:
    container = {"name": "app", "image": IMAGE, "resources": {"limits": {"memory": "1Gi"}}}
    wide = around(template=template(containers=[container]), limits=[limits(max={"memory": "512Mi"})])
    assert list(outside_limits(wide)) == [
        "LimitRange team allows container app at most 512Mi memory: its pods would be refused"
    ]
    fits = around(template=template(containers=[container]), limits=[limits(max={"memory": "1Gi"})])
    assert list(outside_limits(fits)) == []


def job(name: str, created: str, **annotations: str) -> Json:
    notes = {key.replace("__", "/").replace("_", "."): value for key, value in annotations.items()}
    spec = {"template": {"spec": {"containers": [{"name": "job", "image": "registry.example/shop/tool:1"}]}}}
    return {"metadata": {"name": name, "creationTimestamp": created, "annotations": notes}, "spec": spec}


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (
            job("checkout-migrate-42", "2026-11-24T02:11:35Z"),
            ["Job checkout-migrate-42 (02:11:35) may have migrated data: that is not rolled back"],
        ),
        (job("checkout-migrate-41", "2026-11-20T02:11:35Z"), []),
        (job("report", "2026-11-24T02:11:35Z"), []),
        (job("immigration", "2026-11-24T02:11:35Z"), []),
        (
            job("schema", "2026-11-24T02:11:35Z", helm_sh__hook="pre-upgrade"),
            ["Job schema (02:11:35) may have migrated data: that is not rolled back"],
        ),
        (job("smoke", "2026-11-24T02:11:35Z", helm_sh__hook="test"), []),
    ],
)
def test_a_migration_job_of_the_revision_that_is_left(one: Json, told: list[str]) -> None:
    assert list(migrated(around(jobs=[one]), template(), LEFT)) == told


def test_a_migration_in_an_init_container() -> None:
    def with_init(name: str, image: str) -> Json:
        return template(initContainers=[{"name": name, "image": image}])

    flyway = with_init("db", "registry.example/shop/flyway:10")
    assert list(migrated(around(), flyway, LEFT)) == [
        "init container db (flyway:10) may have migrated data: that is not rolled back"
    ]
    assert list(migrated(around(template=flyway), flyway, LEFT)) == []
    assert list(migrated(around(), with_init("wait", "registry.example/shop/wait:1"), LEFT)) == []
