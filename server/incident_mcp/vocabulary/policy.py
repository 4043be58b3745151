"""What may be done and how it must be approved: `policy.toml`, validated. `examples/policy.toml` explains every key.

The default is an object like any other, so *protected* and *high risk* mean something before anybody writes a file.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from pydantic import AwareDatetime, Field

from incident_mcp.vocabulary.answer import Door
from incident_mcp.vocabulary.plan import Risk
from incident_mcp.vocabulary.refs import Cluster
from incident_mcp.vocabulary.value import Value

LONGEST_PLAN = timedelta(hours=1)
TAKES_BACK = ("rollback_workload", "undo_action")
"""Never held up by a freeze or a budget: they bring back what was there before."""
TELLS = ("page", "post_update", "create_follow_ups")
"""Actions that change no cluster but tell people: no freeze or budget holds them, and an incident's end is told too."""


class Doors(Value):
    """Through which doors a yes counts, by the plan's risk. The script is the demo's, on its own sandbox."""

    normal: tuple[Door, ...] = ("chat", "terminal", "console", "script")
    high: tuple[Door, ...] = ("chat", "terminal", "console", "script")

    def of(self, risk: Risk) -> tuple[Door, ...]:
        return self.high if risk == "high" else self.normal


class Freeze(Value):
    """A span of time in which every change but a rollback or an undo wants the target's name typed."""

    begins: AwareDatetime
    ends: AwareDatetime
    why: str = Field(max_length=200)


class Window(Value):
    """What writing is narrowed to, where a server was started with it: one incident, and until when."""

    incident: str | None = None
    until: AwareDatetime | None = None


class Policy(Value):
    """Limits of the human gate. Spans of time are seconds in the file."""

    read_only: bool = False
    """Wins over everything else, a server that was started with writing included."""
    actions: tuple[str, ...] = ("*",)
    namespaces: tuple[str, ...] = ("*",)
    """In which a write may land; objects of the whole cluster (nodes) are held by `actions` alone."""
    clusters: tuple[str, ...] = ("*",)
    """By the context's name or the server's address."""
    protected_namespaces: tuple[str, ...] = ("kube-system", "kube-public", "kube-node-lease")
    two_approvers: tuple[str, ...] = ()
    """Actions that want the yes of two persons, each with a name of their own."""
    plan_life: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(), le=LONGEST_PLAN)
    fastest_answer: timedelta = Field(default=timedelta(seconds=0.3), ge=timedelta(), le=timedelta(seconds=10))
    """An answer in the chat that comes faster than this was not seen by a person."""
    largest_scale: int = Field(default=1000, ge=1)
    """More replicas than this in one call is taken for a slip of the hand."""
    largest_scale_factor: float = Field(default=10.0, gt=1)
    largest_unready_share: float = Field(default=0.5, ge=0, le=0.5)
    """Of the ready pods, how many may be unready at one moment before the target's name must be typed."""
    largest_weight_step: int = Field(default=100, ge=1, le=100)
    """Percent of the traffic that one change may move before the target's name must be typed."""
    mutations_an_incident: int = Field(default=20, ge=0)
    """Plans carried out in one incident; beyond that every further one wants the name typed, unless it takes back."""
    doors: Doors = Field(default_factory=Doors)
    freezes: tuple[Freeze, ...] = ()
    writing: Window = Field(default_factory=Window)

    def refusal(self, action: str, cluster: Cluster, namespaces: set[str]) -> str:
        """Why the policy does not allow this action there at all; empty: it does."""
        if not _among(action, self.actions):
            return f"the policy does not allow {action}"
        if not (_among(cluster.name, self.clusters) or _among(cluster.server, self.clusters)):
            return f"the policy does not allow changes of cluster {cluster.name}"
        outside = sorted(name for name in namespaces if not _among(name, self.namespaces))
        return f"the policy does not allow changes in namespace {outside[0]}" if outside else ""

    def writing_refusal(self, incident: str | None, now: datetime) -> str:
        """Why nothing at all may be written now, for this incident; empty: it may."""
        if self.read_only:
            return "the policy is read-only"
        if self.writing.until is not None and now >= self.writing.until:
            return f"the policy allowed writing until {self.writing.until:%Y-%m-%d %H:%M} UTC"
        if self.writing.incident is not None and incident != self.writing.incident:
            return f"the policy allows writing for incident {self.writing.incident} only"
        return ""

    def frozen(self, now: datetime) -> str:
        """Why changes are frozen now; empty: they are not."""
        return next((freeze.why for freeze in self.freezes if freeze.begins <= now < freeze.ends), "")

    def approvers(self, action: str) -> int:
        """How many persons must say yes."""
        return 2 if _among(action, self.two_approvers) else 1


PolicyNow = Callable[[], Policy]
"""The policy as it stands at this moment. Raises `PolicyError` where there is none that can be relied on."""


def _among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
