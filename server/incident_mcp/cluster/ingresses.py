"""Ingresses: the paths that the outside asks for, who should serve them, and the Secrets of their certificates."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.applied import applied
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import is_name
from incident_mcp.cluster.managed_fields import last_manager
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.network_seen import IngressClassSeen, IngressSeen, TlsSeen
from incident_mcp.vocabulary.observation import RouteSeen
from incident_mcp.vocabulary.refs import Ref

_OLD_CLASS = "kubernetes.io/ingress.class"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


def ingress_seen(ingress: dict[str, Any]) -> IngressSeen:
    ref, notes = ref_of(ingress, "Ingress"), part(ingress, "metadata", "annotations")
    names = dict.fromkeys(text(each, "secretName") for each in items(ingress, "spec", "tls"))
    return IngressSeen(
        ref=ref,
        class_name=text(ingress, "spec", "ingressClassName") or str(notes.get(_OLD_CLASS, "")),
        secrets=tuple(Ref(kind="Secret", namespace=ref.namespace, name=name) for name in names if name),
        tls=tuple(_tls(ingress, ref.namespace)),
    )


def _tls(ingress: dict[str, Any], namespace: str | None) -> Iterator[TlsSeen]:
    """Without hosts of its own, a certificate is for those of the rules."""
    ruled = [text(rule, "host") for rule in items(ingress, "spec", "rules")]
    for each in items(ingress, "spec", "tls"):
        if name := text(each, "secretName"):
            hosts = dict.fromkeys(str(host) for host in each.get("hosts") or ruled)
            yield TlsSeen(
                secret=Ref(kind="Secret", namespace=namespace, name=name), hosts=tuple(host for host in hosts if host)
            )


def ingress_class_seen(thing: dict[str, Any]) -> IngressClassSeen:
    notes = part(thing, "metadata", "annotations")
    return IngressClassSeen(name=thing["metadata"]["name"], default=notes.get(_DEFAULT) == "true")


def routes_seen(ingress: dict[str, Any], services: set[str] | None = None) -> list[RouteSeen]:
    """All paths of an Ingress; `services` are the names in its namespace, None when nobody could read them."""
    ref, declared = ref_of(ingress, "Ingress"), _declared(ingress)
    by, edited = last_manager(ingress, "spec") if declared else (None, None)
    return [
        RouteSeen(
            ingress=ref,
            host=host,
            path=path,
            service=Ref(kind="Service", namespace=ref.namespace, name=name),
            port=text(backend, "service", "port", "name") or text(backend, "service", "port", "number"),
            service_missing=services is not None and name not in services,
            declared=_other(ref, declared.get((host, path)), name),
            edited=edited,
            edited_by=by or "",
        )
        for host, path, backend in _backends(ingress)
        if (name := text(backend, "service", "name"))
    ]


def _backends(ingress: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Host, path and what is behind them."""
    for rule in items(ingress, "spec", "rules"):
        for path in items(rule, "http", "paths"):
            yield text(rule, "host") or "*", text(path, "path") or "/", part(path, "backend")
    if default := part(ingress, "spec", "defaultBackend"):
        yield "*", "/", default


def _declared(ingress: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The Services of its paths in the manifest that was applied last."""
    meant = applied(ingress) or {}
    return {(host, path): text(backend, "service", "name") for host, path, backend in _backends(meant)}


def _other(ingress: Ref, declared: str | None, name: str) -> Ref | None:
    if not declared or declared == name or not is_name(declared):
        return None
    return Ref(kind="Service", namespace=ingress.namespace, name=declared)
