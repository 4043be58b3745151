"""What an assessment says: one frozen value that holds everything an engineer reads first."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import JsonValue

from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Chain, Evidence, Finding
from incident_mcp.vocabulary.metrics_seen import AlertSeen, MetricsSeen
from incident_mcp.vocabulary.observation import NotChecked, RouteSeen, Totals
from incident_mcp.vocabulary.refs import Cluster, Ref, Scope
from incident_mcp.vocabulary.severity import Severity
from incident_mcp.vocabulary.value import Value

YesNo = Literal["yes", "no", "unknown"]
Direction = Literal["better", "steady", "worse", "unknown"]


class Onset(Value):
    """When it began: the first bad sign that is still known, not the time of the question."""

    at: datetime
    what: str
    """`first crash, checkout-7c9f8-x2k4p`."""
    exact: bool = True
    """False: older signs have expired, it began at this time or before."""


class Change(Value):
    """Something that changed, on the same clock as the onset."""

    target: Ref
    at: datetime
    kind: Literal["rollout", "configuration"]
    manager: str | None = None
    before: str = ""
    after: str = ""
    revision_before: int | None = None
    revision_after: int | None = None
    differs: tuple[str, ...] = ()
    max_unavailable: str | None = None
    seconds_before_onset: int | None = None
    """Negative: it came after the onset. None: the onset is not known."""

    @property
    def text(self) -> str:
        """`rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42`."""
        numbers = f" {self.revision_before} -> {self.revision_after}" if self.revision_after is not None else ""
        what = f"rollout{numbers}" if self.kind == "rollout" else f"{self.target} {self.after or 'edited'}"
        by = f", field manager {self.manager}" if self.manager else ""
        return f"{what}{by}: {'; '.join(self.differs)}" if self.differs else f"{what}{by}"


class Trend(Value):
    """Where it is going: a rate or a state, never a total that can only grow."""

    direction: Direction
    why: str

    def __str__(self) -> str:
        return f"{self.direction}: {self.why}"


class Impact(Value):
    """What is hurt. `users` is true when something that is reached from outside is."""

    services: tuple[Ref, ...] = ()
    routes: tuple[RouteSeen, ...] = ()
    gateways: tuple[Ref, ...] = ()
    users: bool = False
    ready: int = 0
    desired: int = 0
    """Ready and wanted pods of all workloads that are not well."""


class Proposal(Value):
    """A proposed severity and its reasons. A person sets it."""

    severity: Severity
    answer_within: timedelta | None
    reasons: tuple[str, ...]


class Call(Value):
    """A call of one of our own tools, complete."""

    tool: str
    arguments: dict[str, JsonValue]


class Decision(Value):
    """The first branch of the decision tree: was it a recent deployment? And what follows from it."""

    recent_deployment: YesNo
    why: str
    so: str
    """What to do, in words."""
    call: Call | None = None
    change: Change | None = None

    def __str__(self) -> str:
        return f"Caused by a recent deployment? {self.recent_deployment} ({self.why}). So: {self.so}."


class Row(Value):
    """One root and all that hangs on it, as one entry of the ranked list."""

    target: Ref
    state: str
    """`0 of 3 ready, 3 pods in CrashLoopBackOff`."""
    since: datetime | None = None
    cause: Finding
    symptoms: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    changed: Change | None = None
    alerts: tuple[AlertSeen, ...] = ()
    """Those that are about it."""
    breaks: str = ""
    """`Service shop/checkout has no endpoints -> Ingress shop.example.com/checkout answers 503`."""
    chain: Chain


class Assessment(Value):
    """The whole answer. `rows` are ranked, the worst first; empty means that no fault was found."""

    cluster: Cluster
    scope: Scope
    at: datetime
    took: timedelta
    totals: Totals
    rows: tuple[Row, ...] = ()
    noted: tuple[Finding, ...] = ()
    """Roots that are somebody's intention or no trouble of its own: shown after the faults, and nobody's incident."""
    onset: Onset | None = None
    changes: tuple[Change, ...] = ()
    trend: Trend | None = None
    severity: Proposal | None = None
    impact: Impact = Impact()
    decision: Decision | None = None
    metrics: MetricsSeen = MetricsSeen()
    looked_at: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    blind: bool = False
    """Pods or workloads could not be read."""

    @property
    def headline(self) -> str:
        """`1 of 9 workloads is not well`."""
        sick, all_of = self.totals.unwell_workloads, self.totals.workloads
        if self.scope.workload is not None:
            return f"{self.scope.workload} is {'not well' if self.rows else 'well'}"
        if not sick and self.blind and not self.rows:
            return "not all pods and workloads could be read"
        if not sick:
            return f"all {all_of} workloads are well" if not self.rows else f"{count(len(self.rows), 'fault')} found"
        return f"{sick} of {all_of} workloads {'is' if sick == 1 else 'are'} not well"
