"""What is untidy in a scope and hurts nobody now: a list of its own, only where somebody asks for it."""

import anyio

from incident_mcp.cluster.estate import Lists, read_estate
from incident_mcp.cluster.look import Look
from incident_mcp.investigate.hygiene.item import Estate, HygieneItem
from incident_mcp.investigate.hygiene.judge import hygiene
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk

NAMED = 3
"""Objects named in one line."""
SHARE = 0.5
"""Of a tool's time, the part that this may take."""


class HygieneLine(Value):
    """One kind of untidiness, and where it is."""

    code: str
    title: str
    targets: str
    count: int
    do: str
    """For a single object the action item; for several, that of the first."""


class HygieneFound(Value):
    """The lines, the most frequent code first, and what could not be read."""

    lines: tuple[HygieneLine, ...] = ()
    not_checked: tuple[str, ...] = ()


async def hygiene_of(desk: Desk, seen: Observation) -> HygieneFound:
    """Read all workloads of the look's scope, and judge them."""
    look, found = Look(desk.api, desk.clock), Lists()
    look.answered = 1
    with anyio.move_on_after(desk.tool_seconds * SHARE) as limit:
        await read_estate(look, seen.scope.workload.namespace if seen.scope.workload else seen.scope.namespace, found)
    if limit.cancelled_caught:
        look.timed_out(("workloads", "network policies", "disruption budgets"), desk.tool_seconds * SHARE)
    return HygieneFound(
        lines=tuple(_lines(hygiene(_estate(seen, found)))), not_checked=tuple(str(one) for one in look.not_checked)
    )


def _estate(seen: Observation, found: Lists) -> Estate:
    only = seen.scope.workload
    workloads = [each for each in found.workloads if only is None or each.ref == only]
    return Estate(
        workloads=tuple(workloads),
        services=seen.services,
        configs=() if only else seen.configs,
        policies=() if only else tuple(found.policies),
        pods=() if only else seen.pods,
        budgets=None if found.budgets is None else tuple(found.budgets),
    )


def _lines(items: tuple[HygieneItem, ...]) -> list[HygieneLine]:
    by_code: dict[str, list[HygieneItem]] = {}
    for each in items:
        by_code.setdefault(each.code, []).append(each)
    lines = [_line(those) for those in by_code.values()]
    return sorted(lines, key=lambda line: (-line.count, line.code))


def _line(items: list[HygieneItem]) -> HygieneLine:
    first = items[0]
    named = [f"{each.target}{f' ({plain(each.what, 80)})' if each.what else ''}" for each in items]
    return HygieneLine(
        code=first.code,
        title=first.title,
        targets=listed(named, most=NAMED),
        count=len(items),
        do=first.do if len(items) == 1 else first.do.replace(str(first.target), "them"),
    )
