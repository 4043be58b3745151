"""One thing that should be tidied up, and what it is told of."""

from dataclasses import dataclass

from incident_mcp.vocabulary.observation import ConfigSeen, PodSeen, ServiceSeen, WorkloadSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.scaling_seen import BudgetSeen
from incident_mcp.vocabulary.value import Value


@dataclass(frozen=True, slots=True)
class HygieneKind:
    """`do` is a proposed action item; `{target}` stands for the object."""

    code: str
    title: str
    means: str
    do: str


class HygieneItem(Value):
    """`what` is the evidence: which container, which field."""

    code: str
    title: str
    target: Ref
    what: str = ""
    do: str


class Estate(Value):
    """What hygiene is judged by: objects well or not. None: not read, so nothing can be said to be missing."""

    workloads: tuple[WorkloadSeen, ...] = ()
    services: tuple[ServiceSeen, ...] = ()
    configs: tuple[ConfigSeen, ...] = ()
    policies: tuple[PolicySeen, ...] = ()
    pods: tuple[PodSeen, ...] = ()
    budgets: tuple[BudgetSeen, ...] | None = None
    """All of them."""


def item(kind: HygieneKind, target: Ref, what: str = "") -> HygieneItem:
    return HygieneItem(code=kind.code, title=kind.title, target=target, what=what, do=kind.do.format(target=target))
