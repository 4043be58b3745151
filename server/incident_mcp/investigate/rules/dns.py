"""A DNS that runs and fails, as its own log says, or that is told to deny a name. One that does not run is found by its
Service.
"""

from collections.abc import Iterator

from incident_mcp.investigate.dns import CONFIG, denied, dns_trouble
from incident_mcp.investigate.kinds.network import DNS_DENIES, DNS_FAILING
from incident_mcp.investigate.log_evidence import said_of
from incident_mcp.investigate.sufferers import finding, gravity
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation


def find(seen: Observation) -> Iterator[Finding]:
    yield from _denials(seen)
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


def _denials(seen: Observation) -> Iterator[Finding]:
    """Once, by the first name that a program asked for in vain."""
    for said in said_of(seen, "name-not-resolved"):
        host = said.meaning.parts.get("host", "")
        block = denied(seen, host, said.target.namespace) if host else None
        if block is not None:
            where = f" in {listed([zone or '.' for zone in block.zones], most=3)}" if block.zones else ""
            yield finding(
                DNS_DENIES,
                target=CONFIG,
                severity=gravity(seen, said.target),
                summary=f"a template of its Corefile answers {block.answer} for names{where}, {host} among them",
                evidence=(
                    Evidence(source=f"{CONFIG}, Corefile, template", value=f"rcode {block.answer}"),
                    *said.evidence,
                ),
                next_step="See who added the template, and take it out; CoreDNS takes its file anew by itself.",
                since=said.first,
            )
            return
