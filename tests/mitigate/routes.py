"""Services, Ingresses and routes of the tests, in few words."""

from typing import Any

from tests.investigate.planted.objects import Json, thing
from tests.investigate.real_routes import GATEWAY_API
from tests.mitigate.installed import ISTIO

NGINX = "nginx.ingress.kubernetes.io"


def service(name: str, **spec: Any) -> Json:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    return thing("Service", name, spec={"selector": {"app": name}, "ports": ports, **spec})


def ingress(name: str, to: str, **notes: str) -> Json:
    backend = {"service": {"name": to, "port": {"name": "http"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    spec = {"ingressClassName": "nginx", "rules": [{"host": "web.example.com", "http": {"paths": [path]}}]}
    made = thing("Ingress", name, "networking.k8s.io/v1", spec=spec)
    made["metadata"]["annotations"] = {f"{NGINX}/{key.replace('_', '-')}": value for key, value in notes.items()}
    return made


def route(*weights: tuple[str, int | None]) -> Json:
    refs = [{"name": name, "port": 80} | ({} if weight is None else {"weight": weight}) for name, weight in weights]
    return thing("HTTPRoute", "web", f"{GATEWAY_API}/v1", spec={"rules": [{"backendRefs": refs}]})


def virtual_service(*weights: tuple[str, int]) -> Json:
    routes = [{"destination": {"host": "web", "subset": name}, "weight": weight} for name, weight in weights]
    spec = {"hosts": ["web"], "http": [{"route": routes}]}
    return thing("VirtualService", "web", f"{ISTIO}/v1", spec=spec)


SUBSETS = thing(
    "DestinationRule",
    "web",
    f"{ISTIO}/v1",
    spec={"host": "web", "subsets": [{"name": f"v{n}", "labels": {"app": f"web-v{n}"}} for n in (1, 2, 3)]},
)
