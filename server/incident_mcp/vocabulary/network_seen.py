"""What one look saw of the way to the pods: what workloads declare, what Services and Ingresses want of them."""

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class PortSeen(Value):
    """One port of a Service; `target` is a number or a name among the pods' ports."""

    number: int
    name: str = ""
    target: str = ""
    protocol: str = "TCP"


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


class IngressSeen(Value):
    """Who should serve an Ingress, and the Secrets that hold its certificates."""

    ref: Ref
    class_name: str = ""
    """From the spec or the old annotation; empty: whichever class is the default."""
    secrets: tuple[Ref, ...] = ()


class IngressClassSeen(Value):
    """An IngressClass that there is."""

    name: str
    default: bool = False
