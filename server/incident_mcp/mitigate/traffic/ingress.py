"""An Ingress: the Service behind its paths, or the weight of a canary as ingress-nginx reads it from annotations.

An Ingress has no weights of its own. nginx's stand on a second Ingress with the same host and path; a header or cookie
decides before the weight, and a canary without a main Ingress is dropped (ingress-nginx, `controller.go` and docs). A
cloud load balancer's weights stand in annotations of its own, and are named, not handled.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.mitigate.pointers import escaped
from incident_mcp.mitigate.traffic.shares import percent
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend

NGINX = "nginx.ingress.kubernetes.io"
WEIGHT, TOTAL = f"{NGINX}/canary-weight", f"{NGINX}/canary-weight-total"
_FIRST = {"canary-by-header": "header", "canary-by-cookie": "cookie"}
CLOUD = "alb.ingress.kubernetes.io/actions."
USE_ANNOTATION = "use-annotation"


def is_canary(live: Json) -> bool:
    return part(live, "metadata", "annotations").get(f"{NGINX}/canary") == "true"


def canary(target: Ref, path: str, live: Json, share: int, others: Iterable[Json]) -> Shift:
    """Its weight set to `share` per cent; `others` are the Ingresses of its namespace.

    Raises `BadRequest` where it is no canary, has that weight already, or its total can't express the share.
    """
    _check_cloud(target, live)
    notes = part(live, "metadata", "annotations")
    if not is_canary(live):
        raise BadRequest(
            f"{target} is no canary, and an Ingress has no weights of its own.",
            f'ingress-nginx takes them from a second Ingress with {NGINX}/canary: "true"; name that one.',
        )
    total, now = _number(notes, TOTAL, 100), _number(notes, WEIGHT, 0)
    if share * total % 100:
        raise BadRequest(f"{share} % can't be said in parts of {total} ({TOTAL}).", "Name a share that can.")
    new = share * total // 100
    if new == now and WEIGHT in notes:
        raise BadRequest(f"{target} has {share} % already.", "Name another share.")
    mains = [one for one in others if not is_canary(one) and _paths(one) & _paths(live)]
    of_canary = _part(live, target.namespace, now * 100 / total, float(share))
    of_main = [_part(one, target.namespace, 100 - now * 100 / total, 100.0 - share) for one in mains[:1]]
    guards = tuple(f"/metadata/annotations/{escaped(key)}" for key in (f"{NGINX}/canary", TOTAL))
    pointer = f"/metadata/annotations/{escaped(WEIGHT)}"
    before = f"{of_canary.label} {percent(of_canary.before)} (weight {now} of {total})"
    return Shift(
        target=target,
        path=path,
        live=live,
        fields={pointer: str(new)},
        shown={pointer: before},
        parts=(of_canary, *of_main),
        headline=of_canary.moves,
        before=before,
        after=f"{of_canary.label} {percent(of_canary.after)} (weight {new} of {total})",
        guards=guards,
        warnings=tuple(_canary_warnings(live, mains, [one for one in others if is_canary(one)])),
    )


def _canary_warnings(live: Json, mains: list[Json], canaries: list[Json]) -> Iterator[str]:
    notes = part(live, "metadata", "annotations")
    for key, what in _FIRST.items():
        if notes.get(f"{NGINX}/{key}"):
            yield f"a {what} decides before the weight ({key}): requests that carry it go where it says"
    if not mains:
        yield "no main Ingress of this namespace has its host and path: nginx drops a canary that is alone"
    name = text(live, "metadata", "name")
    rivals = [one for one in canaries if text(one, "metadata", "name") != name and _paths(one) & _paths(live)]
    if rivals:
        yield f"Ingress {text(rivals[0], 'metadata', 'name')} is a canary for the same path: nginx takes one only"
    kind = text(live, "spec", "ingressClassName") or str(notes.get("kubernetes.io/ingress.class", ""))
    if kind and "nginx" not in kind:
        yield f"its class is {kind}: only ingress-nginx reads these annotations"


def _part(ingress: Json, namespace: str | None, before: float, after: float) -> Part:
    backends = _backends(ingress)
    backend: Json = backends[0][2] if backends else {}
    return _to(text(backend, "service", "name"), _port(backend), namespace, before, after)


def _to(name: str, port: str, namespace: str | None, before: float, after: float) -> Part:
    backend = Backend(service=Ref(kind="Service", namespace=namespace, name=name), label=name) if name else None
    return Part(name or "a backend that is no Service", before, after, backend, port)


def rerouted(target: Ref, path: str, live: Json, to: str, instead_of: str, ports: list[Json] | None) -> Shift:
    """Its paths that lead to `instead_of` (all, where they lead to one Service) lead to `to`. `ports` are that
    Service's; None: it is not there, or could not be read.

    Raises `BadRequest` where it is not clear which paths are meant, or nothing would change.
    """
    _check_cloud(target, live)
    backends = _backends(live)
    names = list(dict.fromkeys(text(each, "service", "name") for _, _, each in backends if "service" in each))
    if not names:
        raise BadRequest(f"{target} leads to no Service.", "read_object shows its rules.")
    if not to:
        raise BadRequest(f"To which Service shall {target} lead?", f"Name it as `to`; now: {listed(names)}.")
    old = instead_of or (names[0] if len(names) == 1 else "")
    if old not in names:
        said = f"leads to no Service {old}" if old else f"leads to {len(names)} Services"
        raise BadRequest(f"{target} {said}.", f"Name one as instead_of: {listed(names)}.")
    if old == to:
        raise BadRequest(f"{target} leads to {to} already.", f"It leads to {listed(names)}.")
    meant = [(pointer, guards, each) for pointer, guards, each in backends if text(each, "service", "name") == old]
    fields = {pointer: _backend(target, each, to, ports) for pointer, _, each in meant}
    was, port = _port(meant[0][2]), _port(next(iter(fields.values())))
    return Shift(
        target=target,
        path=path,
        live=live,
        fields=fields,
        shown={pointer: f"{old}:{_port(each)}" for pointer, _, each in meant},
        parts=(_to(old, was, target.namespace, 100, 0), _to(to, port, target.namespace, 0, 100)),
        headline=f"{len(meant)} {'path' if len(meant) == 1 else 'paths'} from {old} -> {to}",
        before=f"{old}:{was}",
        after=f"{to}:{port}",
        guards=tuple(guard for _, guards, _ in meant for guard in guards),
    )


def _backend(target: Ref, old: Json, to: str, ports: list[Json] | None) -> Json:
    """With the old one's port where the new Service has it, else with its only one."""
    service: Json = {"name": to, "port": part(old, "service", "port")}
    has = {text(one, key) for one in ports or [] for key in ("name", "port")} - {""}
    if ports and _port(old) not in has:
        if len(ports) > 1:
            raise BadRequest(
                f"Service {target.namespace}/{to} has no port {_port(old)}.", f"It has {listed(sorted(has))}."
            )
        service["port"] = {"number": ports[0]["port"]}
    return {"service": service}


