"""A DNS that runs and fails, as its own log says. One that does not run is found by its Service."""

from collections.abc import Iterator

from incident_mcp.investigate.dns import dns_trouble
from incident_mcp.investigate.kinds.network import DNS_FAILING
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.observation import Observation


def find(seen: Observation) -> Iterator[Finding]:
    trouble = dns_trouble(seen)
    if trouble is None:
        return
    names = "no name resolves" if trouble.every_name else "names from outside the cluster do not resolve"
    yield finding(
        DNS_FAILING,
        target=trouble.target,
        severity="critical" if trouble.every_name else "warning",
        summary=f"the cluster's DNS fails, {names}: {trouble.words} ({count(trouble.lines, 'line')})",
        evidence=(trouble.evidence,),
        next_step="Look at the forward line of its Corefile and at the servers that it names (the node's resolv.conf).",
        since=trouble.evidence.at,
    )
