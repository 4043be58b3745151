"""All hygiene rules over one estate."""

from collections.abc import Callable, Collection, Iterable

from incident_mcp.investigate.hygiene import containers, rights, spare
from incident_mcp.investigate.hygiene.item import Estate, HygieneItem, HygieneKind
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

HYGIENE: tuple[HygieneKind, ...] = (*containers.ALL, *rights.ALL, *spare.ALL)
BY_CODE: dict[str, HygieneKind] = {kind.code: kind for kind in HYGIENE}
_RULES: tuple[Callable[[Estate], Iterable[HygieneItem]], ...] = (containers.find, rights.find, spare.find)


def hygiene(estate: Estate) -> tuple[HygieneItem, ...]:
    """By code, then by object."""
    found = [each for rule in _RULES for each in rule(estate)]
    return tuple(sorted(found, key=lambda each: (each.code, str(each.target))))


def estate_of(seen: Observation, targets: Collection[Ref]) -> Estate:
    """What a look has read of these workloads anyway. Its budgets, pods and policies are only those that are off."""
    return Estate(
        workloads=tuple(each for each in seen.workloads if each.ref in targets),
        services=seen.services,
    )


HEAD = """\
# Hygiene

What `check_health` lists with `hygiene` set (`incident-mcp health --hygiene`), and what an assessment leaves in the
record of the workloads that failed, as proposed action items. Nothing of this hurts anybody now, so none of it is ever
part of a triage answer. This page is made from the code; a test keeps it current.

| Code | What was found | What it means | What to do |
|---|---|---|---|
"""


def page() -> str:
    """`docs/hygiene.md`."""
    rows = (f"| {k.code} | {k.title} | {k.means} | {k.do.format(target='it')} |" for k in HYGIENE)
    return HEAD + "\n".join(rows) + "\n"


def explanation(kind: HygieneKind) -> str:
    """One kind, as `incident-mcp explain` prints it."""
    return "\n".join((f"{kind.code}  hygiene", f"{kind.title}.", "", kind.means, "", f"{kind.do.format(target='it')}."))
