"""What a workload's logs are compared with, chosen from what there is, so that what is new stands out.

The pods of the revision before, where only the new one's fail; else the window before the onset, of the very pods that
fail; else the replicas that are well beside those that are not; else an instance that ran for a while before the one
that runs now. With none of them nothing can be called new, and the answer says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import anyio

from incident_mcp.cluster.earlier_logs import WINDOW, Earlier, earlier_logs, first_time, parted
from incident_mcp.cluster.look import together
from incident_mcp.cluster.rollout_history import made_by
from incident_mcp.cluster.workload_logs import PodLogs
from incident_mcp.text.words import count
from incident_mcp.vocabulary.log_source import ContainerLog, LogsRead, LogsWanted
from incident_mcp.vocabulary.observation import ContainerSeen, NotChecked, PodSeen, RevisionSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.log_onset import Began
from incident_mcp.workflow.log_reading import NONE, read_wanted
from incident_mcp.workflow.log_scope import LogScope

PROBED = 1000
"""Lines that are read from before the onset without what they were asked for: did these pods log anything then?"""
LENGTHEN = 2.0
"""Seconds that the comparison may take beyond the reading itself."""
REPLICAS = 3
"""That are well, read for the comparison where those that fail took all the places."""
RECENT = timedelta(minutes=15)
"""A pod whose container ended within this time is not one that is well."""
A_WHILE = timedelta(minutes=5)
"""An instance that ran shorter than this shows nothing usual."""
LAST_WORDS = timedelta(minutes=1)
"""What an instance says in the minute before it ends belongs to its end."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`usual` is what `judged` is compared with, where that is not simply what came before `onset`."""

    judged: tuple[ContainerLog, ...]
    usual: tuple[ContainerLog, ...] = ()
    onset: datetime | None = None
    looked: timedelta = timedelta()
    """Before the onset, where pods did log, but no line that was asked for: what is asked for is new."""
    words: str = ""
    """`the window before 02:10:40 (...)`; empty: with nothing, and `why` says so."""
    why: str = ""


async def against(desk: Desk, scope: LogScope, wanted: LogsWanted, logs: LogsRead, began: Began | None) -> Comparison:
    """Choose, after reading the little that the choice needs beyond `logs`; what can't be read is noted there."""
    read = {log.pod for log in logs.logs}
    spare = [pod for pod in scope.pods if pod.ready and pod.ref not in read][:REPLICAS]
    if not read or any(pod.ready for pod in scope.pods if pod.ref in read):
        spare = []
    found: list[Earlier] = []
    more: list[LogsRead] = []

    async def before() -> None:
        if began is not None:
            found.append(await _before(desk, scope, wanted, logs, began.at))

    async def replicas() -> None:
        if spare:
            theirs = replace(wanted, pods=tuple(spare), since=desk.clock() - timedelta(days=1))
            more.append(await PodLogs(desk.api, desk.clock).read(theirs, LENGTHEN))

    await together([before, replicas])
    earlier = found[0] if found else Earlier()
    logs.not_checked += [*earlier.not_checked, *(one for each in more for one in each.not_checked)]
    everything = [*logs.logs, *(log for each in more for log in each.logs)]
    current = _current(scope.workload) if scope.workload else None
    return compare(Beside(scope.pods, everything, current=current, now=desk.clock()), earlier, began)


async def _before(desk: Desk, scope: LogScope, wanted: LogsWanted, logs: LogsRead, at: datetime) -> Earlier:
    """From where the logs came from: the kubelets, or an engine, which is asked for the window as it is."""
    if logs.source == PodLogs.name:
        return await earlier_logs(desk.api, scope.pods, logs.logs, before=at, match=wanted.match, seconds=LENGTHEN)
    reach = min(filter(None, (first_time(log.body) for log in logs.logs)), default=at) if logs.cut else wanted.since
    found = LogsRead("")
    searched: list[tuple[Ref, timedelta]] = []

    async def window() -> None:
        if at - reach < WINDOW:
            nonlocal found
            found = await read_wanted(desk, scope, replace(wanted, since=at - WINDOW, until=min(at, reach)))

    async def anything() -> None:
        if wanted.filtered:
            all_lines = replace(wanted, since=at - WINDOW, until=at, match=(), level="info", enough=PROBED)
            for log in (await read_wanted(desk, scope, all_lines)).logs:
                if first := first_time(log.body):
                    searched.append((log.pod, at - first))

    with anyio.move_on_after(LENGTHEN):
        await together([window, anything])
        missed = tuple(one for one in found.not_checked if one.why != NONE)
        return Earlier(tuple(found.logs), () if found.cut or missed else tuple(searched), missed)
    return Earlier(not_checked=(NotChecked(what="logs of the time before", why="timed out"),))


