"""Gateways that nobody serves or that are not programmed, and listeners of them that do not work."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.gateways import (
    GATEWAY_CLASS_MISSING,
    GATEWAY_NOT_READY,
    LISTENER_BROKEN,
    NOT_GRANTED,
)
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.condition import ConditionSeen, condition
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.gateway_seen import GatewaySeen, ListenerSeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

_OFF = (("Accepted", "False"), ("Conflicted", "True"), ("ResolvedRefs", "False"), ("Programmed", "False"))
"""A listener's conditions that tell of trouble; the first that stands is told."""


def find(seen: Observation) -> Iterator[Finding]:
    if seen.scope.workload is not None:
        return
    for gateway in seen.gateways:
        found = _class_missing(seen, gateway) or _not_ready(seen, gateway)
        if found is not None:
            yield found
        for listener in gateway.listeners:
            if (broken := _ungranted(gateway, listener) or _broken(gateway, listener)) is not None:
                yield broken


def broken_gateways(seen: Observation) -> set[Ref]:
    """Those that serve nobody at all."""
    return {
        gateway.ref
        for gateway in seen.gateways
        if (found := _class_missing(seen, gateway) or _not_ready(seen, gateway)) and found.severity == "critical"
    }


def broken_listeners(gateway: GatewaySeen) -> set[str]:
    """Names of its listeners that serve nobody."""
    return {each.name for each in gateway.listeners if each.ungranted or _trouble(each)}


def _class_missing(seen: Observation, gateway: GatewaySeen) -> Finding | None:
    if seen.gateway_classes is None or any(each.name == gateway.class_name for each in seen.gateway_classes):
        return None
    names = listed([each.name for each in seen.gateway_classes], most=4) or "none at all"
    return finding(
        GATEWAY_CLASS_MISSING,
        target=gateway.ref,
        severity="critical",
        summary=f"its class {gateway.class_name} does not exist, so nobody serves it; there is {names}",
        evidence=(Evidence(source=f"{gateway.ref}, gatewayClassName", value=gateway.class_name),),
        next_step="Correct the class's name in the Gateway, or install the controller that it means.",
    )


def _not_ready(seen: Observation, gateway: GatewaySeen) -> Finding | None:
    """By its own conditions, else by its class's. *Unknown* is what the API server writes until a controller speaks."""
    of_class = next((each for each in seen.gateway_classes or () if each.name == gateway.class_name), None)
    told = [(gateway.ref, gateway.conditions)]
    told += [(Ref(kind="GatewayClass", name=of_class.name), of_class.conditions)] if of_class else []
    for status in ("False", "Unknown"):
        for ref, conditions in told:
            off = condition(conditions, "Accepted", status) or condition(conditions, "Programmed", status)
            if off is not None:
                return _unready(gateway, ref, off, "critical" if status == "False" else "notice")
    return None


def _unready(gateway: GatewaySeen, told: Ref, off: ConditionSeen, severity: Gravity) -> Finding:
    if severity == "critical":
        whose = "it" if told == gateway.ref else f"its class {told.name}"
        summary = f"{whose} is not {off.type.lower()} ({off.reason}), so it serves nobody"
    else:
        summary = f"no controller has said anything of {'it' if told == gateway.ref else f'its class {told.name}'}"
    return finding(
        GATEWAY_NOT_READY,
        target=gateway.ref,
        severity=severity,
        summary=summary,
        evidence=(Evidence(source=f"{told}, condition {off.type}", value=off.message, at=off.since),),
        next_step=f"Look at the controller of class {gateway.class_name}: its pods, and what they say of this Gateway.",
        since=off.since if severity == "critical" else None,
    )


def _trouble(listener: ListenerSeen) -> ConditionSeen | None:
    return next((found for kind, status in _OFF if (found := condition(listener.conditions, kind, status))), None)


def _broken(gateway: GatewaySeen, listener: ListenerSeen) -> Finding | None:
    off = _trouble(listener)
    if off is None:
        return None
    host = listener.hostname or "any host"
    return finding(
        LISTENER_BROKEN,
        target=gateway.ref,
        severity="critical",
        summary=f"its listener {listener.name} ({host}, port {listener.port}) does not work ({off.reason})",
        evidence=(
            Evidence(
                source=f"{gateway.ref}, listener {listener.name}, condition {off.type}", value=off.message, at=off.since
            ),
        ),
        next_step="Correct the listener: its port, protocol, host and certificates.",
        since=off.since,
    )


def _ungranted(gateway: GatewaySeen, listener: ListenerSeen) -> Finding | None:
    if not listener.ungranted:
        return None
    secret = listener.ungranted[0]
    return finding(
        NOT_GRANTED,
        target=gateway.ref,
        severity="critical",
        summary=f"no ReferenceGrant in {secret.namespace} lets its listener {listener.name} name {secret}",
        evidence=(Evidence(source=f"{gateway.ref}, listener {listener.name}, certificateRefs", value=str(secret)),),
        next_step=f"Make the ReferenceGrant in {secret.namespace}, or keep the certificate beside the Gateway.",
    )