def _backends(ingress: Json) -> list[tuple[str, tuple[str, ...], Json]]:
    """Each backend with its pointer, and the pointers of what says for which requests it is."""
    found: list[tuple[str, tuple[str, ...], Json]] = []
    for at, rule in enumerate(items(ingress, "spec", "rules")):
        for number, one in enumerate(items(rule, "http", "paths")):
            here = f"/spec/rules/{at}"
            inner = f"{here}/http/paths/{number}"
            found.append((f"{inner}/backend", (f"{here}/host", f"{inner}/path"), part(one, "backend")))
    if default := part(ingress, "spec", "defaultBackend"):
        found.append(("/spec/defaultBackend", (), default))
    return found


def _paths(ingress: Json) -> set[tuple[str, str, str]]:
    return {
        (text(rule, "host"), text(one, "path"), text(one, "pathType"))
        for rule in items(ingress, "spec", "rules")
        for one in items(rule, "http", "paths")
    }


def _port(backend: Json) -> str:
    return text(backend, "service", "port", "name") or text(backend, "service", "port", "number")


def _number(notes: Json, key: str, unsaid: int) -> int:
    said = str(notes.get(key, ""))
    return int(said) if said.isdecimal() and (int(said) or key != TOTAL) else unsaid


def _check_cloud(target: Ref, live: Json) -> None:
    """Raises `BadRequest` for an Ingress whose weights are a cloud load balancer's own."""
    notes: dict[str, Any] = part(live, "metadata", "annotations")
    marked = [key for key in notes if key.startswith(CLOUD)]
    if marked or any(_port(each) == USE_ANNOTATION for _, _, each in _backends(live)):
        raise BadRequest(
            f"The weights of {target} are its cloud load balancer's own ({marked[0] if marked else USE_ANNOTATION}), "
            "which is not handled here.",
            "Change that annotation where the Ingress is kept, or the target groups in the cloud.",
        )
