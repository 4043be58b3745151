"""The page `docs/faults.md`: what was planted, and what was told of it."""

from collections.abc import Iterator

from tests.investigate.planted.cases import FAMILIES
from tests.investigate.planted.suite import Told, score

PLACES = {1: "first", 2: "second", 3: "third"}
HEAD = """# The fault suite

Faults on a real control plane (API server, controllers, scheduler, metrics server), each in a namespace of its own with
a healthy neighbour: a Deployment with Service, Ingress and budget. kwok stands in for the kubelet; what a kubelet would
report is written in its own words. What schedulers, quotas, webhooks and controllers say is their own. Then the product
is asked once, as a user asks it, without a hint.

*Told first*: the root with the right cause and object is the first root of the assessment, and nothing of warning or
worse is told of a neighbour. *Twins* look alike and are named alike; of a group either all are right or none counts.
*Diagnosed*: `diagnose_workload`, asked about the workload that people would name, tells the same root first; a dash
where no workload stands for the fault.

Made by `UPDATE_FAULTS=1 pytest tests/investigate/test_fault_suite.py`; a test keeps it current.
"""


def page(told: list[Told]) -> str:
    return "\n".join([HEAD, *_figures(told), "", *_families(told)]) + "\n"


def figures(told: list[Told]) -> tuple[int, int, int, int]:
    """Faults, those that count as right, those whose root is among the first three, neighbours accused."""
    in_three = sum(each.rank is not None and each.rank <= 3 for each in told)
    return len(told), len(list(score(told))), in_three, sum(len(each.hurt_neighbours) for each in told)


def _figures(told: list[Told]) -> Iterator[str]:
    faults, right, in_three, hurt = figures(told)
    twins = {each.fault.twins for each in told if each.fault.twins}
    among = sum(bool(each.fault.twins) for each in told)
    asked = [each.diagnosed for each in told if each.diagnosed is not None]
    yield "| | |"
    yield "|---|---|"
    yield f"| Faults | {faults}, {among} of them in {len(twins)} groups of twins |"
    yield f"| The right root first, twins only together | {right} ({right / faults:.1%}) |"
    yield f"| Among the first three | {in_three} ({in_three / faults:.1%}) |"
    yield f"| Findings of warning or worse on a healthy neighbour | {hurt} |"
    yield f"| Diagnosed by workload | {sum(asked)} of {len(asked)} |"


def _families(told: list[Told]) -> Iterator[str]:
    by_title = {each.fault.title: each for each in told}
    for family, faults in FAMILIES:
        yield f"## {family}"
        yield ""
        yield "| Fault | Twins | Root | Told | Diagnosed |"
        yield "|---|---|---|---|---|"
        for fault in faults:
            each = by_title[fault.title]
            root = f"`{fault.root[0]}` {fault.root[1].replace('{ns}', '…')}" if fault.root[0] else "none"
            yield f"| {fault.title} | {fault.twins} | {root} | {_rank(each)} | {_diagnosed(each)} |"
        yield ""


def _rank(told: Told) -> str:
    hurt = f", and accuses {', '.join(told.hurt_neighbours)}" if told.hurt_neighbours else ""
    if not told.fault.root[0]:
        return f"{'nothing' if told.rank == 1 else 'a fault'}{hurt}"
    place = "not" if told.rank is None else PLACES.get(told.rank, "later")
    return f"{place}{hurt}"


def _diagnosed(told: Told) -> str:
    return {None: "-", True: "yes", False: "no"}[told.diagnosed]
