"""The way from a user to the pods."""

from incident_mcp.investigate.kinds.kind import Kind

NO_ENDPOINTS = Kind(
    "INC201", "no-endpoints", "A Service has no ready endpoint", 5, "The pods that it selects are not ready, or none."
)
NO_SELECTED_PODS = Kind(
    "INC202",
    "selects-nothing",
    "A Service selects no pod",
    6,
    "Its selector fits no workload's labels. The nearest workload, and the label that differs, are named.",
    "Check that {target} selects pods before it is shipped",
)
TARGET_PORT = Kind(
    "INC203",
    "target-port",
    "A Service's target port is none of its pods' ports",
    7,
    "The pods are well and nobody listens where the Service sends to.",
    "Check the target port of {target} against the container ports before it is shipped",
)
MIXED_ENDPOINTS = Kind(
    "INC204",
    "mixed-endpoints",
    "A Service selects pods of another program as well",
    6,
    "Its selector is too wide: a part of all requests is refused, or answered by somebody else.",
    "Check that the selector of {target} fits one program only before it is shipped",
)
BALANCER_PENDING = Kind(
    "INC205",
    "load-balancer-pending",
    "A Service has no load balancer",
    8,
    "Nobody outside reaches it. Whoever makes load balancers says why in an event, or there is nobody who makes them.",
    "Alert when {target} has no address",
)
BALANCER_FAILING = Kind(
    "INC206",
    "load-balancer-failing",
    "The load balancer of a Service can't be kept up to date",
    8,
    "It has an address; new nodes or ports don't come to it.",
    "Alert when the load balancer of {target} can't be changed",
)
NOT_LOCAL = Kind(
    "INC207",
    "no-local-endpoint",
    "A Service sends only to pods of the caller's node, and there is none",
    9,
    "Its traffic policy is Local: where no pod of it runs, packets are dropped without an answer.",
    "Run what is behind {target} on every node, or let its traffic policy be Cluster",
)
ROUTE_DOWN = Kind(
    "INC301",
    "route-down",
    "A path of an Ingress or route leads to a Service without endpoints",
    3,
    "What users see of it: 502 or 503.",
)
ROUTE_TO_NOWHERE = Kind(
    "INC302",
    "backend-missing",
    "A path of an Ingress or route leads to a Service that does not exist",
    4,
    "Users get 503 or 404, by a Gateway 500.",
    "Check the backends of {target} before it is shipped",
)
ROUTE_PORT_MISSING = Kind(
    "INC303",
    "backend-port-missing",
    "A path of an Ingress or route names a port that its Service does not have",
    4,
    "Compare the backend's port with the Service's ports.",
    "Check the backends of {target} before it is shipped",
)
INGRESS_CLASS_MISSING = Kind(
    "INC304",
    "ingress-class-missing",
    "Nobody serves an Ingress: its class does not exist",
    4,
    "One without a class is left alone: a controller may serve it.",
    "Check the class of {target} before it is shipped",
)
ROUTE_REDIRECTED = Kind(
    "INC318",
    "route-redirected",
    "A path of an Ingress leads to another Service than its manifest says",
    4,
    "It was edited after it was applied: users get the answers of another program, and every pod is well.",
    "Change {target} by its manifest only",
)
CERTIFICATE_MISSING = Kind(
    "INC305",
    "certificate-missing",
    "The Secret of an Ingress's or Gateway's certificate does not exist",
    4,
    "The controller answers with a certificate of its own, which browsers refuse.",
    "Alert when the certificate of {target} is not there",
)
DNS_DOWN = Kind(
    "INC701",
    "dns-down",
    "The cluster's DNS has no ready endpoint",
    8,
    "No name of a Service resolves anywhere in the cluster.",
)
DNS_FAILING = Kind(
    "INC703",
    "dns-failing",
    "The cluster's DNS runs and fails",
    95,
    "Its own log says why: a forwarding loop, a server above it that does not answer, or no way to read the Services.",
    "Alert when {target} answers SERVFAIL",
)
DNS_DENIES = Kind(
    "INC705",
    "dns-denies",
    "The cluster's DNS is told to deny a name that a program needs",
    96,
    "A template in the Corefile answers NXDOMAIN, SERVFAIL or REFUSED for it, whatever is behind the name.",
    "Test {target} with the names that programs need before it is changed",
)
NETWORK_AGENT_DOWN = Kind(
    "INC704",
    "network-agent-down",
    "The DaemonSet that gives nodes their network is not ready on all of them",
    12,
    "New pods get no address there, or Services can't be reached from there (kube-proxy).",
)
ALL = (
    NO_ENDPOINTS,
    NO_SELECTED_PODS,
    TARGET_PORT,
    MIXED_ENDPOINTS,
    BALANCER_PENDING,
    BALANCER_FAILING,
    NOT_LOCAL,
    ROUTE_DOWN,
    ROUTE_TO_NOWHERE,
    ROUTE_PORT_MISSING,
    ROUTE_REDIRECTED,
    INGRESS_CLASS_MISSING,
    CERTIFICATE_MISSING,
    DNS_DOWN,
    DNS_FAILING,
    DNS_DENIES,
    NETWORK_AGENT_DOWN,
)
