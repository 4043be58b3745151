"""The Gateway API: https://gateway-api.sigs.k8s.io."""

from incident_mcp.investigate.kinds.kind import Kind

GATEWAY_CLASS_MISSING = Kind(
    "INC310",
    "gateway-class-missing",
    "Nobody serves a Gateway: its class does not exist",
    6,
    "Without a GatewayClass no controller takes the Gateway, and nothing listens.",
    "Check the class of {target} before it is shipped",
)
GATEWAY_NOT_READY = Kind(
    "INC311",
    "gateway-not-ready",
    "A Gateway is not accepted or not programmed",
    3,
    "Its controller, or its class's, says why. Until a controller has said anything it is only a notice.",
)
LISTENER_BROKEN = Kind(
    "INC312",
    "listener-broken",
    "A listener of a Gateway does not work",
    4,
    "It conflicts with another one, or its certificate or its routes can't be resolved: its conditions say which.",
    "Check the listeners of {target} before it is shipped",
)
ROUTE_DETACHED = Kind(
    "INC313",
    "route-detached",
    "A route is not attached to its Gateway",
    4,
    "No listener has its name, fits its hosts or takes routes of its namespace and kind. Users get 404.",
    "Check that {target} is attached before it is shipped",
)
NOT_GRANTED = Kind(
    "INC314",
    "reference-not-granted",
    "A route or Gateway names something in another namespace without a ReferenceGrant",
    5,
    "RefNotPermitted: the other namespace must say that it may be named. Users get 500 until it does.",
    "Keep the ReferenceGrant that {target} needs beside what it names",
)
GATEWAY_MISSING = Kind(
    "INC315",
    "gateway-missing",
    "A route names a Gateway that does not exist",
    4,
    "It is attached to nothing, so nobody serves its hosts.",
    "Check the parents of {target} before it is shipped",
)
ROUTE_UNSERVED = Kind(
    "INC316",
    "route-unserved",
    "A route's Gateway does not work",
    3,
    "What users see of it: nothing answers.",
)
ROUTE_UNRESOLVED = Kind(
    "INC317",
    "route-unresolved",
    "A controller can't resolve what a route names",
    3,
    "ResolvedRefs is False for a reason that has no code of its own; its message is quoted.",
)
ALL = (
    GATEWAY_CLASS_MISSING,
    GATEWAY_NOT_READY,
    LISTENER_BROKEN,
    ROUTE_DETACHED,
    NOT_GRANTED,
    GATEWAY_MISSING,
    ROUTE_UNSERVED,
    ROUTE_UNRESOLVED,
)
