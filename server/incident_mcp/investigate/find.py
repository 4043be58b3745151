"""All rules over one observation, joined and ranked: the root of the worst chain first. Nothing wrong gives nothing."""

from collections.abc import Callable, Iterable

from incident_mcp.investigate import chains
from incident_mcp.investigate.rules import (
    below_number,
    container_error,
    crash_loop,
    dependency,
    image_pull,
    missing_config,
    missing_environment,
    mount,
    nodes,
    out_of_memory,
    pods_not_created,
    readiness,
    routes,
    services,
    unschedulable,
)
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation

Rule = Callable[[Observation], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    crash_loop.find,
    out_of_memory.find,
    image_pull.find,
    missing_config.find,
    missing_environment.find,
    mount.find,
    container_error.find,
    unschedulable.find,
    pods_not_created.find,
    readiness.find,
    dependency.find,
    nodes.find,
    services.find,
    routes.find,
)
"""In no particular order: ranking is by what a finding breaks."""


def find(seen: Observation) -> list[Finding]:
    """All findings, chain by chain, each chain's root first; then what shows on it, then what it breaks."""
    return [each for chain in find_chains(seen) for each in (chain.root, *chain.symptoms, *chain.breaks)]


def find_chains(seen: Observation) -> list[Chain]:
    """The same, as chains: the worst first."""
    found = [each for rule in RULES for each in rule(seen)]
    explained = {each.target for each in found}
    found += [each for each in below_number.find(seen) if each.target not in explained]
    return chains.join(found, seen)
