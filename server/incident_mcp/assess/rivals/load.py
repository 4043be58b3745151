"""The hypothesis that more is asked of a workload than it can carry: by its traffic, its CPU, its autoscaler."""

from collections.abc import Iterator

from incident_mcp.assess.assessment import Call
from incident_mcp.assess.decision import SLACK
from incident_mcp.assess.rivals.case import Case
from incident_mcp.assess.rivals.hypothesis import FAIR, SLIGHT, STRONG, Hypothesis, Point, points
from incident_mcp.assess.tree import BUSY
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.metrics_seen import SignalName

MORE = 1.5
"""From this factor on, traffic is more than usual."""
_LOADED = ("pool-exhausted", "deadline-exceeded", "out-of-memory", "heap-exhausted", "too-many-open-files")
_SLOW_PROBE = "no answer within its timeout"
_STRAINED: tuple[SignalName, ...] = ("saturation", "CPU throttled")


def of_load(case: Case) -> Iterator[Hypothesis]:
    """Only where something speaks for it."""
    told = (*_traffic(case), *_strain(case), *_signs(case))
    if told:
        yield Hypothesis(
            kind="load",
            what="more load than it can carry",
            points=(*told, *_against(case)),
            look=Call(tool="resource_usage", arguments={"namespace": case.subject.namespace or ""}),
        )


def _traffic(case: Case) -> Iterator[Point]:
    """More requests that came before the first sign; those that came after it may be retries."""
    for each in case.seen.metrics.traffic:
        first = case.began is None or each.since <= case.began + SLACK
        if each.target == case.subject and each.factor >= MORE and first:
            yield Point(weight=STRONG, text=f"its traffic rose to {each.factor:.2g} times that of the hour before")


def _strain(case: Case) -> Iterator[Point]:
    """What left its usual measure, and the share of the CPU in use."""
    for each in case.seen.metrics.signals:
        if each.target == case.subject and each.what in _STRAINED and each.since is not None:
            yield Point(weight=FAIR, text=f"{each.what} is above what is usual")
    if case.load is not None and case.load >= BUSY:
        yield Point(weight=FAIR, text=f"its ready pods use {round(case.load * 100)} % of their CPU")


def _signs(case: Case) -> tuple[Point, ...]:
    scaler = next((each for each in case.seen.autoscalers if each.target == case.subject), None)
    full = scaler is not None and (
        scaler.current >= scaler.most or condition(scaler.conditions, "ScalingLimited", "True") is not None
    )
    slow = any(_SLOW_PROBE in each.summary for each in case.findings)
    return points(
        (full, FAIR, f"{scaler.ref} is at its maximum of {scaler.most}" if scaler else ""),
        (slow, SLIGHT, "its probe gets no answer in time"),
        (case.has(*_LOADED), SLIGHT, "more requests at once can do this"),
    )


def _against(case: Case) -> tuple[Point, ...]:
    idle = case.load is not None and case.load < BUSY / 2
    measured = any(each.target == case.subject and each.what == "error rate" for each in case.seen.metrics.signals)
    more = any(each.target == case.subject for each in case.seen.metrics.traffic)
    return points(
        (case.at_start, -STRONG, "its pods fail before they were ever ready"),
        (idle, -FAIR, f"its ready pods use only {round((case.load or 0) * 100)} % of their CPU"),
        (measured and not more, -FAIR, "its traffic is what it was in the hour before"),
    )
