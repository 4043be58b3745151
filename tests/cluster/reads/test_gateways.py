"""Objects of the Gateway API as values: what they name, who lets them, and where their paths lead."""

from typing import Any

import pytest

from incident_mcp.cluster.gateway_objects import (
    GROUP,
    Grants,
    chosen,
    gateway_route_seen,
    gateway_seen,
    paths_of,
)
from incident_mcp.investigate.attachment import overlap
from incident_mcp.vocabulary.refs import Ref

NOBODY = Grants((), frozenset())
ROUTE: dict[str, Any] = {
    "metadata": {"name": "pay", "namespace": "shop"},
    "spec": {
        "hostnames": ["pay.example.com"],
        "parentRefs": [
            {"name": "public", "namespace": "infra", "sectionName": "https"},
            {"kind": "Service", "group": "", "name": "pay"},
        ],
        "rules": [
            {
                "matches": [{"path": {"value": "/a"}}, {"path": {"value": "/b"}}],
                "backendRefs": [{"name": "pay", "port": 80}, {"name": "old", "port": 80, "weight": 0}],
            },
            {"backendRefs": [{"name": "cart", "namespace": "carts", "port": 8080}]},
        ],
    },
    "status": {
        "parents": [
            {
                "parentRef": {"name": "public", "namespace": "infra", "sectionName": "https"},
                "conditions": [{"type": "Accepted", "status": "True"}],
            },
            {"parentRef": {"name": "other"}, "conditions": [{"type": "Accepted", "status": "False"}]},
        ]
    },
}


def grant(kind: str = "HTTPRoute", namespace: str = "shop", **to: str) -> dict[str, Any]:
    return {
        "metadata": {"name": "g", "namespace": "carts"},
        "spec": {
            "from": [{"group": GROUP, "kind": kind, "namespace": namespace}],
            "to": [{"group": "", "kind": "Service", **to}],
        },
    }


def test_a_route_with_its_parents_and_what_they_say_of_it() -> None:
    seen = gateway_route_seen(ROUTE, "HTTPRoute")
    (parent,) = seen.parents
    assert (str(parent.gateway), parent.section) == ("Gateway infra/public", "https")
    assert [(each.type, each.status) for each in parent.conditions] == [("Accepted", "True")]


def test_each_path_with_each_service_that_gets_a_share() -> None:
    paths = list(paths_of(ROUTE, gateway_route_seen(ROUTE, "HTTPRoute"), NOBODY))
    assert [(each.url, str(each.service), each.port) for each in paths] == [
        ("pay.example.com/a", "Service shop/pay", "80"),
        ("pay.example.com/b", "Service shop/pay", "80"),
        ("pay.example.com", "Service carts/cart", "8080"),
    ]


def test_grpc_is_asked_for_by_its_method_and_tcp_by_its_port() -> None:
    rules = [{"matches": [{"method": {"service": "shop.Cart", "method": "Add"}}], "backendRefs": [{"name": "c"}]}]
    grpc = {**ROUTE, "spec": {**ROUTE["spec"], "rules": rules}}
    (path,) = paths_of(grpc, gateway_route_seen(grpc, "GRPCRoute"), NOBODY)
    assert path.url == "pay.example.com/shop.Cart/Add"
    tcp = {
        **ROUTE,
        "spec": {"parentRefs": [{"name": "public", "port": 5432}], "rules": [{"backendRefs": [{"name": "d"}]}]},
    }
    (path,) = paths_of(tcp, gateway_route_seen(tcp, "TCPRoute"), NOBODY)
    assert path.url == "public:5432"


@pytest.mark.parametrize(
    ("there", "lets"),
    [
        ((), False),
        ((grant(),), True),
        ((grant(name="cart"),), True),
        ((grant(name="basket"),), False),
        ((grant(kind="GRPCRoute"),), False),
        ((grant(namespace="web"),), False),
    ],
)
def test_another_namespace_must_let_itself_be_named(there: tuple[dict[str, Any], ...], lets: bool) -> None:
    grants = Grants(there, frozenset({"carts"}))
    paths = list(paths_of(ROUTE, gateway_route_seen(ROUTE, "HTTPRoute"), grants))
    assert [each.granted for each in paths] == [True, True, lets]


def test_where_grants_could_not_be_read_nobody_is_accused() -> None:
    assert all(each.granted for each in paths_of(ROUTE, gateway_route_seen(ROUTE, "HTTPRoute"), NOBODY))


def test_a_gateway_with_its_listeners() -> None:
    chooses = {"from": "Selector", "selector": {"matchLabels": {"shared": "yes"}}}
    thing: dict[str, Any] = {
        "metadata": {"name": "public", "namespace": "infra"},
        "spec": {
            "gatewayClassName": "envoy",
            "listeners": [
                {
                    "name": "https",
                    "port": 443,
                    "protocol": "HTTPS",
                    "hostname": "*.example.com",
                    "tls": {"certificateRefs": [{"name": "own"}, {"name": "far", "namespace": "certs"}]},
                    "allowedRoutes": {"namespaces": chooses, "kinds": [{"kind": "HTTPRoute"}]},
                }
            ],
        },
        "status": {"listeners": [{"name": "https", "attachedRoutes": 2, "conditions": []}]},
    }
    (listener,) = gateway_seen(thing, Grants((), frozenset({"certs"})), {"shared=yes": ("shop",)}).listeners
    assert (listener.admits, listener.admitted, listener.attached) == ("Selector", ("shop",), 2)
    assert [str(each) for each in listener.secrets] == ["Secret infra/own", "Secret certs/far"]
    assert listener.ungranted == (Ref(kind="Secret", namespace="certs", name="far"),)
    assert chosen({}) == ""


@pytest.mark.parametrize(
    ("listened", "asked", "fits"),
    [
        ("a.example.com", "a.example.com", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "*.b.example.com", True),
        ("a.example.com", "*.example.com", True),
        ("a.example.com", "b.example.com", False),
        ("*.example.com", "*.example.org", False),
    ],
)
def test_hosts_of_a_route_and_a_listener_overlap(listened: str, asked: str, fits: bool) -> None:
    assert overlap(listened, asked) is fits