def _current(workload: WorkloadSeen) -> RevisionSeen | None:
    return next((each for each in workload.revisions if each.current), None)


def compare(beside: "Beside", earlier: Earlier, began: Began | None) -> Comparison:
    """The first comparison that the logs allow; what the caller named as the onset goes before all others."""
    window = _window(beside, earlier, began)
    found = (
        (window if began and began.told else None)
        or beside.previous_revision()
        or window
        or beside.healthy_replicas(began)
        or beside.previous_instance()
    )
    if found is not None:
        return found
    return Comparison(tuple(beside.logs), onset=began.at if began else None, why=_why_not(beside, began))


class Beside:
    """The pods that are well, those that are not, and their logs; `current` is the revision that should run."""

    def __init__(
        self, pods: Sequence[PodSeen], logs: Sequence[ContainerLog], *, current: RevisionSeen | None, now: datetime
    ) -> None:
        self.logs = logs
        self._current = current
        read = {log.pod for log in logs}
        self.pods = [pod for pod in pods if pod.ref in read]
        self.well = [pod for pod in self.pods if _is_well(pod, now)]
        self.failing = [pod for pod in self.pods if pod not in self.well]

    def previous_revision(self) -> Comparison | None:
        """The current revision's pods, if only they fail or none does, against those of an older one that are well."""
        current = self._current
        if current is None:
            return None
        new = [pod for pod in self.pods if made_by(pod, current)]
        old = [pod for pod in self.well if pod not in new]
        if not new or not old or any(pod not in new for pod in self.failing):
            return None
        return self._split(old, f"{count(len(old), 'pod')} of the previous revision")

    def healthy_replicas(self, began: Began | None) -> Comparison | None:
        if not self.failing or not self.well:
            return None
        words = f"{count(len(self.well), 'replica')} that {'is' if len(self.well) == 1 else 'are'} well"
        return replace(self._split(self.well, words), onset=began.at if began else None)

    def previous_instance(self) -> Comparison | None:
        """Its last minute is judged with what came after it."""
        judged: list[ContainerLog] = []
        usual: list[ContainerLog] = []
        for log in self.logs:
            container = self._container(log)
            ended = container.last_finished if container and log.previous and _ran_a_while(container) else None
            early, late = parted(log.body, ended - LAST_WORDS) if ended else (b"", log.body)
            usual += [replace(log, body=early)] if early else []
            judged.append(replace(log, body=late))
        if not usual:
            return None
        return Comparison(tuple(judged), tuple(usual), words=f"{count(len(usual), 'instance')} before this one")

    def is_failing(self, pod: Ref) -> bool:
        return not self.failing or any(each.ref == pod for each in self.failing)

    def _split(self, usual: Sequence[PodSeen], words: str) -> Comparison:
        """All others are judged: also pods that are gone, whose logs an engine still has."""
        known = {pod.ref for pod in usual}
        return Comparison(
            tuple(log for log in self.logs if log.pod not in known),
            tuple(log for log in self.logs if log.pod in known and log.body),
            words=words,
        )

    def _container(self, log: ContainerLog) -> ContainerSeen | None:
        pod = next((each for each in self.pods if each.ref == log.pod), None)
        return next((each for each in pod.containers if each.name == log.container), None) if pod else None


def _window(beside: Beside, earlier: Earlier, began: Began | None) -> Comparison | None:
    """What came before the onset, if any pod that fails logged anything then."""
    if began is None:
        return None
    reaches = [log for log in beside.logs if (first := first_time(log.body)) and first < began.at]
    usual = tuple(log for log in earlier.logs if log.body)
    looked = timedelta()
    if not any(beside.is_failing(log.pod) for log in (*reaches, *usual)):
        looked = max((time for pod, time in earlier.searched if beside.is_failing(pod)), default=looked)
        if not looked:
            return None
    return Comparison(tuple(beside.logs), usual, onset=began.at, looked=looked)


def _why_not(beside: Beside, began: Began | None) -> str:
    reasons = [] if began else ["no onset is known"]
    if not beside.logs:
        return "no log was read"
    if began:
        reasons.append("these pods logged nothing before the onset that is still kept")
    reasons.append("no replica beside them is well" if beside.failing else "no pod fails")
    return f"{', '.join(reasons)}, and no earlier instance ran for a while"


def _is_well(pod: PodSeen, now: datetime) -> bool:
    ended = (each.last_finished for each in pod.containers if not each.init)
    return pod.ready and not pod.deleting and not any(at and now - at < RECENT for at in ended)


def _ran_a_while(container: ContainerSeen) -> bool:
    start, end = container.last_started, container.last_finished
    return start is not None and end is not None and end - start >= A_WHILE
