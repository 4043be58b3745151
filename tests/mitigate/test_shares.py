"""The arithmetic of weights, and what is warned of where traffic goes: each beside a near twin that is fine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_mcp.cluster.gateway_objects import Grants
from incident_mcp.mitigate.traffic import gateway_api, ingress, istio, service_selector
from incident_mcp.mitigate.traffic.behind import Behind
from incident_mcp.mitigate.traffic.shares import Unclear, percent, share, split
from incident_mcp.mitigate.traffic.shift import Part
from incident_mcp.mitigate.warnings.targets import no_such_port, not_granted, overloaded, unserved
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend
from tests.investigate.planted.objects import Json, thing
from tests.investigate.real_routes import GATEWAY_API
from tests.mitigate.routes import NGINX, SUBSETS, virtual_service
from tests.mitigate.routes import ingress as made_ingress


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8), st.data())
def test_new_weights_sum_to_100_and_the_others_keep_their_proportions(weights: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(weights) - 1))
    wanted = data.draw(st.integers(0, 100))
    others = sum(weights) - weights[at]
    if others == 0 and wanted < 100 and len(weights) > 2:
        with pytest.raises(Unclear):
            split(weights, at, wanted)
        return
    new = split(weights, at, wanted)
    assert sum(new) == 100
    assert new[at] == wanted
    for place, weight in enumerate(weights):
        if place != at and others:
            assert abs(new[place] - weight * (100 - wanted) / others) < 1
            assert weight or not new[place]


@pytest.mark.parametrize(
    ("weights", "at", "wanted", "new"),
    [
        ([90, 10], 1, 20, [80, 20]),
        ([1, 1], 1, 25, [75, 25]),
        ([2, 1, 0], 2, 10, [60, 30, 10]),
        ([1, 1, 1], 0, 50, [50, 25, 25]),
        ([1, 1, 1], 0, 0, [0, 50, 50]),
        ([1, 1, 1], 0, 33, [33, 34, 33]),
        ([0, 100], 1, 100, [0, 100]),
        ([0, 100], 1, 40, [60, 40]),
    ],
)
def test_what_one_gains_the_others_lose(weights: list[int], at: int, wanted: int, new: list[int]) -> None:
    assert split(weights, at, wanted) == new


def test_a_share_is_the_weight_of_the_sum() -> None:
    assert [percent(share([1, 2, 0], at)) for at in range(3)] == ["33.3 %", "66.7 %", "0 %"]
    assert share([0, 0], 0) == 0


WEB = Backend(service=Ref(kind="Service", namespace="shop", name="web-v2"), label="web-v2")
OLD = Backend(service=Ref(kind="Service", namespace="shop", name="web-v1"), label="web-v1")
PORT: Json = {"name": "http", "port": 80}


def gaining(port: str = "", backend: Backend | None = WEB) -> list[Part]:
    return [Part("web-v2", 0, 20, backend, port)]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (Behind(ready=0), ["web-v2 has no ready endpoints: what is sent there fails"]),
        (Behind(exists=False), ["Service shop/web-v2 does not exist: what is sent there fails"]),
        (Behind(ready=1), []),
        (Behind(ready=None), []),  # a host outside of the cluster
    ],
)
def test_a_target_without_anybody_who_answers(seen: Behind, told: list[str]) -> None:
    assert list(unserved(gaining(), {"web-v2": seen})) == told


def test_a_target_that_could_not_be_read_is_not_accused() -> None:
    assert list(unserved(gaining(), {})) == []
    assert list(unserved(gaining(backend=None), {"web-v2": Behind()})) == []


@pytest.mark.parametrize(
    ("port", "told"),
    [
        ("8080", ["Service shop/web-v2 has no port 8080 (it has http, 80)"]),
        ("80", []),
        ("http", []),
        ("", []),
    ],
)
def test_a_port_that_the_target_lacks(port: str, told: list[str]) -> None:
    assert list(no_such_port(gaining(port), {"web-v2": Behind(ready=1, ports=[PORT])})) == told


@pytest.mark.parametrize(
    ("after", "old", "new", "told"),
    [
        (100, 10, 2, ["web-v2 has 2 ready endpoints: each gets 5.0 times what one gets now"]),
        (50, 1, 1, []),
        (100, 10, 7, []),
        (100, 10, 0, []),  # told otherwise
    ],
)
def test_a_target_with_too_few_for_so_much(after: int, old: int, new: int, told: list[str]) -> None:
    parts = [Part("web-v1", 100, 100 - after, OLD), Part("web-v2", 0, after, WEB)]
    assert list(overloaded(parts, {"web-v1": Behind(ready=old), "web-v2": Behind(ready=new)})) == told


ROUTE = Ref(kind="HTTPRoute", namespace="shop", name="web")
ELSEWHERE = WEB.model_copy(update={"service": Ref(kind="Service", namespace="other", name="web-v2")})


def grant(of: str) -> Json:
    spec = {
        "from": [{"group": GATEWAY_API, "kind": "HTTPRoute", "namespace": of}],
        "to": [{"group": "", "kind": "Service"}],
    }
    made = thing("ReferenceGrant", "web", spec=spec)
    made["metadata"]["namespace"] = "other"
    return made


def test_a_target_in_another_namespace_that_has_not_agreed() -> None:
    known = frozenset({"other"})
    told = ["no ReferenceGrant of other lets HTTPRoute shop/web refer to web-v2: its share would fail"]
    assert list(not_granted(ROUTE, gaining(backend=ELSEWHERE), Grants((), known))) == told
    assert list(not_granted(ROUTE, gaining(backend=ELSEWHERE), Grants((grant("shp"),), known))) == told
    assert list(not_granted(ROUTE, gaining(backend=ELSEWHERE), Grants((grant("shop"),), known))) == []
    assert list(not_granted(ROUTE, gaining(), Grants((), known))) == []


INGRESS = Ref(kind="Ingress", namespace="shop", name="canary")
MAIN = made_ingress("web", "web-v1")


def canary(others: list[Json], **notes: str) -> tuple[str, ...]:
    live = made_ingress("canary", "web-v2", canary="true", **notes)
    return ingress.canary(INGRESS, "/x", live, 10, others).warnings


def test_a_header_or_cookie_that_decides_before_the_weight() -> None:
    [warning] = canary([MAIN], canary_by_header="x-canary")
    assert warning.startswith("a header decides before the weight")
    [warning] = canary([MAIN], canary_by_cookie="canary")
    assert warning.startswith("a cookie decides before the weight")
    assert canary([MAIN]) == ()


def test_a_canary_without_a_main_ingress() -> None:
    other = made_ingress("web", "web-v1")
    other["spec"]["rules"][0]["host"] = "other.example.com"
    [warning] = canary([other])
    assert warning.endswith("nginx drops a canary that is alone")
    assert canary([other, MAIN]) == ()


def test_a_second_canary_for_the_same_path() -> None:
    rival = made_ingress("other", "web-v3", canary="true")
    [warning] = canary([MAIN, rival])
    assert warning == "Ingress other is a canary for the same path: nginx takes one only"
    rival["spec"]["rules"][0]["http"]["paths"][0]["path"] = "/api"
    assert canary([MAIN, rival]) == ()


def test_a_class_that_does_not_read_the_annotations() -> None:
    live = made_ingress("canary", "web-v2", canary="true")
    live["spec"]["ingressClassName"] = "traefik"
    [warning] = ingress.canary(INGRESS, "/x", live, 10, [MAIN]).warnings
    assert warning.startswith("its class is traefik")


def test_a_canary_weight_is_a_share_of_its_own_total() -> None:
    live = made_ingress("canary", "web-v2", canary="true", canary_weight="50", canary_weight_total="1000")
    shift = ingress.canary(INGRESS, "/x", live, 10, [MAIN])
    assert list(shift.fields.values()) == ["100"]
    assert shift.headline == "web-v2 5 % -> 10 %"
    live["metadata"]["annotations"][f"{NGINX}/canary-weight-total"] = "7"
    with pytest.raises(BadRequest, match="can't be said in parts of 7"):
        ingress.canary(INGRESS, "/x", live, 10, [MAIN])


@pytest.mark.parametrize("marked", [True, False])
def test_a_cloud_load_balancers_own_weights_are_named_and_not_handled(marked: bool) -> None:
    live = made_ingress("web", "web-v1")
    if marked:
        live["metadata"]["annotations"]["alb.ingress.kubernetes.io/actions.web-v1"] = "{}"
        with pytest.raises(BadRequest, match="cloud load balancer's own"):
            ingress.rerouted(INGRESS, "/x", live, "web-v2", "", None)
    else:
        live["metadata"]["annotations"]["alb.ingress.kubernetes.io/scheme"] = "internal"
        assert ingress.rerouted(INGRESS, "/x", live, "web-v2", "", None).after == "web-v2:http"


def test_a_backend_keeps_its_port_where_the_new_service_has_it() -> None:
    def port(*ports: Json) -> str:
        return ingress.rerouted(INGRESS, "/x", MAIN, "web-v2", "", list(ports)).after

    assert port({"name": "http", "port": 8000}, {"name": "admin", "port": 9000}) == "web-v2:http"
    assert port({"port": 8000}) == "web-v2:8000"
    with pytest.raises(BadRequest, match="has no port http"):
        port({"port": 8000}, {"port": 9000})


def test_a_service_that_argo_rollouts_switches() -> None:
    def told(**selector: str) -> tuple[str, ...]:
        live = thing("Service", "web", spec={"selector": {"app": "web", **selector}})
        target = Ref(kind="Service", namespace="shop", name="web")
        return service_selector.switched(target, "/x", live, {"app": "web-v2"}).warnings

    assert len(told(**{"rollouts-pod-template-hash": "abc"})) == 1
    assert told(**{"pod-template-hash": "abc"}) == ()


def test_a_subset_that_nobody_defines() -> None:
    live = virtual_service(("v1", 90), ("v2", 10), ("v9", 0))
    target = Ref(kind="VirtualService", namespace="shop", name="web")

    def told(to: str) -> list[str]:
        shift = istio.shifted(target, "/x", live, to, 50, [SUBSETS])
        return istio.undefined(shift.parts, live, "shop", [SUBSETS])

    assert told("v9") == ["web/v9"]
    assert told("v2") == []


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("web", "shop/web"),
        ("web.other", "other/web"),
        ("web.other.svc.cluster.local", "other/web"),
        ("api.example.com", None),
        ("*", None),
    ],
)
def test_the_service_that_a_host_of_istio_means(host: str, service: str | None) -> None:
    found = istio.service_of(host, "shop")
    assert (found.path if found else None) == service


@pytest.mark.parametrize(
    ("kind", "status", "seen", "told"),
    [
        (
            "ResolvedRefs",
            "False",
            5,
            "its gateway can't resolve one of its backends (RefNotPermitted): that share fails",
        ),
        ("ResolvedRefs", "False", 4, ""),  # of the route as it was before
        ("ResolvedRefs", "True", 5, ""),
        ("Accepted", "False", 5, ""),
    ],
)
def test_a_gateway_that_cannot_resolve_a_backend(kind: str, status: str, seen: int, told: str) -> None:
    condition = {"type": kind, "status": status, "reason": "RefNotPermitted", "observedGeneration": seen}
    live: Json = {"metadata": {"generation": 5}, "status": {"parents": [{"conditions": [condition]}]}}
    assert gateway_api.unresolved(live) == told


def test_two_backends_of_one_name_are_told_apart_by_their_ports() -> None:
    refs = [{"name": "web", "port": 80}, {"name": "web", "port": 81}, {"name": "old", "port": 80}]
    live = thing("HTTPRoute", "web", spec={"rules": [{"backendRefs": refs}]})
    with pytest.raises(BadRequest, match="means 2 backends"):
        gateway_api.shifted(ROUTE, "/x", live, "web", 50)
    shift = gateway_api.shifted(ROUTE, "/x", live, "web:81", 50)
    [new] = shift.fields.values()
    assert [ref.get("weight") for ref in new] == [25, 50, 25]


def test_a_backend_alone_in_its_rule_has_no_share_to_change() -> None:
    live = thing("HTTPRoute", "web", spec={"rules": [{"backendRefs": [{"name": "web"}]}]})
    with pytest.raises(BadRequest, match="gets all of its rule's traffic"):
        gateway_api.shifted(ROUTE, "/x", live, "web", 50)
