"""Ingresses: the paths that the outside asks for, who should serve them, and the Secrets of their certificates."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
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
    ref = ref_of(ingress, "Ingress")
    backends: list[tuple[str, str, dict[str, Any]]] = [
        (text(rule, "host") or "*", text(path, "path") or "/", part(path, "backend"))
        for rule in items(ingress, "spec", "rules")
        for path in items(rule, "http", "paths")
    ]
    if default := part(ingress, "spec", "defaultBackend"):
        backends.append(("*", "/", default))
    return [
        RouteSeen(
            ingress=ref,
            host=host,
            path=path,
            service=Ref(kind="Service", namespace=ref.namespace, name=name),
            port=text(backend, "service", "port", "name") or text(backend, "service", "port", "number"),
            service_missing=services is not None and name not in services,
        )
        for host, path, backend in backends
        if (name := text(backend, "service", "name"))
    ]
