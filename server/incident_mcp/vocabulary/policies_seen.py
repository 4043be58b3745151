"""What one look saw of NetworkPolicies: whom they isolate, and whom and what they let through all the same."""

from pydantic import Field

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class RequirementSeen(Value):
    """One expression of a label selector."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: dict[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case _:
                return value is None


class SelectorSeen(Value):
    """A label selector; an empty one fits everything."""

    labels: dict[str, str] = {}
    expressions: tuple[RequirementSeen, ...] = ()

    def fits(self, labels: dict[str, str]) -> bool:
        return self.labels.items() <= labels.items() and all(each.holds(labels) for each in self.expressions)


class PeerSeen(Value):
    """Who a rule is about: pods (of chosen namespaces, else of the policy's own), or addresses."""

    pods: SelectorSeen | None = None
    namespaces: SelectorSeen | None = None
    block: str = ""


class GateSeen(Value):
    """A port, or a range of them, that a rule lets through. An empty port is any."""

    port: str = ""
    end: int | None = None


class RuleSeen(Value):
    """One rule: to these peers on these ports. No peers: everybody; no ports: all."""

    peers: tuple[PeerSeen, ...] = ()
    gates: tuple[GateSeen, ...] = ()


class PolicySeen(Value):
    """A NetworkPolicy beside something that fails."""

    ref: Ref
    selector: SelectorSeen = Field(default_factory=SelectorSeen)
    ingress: bool = False
    """It isolates what its pods are sent."""
    egress: bool = False
    """It isolates what its pods send."""
    lets_in: tuple[RuleSeen, ...] = ()
    lets_out: tuple[RuleSeen, ...] = ()
