"""Gateways, their listeners, and routes that reach nobody through them."""

from typing import Any

from incident_mcp.vocabulary.gateway_seen import GatewayClassSeen
from incident_mcp.vocabulary.observation import RouteSeen
from tests.investigate.faults.fault import Fault
from tests.investigate.observations import (
    gateway,
    gateway_route,
    listener,
    observation,
    parent,
    ref,
    service_ref,
    told,
)

PUBLIC = ref("Gateway", "public", "infra")
PAY = ref("HTTPRoute", "pay")
HTTPS = listener()


def path(**fields: Any) -> RouteSeen:
    service = fields.pop("service", service_ref("pay"))
    return RouteSeen(ingress=PAY, host="pay.example.com", path="/", service=service, **fields)


ATTACHED = (gateway("public", HTTPS), gateway_route("pay"))

FAULTS = [
    Fault(
        observation(*ATTACHED, path(service_missing=True)),
        "backend-missing",
        PAY,
        "pay.example.com answers 500: Service shop/pay does not exist",
    ),
    Fault(
        observation(*ATTACHED, path(port="8080", service_ports=(80, 443))),
        "backend-port-missing",
        PAY,
        "pay.example.com answers 500: Service shop/pay has no port 8080, it has 80 and 443",
    ),
    Fault(
        observation(*ATTACHED, path(service=service_ref("pay", "payments"), granted=False)),
        "reference-not-granted",
        PAY,
        "pay.example.com answers 500: no ReferenceGrant in payments lets it name Service payments/pay",
    ),
    Fault(
        observation(gateway("public", listener(ungranted=(ref("Secret", "pay-tls"),)))),
        "reference-not-granted",
        PUBLIC,
        "no ReferenceGrant in shop lets its listener https name Secret shop/pay-tls",
    ),
    Fault(
        observation(gateway("public", HTTPS, class_name="envoi"), gateway_route("pay"), path()),
        "gateway-class-missing",
        PUBLIC,
        "its class envoi does not exist, so nobody serves it; there is envoy",
    ),
    Fault(
        observation(
            gateway("public", HTTPS, conditions=(told("Programmed", "False", "AddressNotAssigned", "no address"),)),
            gateway_route("pay"),
            path(),
        ),
        "gateway-not-ready",
        PUBLIC,
        "it is not programmed (AddressNotAssigned), so it serves nobody",
    ),
    Fault(
        observation(
            GatewayClassSeen(name="cilium", conditions=(told("Accepted", "False", "InvalidParameters"),)),
            gateway("public", HTTPS, class_name="cilium", conditions=()),
        ),
        "gateway-not-ready",
        PUBLIC,
        "its class cilium is not accepted (InvalidParameters), so it serves nobody",
    ),
    Fault(
        observation(gateway("public", HTTPS, conditions=(told("Accepted", "Unknown", "Pending"),))),
        "gateway-not-ready",
        PUBLIC,
        "no controller has said anything of it",
        "notice",
    ),
    Fault(
        observation(
            gateway("public", listener(conditions=(told("ResolvedRefs", "False", "InvalidCertificateRef"),))),
            gateway_route("pay", parent("public", "https")),
            path(),
        ),
        "listener-broken",
        PUBLIC,
        "its listener https (any host, port 443) does not work (InvalidCertificateRef)",
    ),
    Fault(
        observation(gateway_route("pay", parent("pulic", exists=False))),
        "gateway-missing",
        PAY,
        "pay.example.com is not served: Gateway infra/pulic does not exist",
    ),
    Fault(
        observation(gateway("public", HTTPS), gateway_route("pay", parent("public", "http"))),
        "route-detached",
        PAY,
        "pay.example.com is not served: Gateway infra/public has no listener http, it has https",
    ),
    Fault(
        observation(gateway("public", listener(admits="Same")), gateway_route("pay")),
        "route-detached",
        PAY,
        "pay.example.com is not served: listener https of Gateway infra/public takes no routes of namespace shop",
    ),
    Fault(
        observation(gateway("public", listener(admits="Selector", admitted=("web",))), gateway_route("pay")),
        "route-detached",
        PAY,
        "pay.example.com is not served: listener https of Gateway infra/public takes no routes of namespace shop",
    ),
    Fault(
        observation(gateway("public", listener(hostname="*.example.org")), gateway_route("pay")),
        "route-detached",
        PAY,
        "pay.example.com is not served: none of its hosts fits listener https of Gateway infra/public (*.example.org)",
    ),
    Fault(
        observation(gateway("public", listener("tls", protocol="TLS")), gateway_route("pay")),
        "route-detached",
        PAY,
        "pay.example.com is not served: listener tls of Gateway infra/public takes no HTTPRoute",
    ),
    Fault(
        observation(
            gateway_route(
                "pay", parent("public", exists=None, conditions=(told("Accepted", "False", "NotAllowedByListeners"),))
            )
        ),
        "route-detached",
        PAY,
        "pay.example.com is not served: Gateway infra/public does not accept it (NotAllowedByListeners)",
    ),
    Fault(
        observation(
            gateway("public", HTTPS),
            gateway_route(
                "pay",
                parent(
                    "public",
                    conditions=(told("Accepted", "True"), told("ResolvedRefs", "False", "UnsupportedProtocol")),
                ),
            ),
            path(),
        ),
        "route-unresolved",
        PAY,
        "pay.example.com answers 500: Gateway infra/public can't resolve what the route names (UnsupportedProtocol)",
    ),
]
