"""All rules over one observation, joined and ranked: the root of the worst chain first. Nothing wrong gives nothing."""

from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from incident_mcp.investigate import chains
from incident_mcp.investigate.kinds import programs as said
from incident_mcp.investigate.kinds.containers import MISSING_ENVIRONMENT
from incident_mcp.investigate.log_evidence import said_of
from incident_mcp.investigate.rules import (
    api_services,
    attachments,
    bad_command,
    balancers,
    below_number,
    certificates,
    container_error,
    crash_loop,
    declared,
    dependency,
    displaced,
    dns,
    gateways,
    image_pull,
    init_container,
    issuing,
    jobs,
    killed_by_probe,
    leaving,
    local_traffic,
    missing_config,
    missing_environment,
    nodes,
    operators,
    out_of_memory,
    pods_not_created,
    programs,
    readiness,
    rollouts,
    routes,
    scaling,
    services,
    shadowed_variable,
    storage,
    unschedulable,
    volumes,
    webhooks,
)
from incident_mcp.investigate.silence import Silence
from incident_mcp.logs.causes import LogCause
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation

_SAID = {kind.code for kind in (*said.ALL, MISSING_ENVIRONMENT)}
"""What only a log tells."""
Rule = Callable[[Observation], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    api_services.find,
    attachments.find,
    bad_command.find,
    balancers.find,
    certificates.find,
    container_error.find,
    crash_loop.find,
    declared.find,
    dependency.find,
    displaced.find,
    dns.find,
    gateways.find,
    image_pull.find,
    init_container.find,
    issuing.find,
    jobs.find,
    killed_by_probe.find,
    leaving.find,
    local_traffic.find,
    missing_config.find,
    missing_environment.find,
    nodes.find,
    operators.find,
    out_of_memory.find,
    pods_not_created.find,
    programs.find,
    readiness.find,
    rollouts.find,
    routes.find,
    scaling.find,
    services.find,
    shadowed_variable.find,
    storage.find,
    unschedulable.find,
    volumes.find,
    webhooks.find,
)
"""In no particular order: ranking is by what a finding breaks."""


def find(seen: Observation, silenced: Sequence[Silence] = ()) -> list[Finding]:
    """All findings, chain by chain, each chain's root first; then what shows on it, then what it breaks."""
    return [each for chain in find_chains(seen, silenced) for each in (chain.root, *chain.symptoms, *chain.breaks)]


def find_chains(seen: Observation, silenced: Sequence[Silence] = ()) -> list[Chain]:
    """The same, as chains: the worst first. What somebody silenced is left out before they are joined."""
    found = _corroborated(seen, [each for rule in RULES for each in rule(seen)])
    explained = {each.target for each in found if each.severity != "notice"}
    found += [each for each in below_number.find(seen) if each.target not in explained]
    return chains.join([each for each in found if not any(one.covers(each) for one in silenced)], seen)


def _corroborated(seen: Observation, found: list[Finding]) -> list[Finding]:
    """A log line explains what fails; of a program that is starting, or runs well again, it proves nothing, unless it
    is said again and again.
    """
    failing = {each.target for each in found if each.code not in _SAID}
    failing |= {said.target for said in said_of(seen, *get_args(LogCause)) if said.quiet}
    kept = [each for each in found if each.code not in _SAID or each.target in failing]
    behind = {each.because_of for each in kept}
    return [*kept, *(each for each in found if each.code == said.POLICY_BLOCKS.code and each.target in behind)]
