"""The hypotheses about one root, weighed: rivals that are near each other, or no cause at all and what is missing.

What the API server, the kubelet or the scheduler names by itself (a Secret that is missing, a quota) is proven, and has
no rivals. A symptom (a container ends, a probe fails) and what a program says of itself (a pool is used up) leave open
why; for those the hypotheses are gone through.
"""

from collections.abc import Callable, Iterable

from incident_mcp.assess.assessment import Assessment, Call, Row
from incident_mcp.assess.rivals.around import of_dependencies, of_places
from incident_mcp.assess.rivals.case import Case
from incident_mcp.assess.rivals.changes import of_configuration, of_rollout
from incident_mcp.assess.rivals.hypothesis import SLIGHT, STRONG, Hypothesis, Point
from incident_mcp.assess.rivals.load import of_load
from incident_mcp.investigate.kinds import containers, images, jobs, programs, workloads
from incident_mcp.investigate.log_evidence import SPREAD
from incident_mcp.logs.last_words import last_words
from incident_mcp.text.words import count
from incident_mcp.vocabulary.observation import LogSeen, Observation
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

SYMPTOMS = frozenset(
    kind.code
    for kind in (
        containers.CRASH_LOOP,
        containers.NOT_READY,
        containers.KILLED_BY_PROBE,
        containers.INIT_CONTAINER,
        images.IMAGE_PULL,
        workloads.BELOW_NUMBER,
        workloads.ROLLOUT_STUCK,
        workloads.ORDINAL_BLOCKS,
        workloads.DAEMON_SET_INCOMPLETE,
        jobs.JOB_FAILED,
        jobs.JOB_DEADLINE,
        jobs.CRON_JOB_LATE,
    )
)
"""Kinds that say what is seen and not why."""
SAID = frozenset(
    kind.code
    for kind in (
        containers.OUT_OF_MEMORY,
        programs.DEPENDENCY_DOWN,
        programs.DEPENDENCY_SLOW,
        programs.POOL_EXHAUSTED,
        programs.HEAP_EXHAUSTED,
        programs.TOO_MANY_FILES,
        programs.AUTHENTICATION_FAILED,
        programs.CERTIFICATE_INVALID,
        programs.DEADLOCK,
        programs.DISK_FAILING,
        programs.DISK_FULL,
        programs.LACKS_SETTINGS,
        programs.MIGRATION_FAILED,
        programs.PERMISSION_DENIED,
        programs.PORTS_EXHAUSTED,
        programs.RATE_LIMITED,
        programs.READ_ONLY,
        programs.TLS_REQUIRED,
    )
)
"""Kinds that name a cause of which several others can be the cause in turn."""
_COMPLAINTS = (programs.DEPENDENCY_DOWN.code, programs.DEPENDENCY_SLOW.code)
_MEMORY = dict.fromkeys(
    (containers.OUT_OF_MEMORY.code, programs.HEAP_EXHAUSTED.code), "a leak, or a limit below what it needs"
)
FITS = 1.5
"""From this score on a hypothesis is held."""
NEAR = 2.5
"""A hypothesis that lies so little behind the first is its rival."""
SHOWN = 3
_Weighing = Callable[[Case], Iterable[Hypothesis]]
_WEIGHINGS: tuple[_Weighing, ...] = (of_rollout, of_configuration, of_dependencies, of_places, of_load)


class Weighed(Value):
    """What one root may come from. Without `rivals` no cause was found, and `missing` says what would be needed."""

    rivals: tuple[Hypothesis, ...] = ()
    """Those that fit, the likeliest first. A single one has no rival."""
    missing: tuple[str, ...] = ()
    last_words: Untrusted = Untrusted("")
    """Where no cause was found: the last error in its logs, for a person to read."""
    look: Call
    """Where to look next."""

    @property
    def open(self) -> bool:
        """Several causes fit."""
        return len(self.rivals) > 1


def weigh(seen: Observation, result: Assessment, row: Row, load: float | None = None) -> Weighed | None:
    """None where the root is proven, or where nothing fits and the program itself says what is wrong."""
    root = row.cause
    if root.code not in SYMPTOMS | SAID:
        return None
    case = Case(seen, result, row, load)
    found = sorted((each for each in _all(case) if each.score >= FITS), key=lambda each: -each.score)
    rivals = tuple(each for each in found if each.score >= found[0].score - NEAR)[:SHOWN]
    if root.code in SAID and len(rivals) < 2:
        return None
    if rivals:
        return Weighed(rivals=rivals, look=rivals[0].look)
    lines = [line for log in _logs(case) for _, line in log.lines]
    return Weighed(missing=_missing(case, len(lines)), last_words=last_words(lines), look=_next(case, len(lines)))


def _all(case: Case) -> list[Hypothesis]:
    """What a program says of itself stands unless a change explains it, or what it complains of is a hypothesis too."""
    found = [each for weighing in _WEIGHINGS for each in weighing(case)]
    explained = any(each.kind in ("rollout", "configuration") and each.score >= FITS for each in found)
    meant = case.row.cause.code in _COMPLAINTS and any(each.kind == "dependency" for each in found)
    if case.row.cause.code in SAID and not explained and not meant:
        found.append(_program(case))
    return found


def _program(case: Case) -> Hypothesis:
    root = case.row.cause
    spread = next((f", {each.value}" for each in root.evidence if each.source == SPREAD), "")
    said = Point(weight=STRONG + SLIGHT, text=f"it is what its pods show{spread}")
    return Hypothesis(
        kind="program", what=_MEMORY.get(root.code, root.summary), points=(said,), look=case.call("analyze_logs")
    )


def _logs(case: Case) -> list[LogSeen]:
    """Those of its failing pods, the instance that ended last of all."""
    pods = {pod.ref for pod in case.failing}
    return sorted((log for log in case.seen.logs if log.pod in pods), key=lambda log: log.previous)


def _missing(case: Case, lines: int) -> tuple[str, ...]:
    """What would have told, in the order in which it is cheap to get."""
    uids = {pod.uid for pod in case.failing}
    told = [
        f"a cause in its logs: {count(lines, 'line')} read, none of a known meaning" if lines else "its logs",
        "" if any(event.uid in uids for event in case.seen.events) else "events about its pods: none is left",
        "" if case.changes else "a rollout or an edit of its configuration: none within a day before",
        "" if case.load is not None or case.seen.metrics.signals else "what it uses and how much is asked of it",
    ]
    return tuple(each for each in told if each)


def _next(case: Case, lines: int) -> Call:
    """Its logs, where they were not read; else what changed around it."""
    if not lines and case.workload is not None:
        return case.call("analyze_logs")
    return Call(tool="what_changed", arguments={"namespace": case.subject.namespace or ""})
