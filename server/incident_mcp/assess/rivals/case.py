"""What the hypotheses about one chain are weighed with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incident_mcp.assess.assessment import Assessment, Call, Change, Row
from incident_mcp.investigate.sharing.share import Share, fails, share_of
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation, PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

TOGETHER = timedelta(minutes=1)
"""Two things that began to fail within this time may have one cause."""


@dataclass(frozen=True)
class Case:
    """One row of an assessment, and everything that was seen beside it."""

    seen: Observation
    result: Assessment
    row: Row
    load: float | None = None
    """The share of the CPU that its ready pods may use; None: not measured."""
    subject: Ref = field(init=False)
    workload: WorkloadSeen | None = field(init=False)
    failing: tuple[PodSeen, ...] = field(init=False)
    share: Share | None = field(init=False)

    def __post_init__(self) -> None:
        subject = self.row.chain.subject
        put = object.__setattr__  # a frozen value that works out the rest of itself once
        put(self, "subject", subject)
        put(self, "workload", workload_of(self.seen, subject))
        known = {pod.ref: pod for pod in (*self.seen.siblings, *self.seen.pods)}.values()
        pods = (pod for pod in known if (pod.owner or pod.ref) == subject and not pod.deleting)
        put(self, "failing", tuple(pod for pod in pods if fails(self.seen, pod)))
        put(self, "share", share_of(self.seen, subject))

    @property
    def chain(self) -> Chain:
        return self.row.chain

    @property
    def began(self) -> datetime | None:
        return self.row.since

    @property
    def findings(self) -> tuple[Finding, ...]:
        """On the subject itself."""
        chain = self.chain
        return tuple(each for each in (chain.root, *chain.symptoms, *chain.breaks) if each.target == self.subject)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Of the subject and of what it takes its configuration from."""
        return self.result.changes

    def has(self, *causes: str) -> bool:
        return any(each.cause in causes for each in self.findings)

    @property
    def others(self) -> Iterator[Row]:
        """The other roots."""
        return (row for row in self.result.rows if row is not self.row)

    @property
    def began_together(self) -> tuple[Row, ...]:
        """Other workloads that began to fail in the same minute."""
        if self.began is None:
            return ()
        return tuple(
            row
            for row in self.others
            if row.since is not None and abs(row.since - self.began) <= TOGETHER and row.chain.subject != self.subject
        )

    @property
    def at_start(self) -> bool:
        """Every failing pod fails before it was ever ready: no user has reached it yet."""
        return bool(self.failing) and all(_never_ready(pod) for pod in self.failing)

    def call(self, tool: str, **more: str | int) -> Call:
        """One of our tools, about the subject."""
        ref = self.subject
        return Call(tool=tool, arguments={"kind": ref.kind, "namespace": ref.namespace or "", "name": ref.name, **more})


def _never_ready(pod: PodSeen) -> bool:
    return not pod.ready and (pod.ready_since is None or pod.ready_since - pod.created <= timedelta(seconds=5))


def look_at(ref: Ref) -> Call:
    """`read_object` of this object."""
    where = {"namespace": ref.namespace} if ref.namespace else {}
    return Call(tool="read_object", arguments={"kind": ref.kind, **where, "name": ref.name})
