"""Which addresses a user would ask for the routes that are hurt; what somebody wrote as a host is not trusted."""

import pytest

from incident_mcp.assess.fronts import fronts
from incident_mcp.vocabulary.network_seen import IngressSeen, TlsSeen
from incident_mcp.vocabulary.observation import RouteSeen
from tests.investigate.observations import gateway, gateway_route, listener, observation, parent, ref, service_ref

SHOP = ref("Ingress", "pay")


def path(host: str, where: str = "/", kind: str = "Ingress") -> RouteSeen:
    return RouteSeen(ingress=ref(kind, "pay"), host=host, path=where, service=service_ref("pay"))


def asked(*paths: RouteSeen, beside: tuple[object, ...] = ()) -> list[str]:
    return [each.url for each in fronts(observation(*beside), paths)]


def test_each_host_once_by_its_first_path() -> None:
    assert asked(path("a.example.com", "/x"), path("a.example.com", "/y"), path("b.example.com")) == [
        "http://a.example.com/x",
        "http://b.example.com",
    ]


def test_with_tls_where_the_ingress_has_it_for_this_host() -> None:
    tls = (TlsSeen(secret=ref("Secret", "t"), hosts=("a.example.com", "*.b.example.com")),)
    shown = IngressSeen(ref=SHOP, class_name="nginx", tls=tls)
    hosts = [path(host) for host in ("a.example.com", "x.b.example.com", "c.example.com")]
    assert asked(*hosts, beside=(shown,)) == [
        "https://a.example.com",
        "https://x.b.example.com",
        "http://c.example.com",
    ]


def test_through_a_gateway_at_its_listeners_port() -> None:
    inside = gateway("public", listener("tls").model_copy(update={"port": 8443}), listener("plain", protocol="HTTP"))
    beside = (inside, gateway_route("pay", parent("public")))
    assert asked(path("pay.example.com", kind="HTTPRoute"), beside=beside) == ["https://pay.example.com:8443"]


def test_no_odd_port_of_a_gateway_is_asked() -> None:
    inside = gateway("public", listener("mail").model_copy(update={"port": 25}))
    beside = (inside, gateway_route("pay", parent("public")))
    assert asked(path("pay.example.com", kind="HTTPRoute"), beside=beside) == []


@pytest.mark.parametrize(
    "host", ["*", "*.example.com", "127.0.0.1", "2130706433", "::1", "a b", "a.example.com:22", "a@b", "-x", "a..b", ""]
)
def test_what_is_no_name_is_not_asked(host: str) -> None:
    assert asked(path(host)) == []


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("/api(/|$)(.*)", "http://a.example.com/api"),
        ("/a?b=c", "http://a.example.com/a"),
        ("/a\r\nX: y", "http://a.example.com/a"),
        ("api", "http://a.example.com"),
    ],
)
def test_of_a_path_only_plain_characters_are_asked(where: str, url: str) -> None:
    assert asked(path("a.example.com", where)) == [url]
