"""What one look saw of the Gateway API: who listens, which routes want to be attached, and who lets whom be named."""

from typing import Literal

from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

GATEWAY_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
ROUTES = ("Ingress", *GATEWAY_ROUTES)
"""Kinds that lead from outside to Services."""


class ListenerSeen(Value):
    """One listener of a Gateway."""

    name: str
    hostname: str = ""
    """Empty: any."""
    port: int = 0
    protocol: str = ""
    secrets: tuple[Ref, ...] = ()
    """Of its certificates."""
    ungranted: tuple[Ref, ...] = ()
    """Those of the secrets that lie in another namespace, where no ReferenceGrant lets this Gateway name them."""
    admits: Literal["Same", "All", "Selector", "None"] = "Same"
    """Routes of which namespaces it takes."""
    admitted: tuple[str, ...] | None = None
    """For `Selector`: those of the routes' namespaces whose labels fit; None when that is not known."""
    kinds: tuple[str, ...] = ()
    """Kinds of routes that it takes; empty: those of its protocol."""
    attached: int | None = None
    conditions: tuple[ConditionSeen, ...] = ()


class GatewaySeen(Value):
    """A Gateway, well or not."""

    ref: Ref
    class_name: str
    listeners: tuple[ListenerSeen, ...] = ()
    conditions: tuple[ConditionSeen, ...] = ()


class GatewayClassSeen(Value):
    """A GatewayClass that there is."""

    name: str
    conditions: tuple[ConditionSeen, ...] = ()


class ParentSeen(Value):
    """A Gateway that a route wants to be attached to, and what its controller says of that."""

    gateway: Ref
    section: str = ""
    """The listener's name; empty: any that fits."""
    port: int = 0
    """The listener's port; 0: any."""
    exists: bool | None = None
    """None: not known, since Gateways there could not be read."""
    conditions: tuple[ConditionSeen, ...] = ()


class GatewayRouteSeen(Value):
    """An HTTPRoute or one of its like. Where its paths lead stands in the observation's `routes`."""

    ref: Ref
    hosts: tuple[str, ...] = ()
    """As it says, or as its listeners do; empty: any."""
    parents: tuple[ParentSeen, ...] = ()
