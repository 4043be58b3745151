"""Services, endpoint slices, ingresses and network policies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incident_sandbox.model.label_selector import format_labels, format_selector
from incident_sandbox.model.objects import Object, dig, name_of
from incident_sandbox.tables.columns import AGE, NAME, Table, age, first_few, texts, wide


def _addresses(obj: Object) -> str:
    items = dig(obj, "status", "loadBalancer", "ingress", default=[])
    return ",".join(sorted({item.get("ip") or item.get("hostname", "") for item in items}))


def _external(obj: Object) -> str:
    kind = dig(obj, "spec", "type", default="")
    given = dig(obj, "spec", "externalIPs", default=[])
    if kind == "ExternalName":
        return dig(obj, "spec", "externalName", default="")
    if kind == "LoadBalancer":
        return ",".join(filter(None, [_addresses(obj), *given])) or "<pending>"
    return ",".join(given) or "<none>"


def _service_ports(obj: Object) -> str:
    ports = dig(obj, "spec", "ports", default=[])
    shown = [f"{item['port']}{':' + str(item['nodePort']) if item.get('nodePort') else ''}" for item in ports]
    return ",".join(f"{text}/{item['protocol']}" for text, item in zip(shown, ports, strict=True)) or "<none>"


def _service(obj: Object, now: datetime) -> list[Any]:
    return [
        name_of(obj),
        dig(obj, "spec", "type", default=""),
        dig(obj, "spec", "clusterIPs", 0, default="<none>"),
        _external(obj),
        _service_ports(obj),
        age(obj, now),
        format_labels(dig(obj, "spec", "selector")),
    ]


def _slice(obj: Object, now: datetime) -> list[Any]:
    ports = [str(item.get("port") or item.get("name") or "*") for item in dig(obj, "ports", default=[])]
    addresses = [address for item in dig(obj, "endpoints", default=[]) for address in item["addresses"]]
    shown = [first_few(ports) or "<unset>", first_few(addresses) or "<unset>"]
    return [name_of(obj), obj.get("addressType", ""), *shown, age(obj, now)]


def _endpoints(obj: Object, now: datetime) -> list[Any]:
    pairs = [
        f"{address['ip']}:{port['port']}"
        for subset in dig(obj, "subsets", default=[])
        for port in dig(subset, "ports", default=[])
        for address in dig(subset, "addresses", default=[])
    ]
    return [name_of(obj), first_few(pairs) or "<none>", age(obj, now)]


def _ingress(obj: Object, now: datetime) -> list[Any]:
    hosts = [rule["host"] for rule in dig(obj, "spec", "rules", default=[]) if rule.get("host")]
    return [
        name_of(obj),
        dig(obj, "spec", "ingressClassName", default="<none>"),
        first_few(hosts) or "*",
        _addresses(obj),
        "80, 443" if dig(obj, "spec", "tls") else "80",
        age(obj, now),
    ]


def _ingress_class(obj: Object, now: datetime) -> list[Any]:
    parameters = dig(obj, "spec", "parameters")
    shown = f"{parameters['kind']}/{parameters['name']}" if parameters else "<none>"
    return [name_of(obj), dig(obj, "spec", "controller", default=""), shown, age(obj, now)]


def _policy(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), format_selector(dig(obj, "spec", "podSelector")) or "<none>", age(obj, now)]


SERVICES = Table((NAME, *texts("Type", "Cluster-IP", "External-IP", "Port(s)"), AGE, *wide("Selector")), _service)
ENDPOINT_SLICES = Table((NAME, *texts("AddressType", "Ports", "Endpoints"), AGE), _slice)
ENDPOINTS = Table((NAME, *texts("Endpoints"), AGE), _endpoints)
INGRESSES = Table((NAME, *texts("Class", "Hosts", "Address", "Ports"), AGE), _ingress)
INGRESS_CLASSES = Table((NAME, *texts("Controller", "Parameters"), AGE), _ingress_class)
NETWORK_POLICIES = Table((NAME, *texts("Pod-Selector"), AGE), _policy)
