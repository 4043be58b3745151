"""Whether follow-ups are really done: the rule that each names, over the workload as it is now. Nothing is recorded."""

from collections.abc import Iterable, Sequence
from typing import Literal

from incident_mcp.cluster.observe import observe
from incident_mcp.cluster.usage import METRICS
from incident_mcp.communicate.checks import Check, FollowUp
from incident_mcp.investigate.find import find
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.hygiene import hygiene_of


class FollowUpTold(Value):
    """A follow-up, and what a look at the cluster says of it."""

    filed: FollowUp
    state: Literal["done", "not done", "not checked"]
    why: str


def unchecked(filed: Iterable[FollowUp], why: str) -> tuple[FollowUpTold, ...]:
    """Where nobody can look; those that carry no check say so."""
    return tuple(
        FollowUpTold(filed=one, state="not checked", why=why if one.check else "it carries no check") for one in filed
    )


async def looked_at(desk: Desk, filed: Sequence[FollowUp]) -> tuple[FollowUpTold, ...]:
    """Each check at the desk's cluster; one look a workload. Silenced findings count: they are there."""
    checks = [one.check for one in filed if one.check]
    came = {
        target: await _codes(desk, Scope(namespace=target.namespace, workload=target)) for target in _targets(checks)
    }
    return tuple(
        _judged(one, one.check, *came[one.check.on]) if one.check else unchecked([one], "")[0] for one in filed
    )


def _targets(checks: Sequence[Check]) -> list[Ref]:
    return list(dict.fromkeys(check.on for check in checks))


async def _codes(desk: Desk, scope: Scope) -> tuple[frozenset[str], str]:
    """What the rules find there, and why that may not be all."""
    try:
        seen = await observe(
            desk.api, scope, clock=desk.clock, deadline_seconds=desk.tool_seconds, certificates=desk.certificates
        )
        untidy = await hygiene_of(desk, seen)
    except IncidentError as error:
        return frozenset(), str(error)
    # What is used is no rule's only proof, and many clusters have no metrics server.
    missed = [str(one) for one in seen.not_checked if one.what != METRICS] + list(untidy.not_checked)
    found = {each.code for each in find(seen)} | {line.code for line in untidy.lines}
    return frozenset(found), f"not seen: {listed(missed)}" if missed else ""


def _judged(filed: FollowUp, check: Check, codes: frozenset[str], missed: str) -> FollowUpTold:
    if check.code in codes:
        return FollowUpTold(filed=filed, state="not done", why=f"{check} is still found")
    if missed:
        return FollowUpTold(filed=filed, state="not checked", why=missed)
    return FollowUpTold(filed=filed, state="done", why=f"{check} is found no more")
