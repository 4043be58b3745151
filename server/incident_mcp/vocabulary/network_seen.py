"""What one look saw of the way to the pods: what workloads declare, what Services and Ingresses want of them."""

from datetime import datetime

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class PortSeen(Value):
    """One port of a Service; `target` is a number or a name among the pods' ports."""

    number: int
    name: str = ""
    target: str = ""
    protocol: str = "TCP"


class BalancerSeen(Value):
    """The load balancer that a Service asks for, as far as whoever makes it has said."""

    placed: bool
    """It has an address."""
    asked: datetime
    """When the Service was made: it may ask for one since later."""
    errors: tuple[str, ...] = ()
    """Of single ports, in the words of the API's own convention (`PortsConflict` ...)."""


class LocalSeen(Value):
    """A Service that sends only to endpoints on the node where it is called (`internalTrafficPolicy`), or where its
    node port is (`externalTrafficPolicy`).
    """

    field: str
    nodes: tuple[str, ...] = ()
    """Those that have a ready endpoint."""


class OutlineSeen(Value):
    """What a workload declares, well or not: the labels and ports of its pods, and how many it wants."""

    ref: Ref
    labels: dict[str, str] = {}
    ports: tuple[tuple[str, int], ...] = ()
    """Name (may be empty) and number of each declared container port."""
    desired: int = 1
    misscheduled: int = 0
    """Pods of a DaemonSet on nodes where it does not belong."""
    governed_by: str = ""
    """The Service that gives the pods of a StatefulSet their names."""

    def has_port(self, target: str) -> bool:
        return any(target in (name, str(number)) for name, number in self.ports)


class TlsSeen(Value):
    """A certificate's Secret, and the hosts that it is shown for."""

    secret: Ref
    hosts: tuple[str, ...] = ()


class IngressSeen(Value):
    """Who should serve an Ingress, and the Secrets that hold its certificates."""

    ref: Ref
    class_name: str = ""
    """From the spec or the old annotation; empty: whichever class is the default."""
    secrets: tuple[Ref, ...] = ()
    tls: tuple[TlsSeen, ...] = ()


class IngressClassSeen(Value):
    """An IngressClass that there is."""

    name: str
    default: bool = False


class NameBlockSeen(Value):
    """Names for which the cluster's DNS is told to answer that they do not exist."""

    answer: str = "NXDOMAIN"
    zones: tuple[str, ...] = ()
    """Names that end so; empty, or an empty one: all."""
    words: tuple[tuple[str, ...], ...] = ()
    """Of each pattern its plain words, all of which stand in a name that it means; empty: no pattern narrows it."""

    def covers(self, name: str) -> bool:
        """A whole name, without the dot at its end."""
        zoned = not self.zones or any(not zone or name == zone or name.endswith(f".{zone}") for zone in self.zones)
        return zoned and (not self.words or any(all(word in name for word in words) for words in self.words))
