"""Workloads with fewer ready pods than they want, where no other rule found a reason: said plainly, no guess."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.catalogue import BELOW_NUMBER
from incident_mcp.investigate.sufferers import finding, gravity, recent
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation

ROLLING = timedelta(minutes=2)
"""A rollout younger than this is simply under way."""


def find(seen: Observation) -> Iterator[Finding]:
    for workload in seen.workloads:
        if workload.ready >= workload.desired or recent(workload.rolled_out, seen.at, ROLLING):
            continue
        if all(recent(pod.created, seen.at, ROLLING) for pod in seen.pods_of(workload.ref)) and seen.pods_of(
            workload.ref
        ):
            continue
        counts = f"{workload.ready} of {workload.desired} ready"
        yield finding(
            BELOW_NUMBER,
            target=workload.ref,
            severity=gravity(seen, workload.ref),
            summary=f"only {counts}; no cause found",
            evidence=(Evidence(source=f"{workload.ref}, status", value=f"{counts}, {workload.updated} updated"),),
            next_step="Read its pods, events and logs; metrics or traces may tell what the cluster does not.",
        )
