"""Workloads with fewer ready pods than they want, where no other rule found a reason: said plainly, no guess."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.network import NETWORK_AGENT_DOWN
from incident_mcp.investigate.kinds.workloads import BELOW_NUMBER, DAEMON_SET_INCOMPLETE
from incident_mcp.investigate.network_agents import is_network_agent
from incident_mcp.investigate.rules.nodes import silent
from incident_mcp.investigate.sufferers import finding, gravity, recent
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

ROLLING = timedelta(minutes=2)
"""A rollout younger than this is simply under way."""


def find(seen: Observation) -> Iterator[Finding]:
    for workload in seen.workloads:
        if workload.ready >= workload.desired:
            continue
        if workload.ref.kind != "DaemonSet" and (node := _dead_node(seen, workload)) is not None:
            yield _with_its_node(seen, workload, node)
            continue
        if recent(workload.rolled_out, seen.at, ROLLING):
            continue
        if all(recent(pod.created, seen.at, ROLLING) for pod in seen.pods_of(workload.ref)) and seen.pods_of(
            workload.ref
        ):
            continue
        yield _on_nodes(seen, workload) if workload.ref.kind == "DaemonSet" else _finding(seen, workload)


def _dead_node(seen: Observation, workload: WorkloadSeen) -> Ref | None:
    """The node that is not ready, where all of its pods that are not ready stand on such nodes."""
    unready = [pod for pod in seen.pods_of(workload.ref) if not pod.ready and not pod.deleting]
    dead = {node.name for node in seen.nodes if not node.ready}
    if not unready or any(pod.node not in dead for pod in unready):
        return None
    return Ref(kind="Node", name=str(unready[0].node))


def _with_its_node(seen: Observation, workload: WorkloadSeen, node: Ref) -> Finding:
    lost = [pod for pod in seen.pods_of(workload.ref) if not pod.ready]
    return finding(
        BELOW_NUMBER,
        target=workload.ref,
        severity=gravity(seen, workload.ref),
        summary=f"only {workload.ready} of {workload.desired} ready: {node}, which is not ready, carries the others",
        evidence=(Evidence(source=f"{lost[0].ref}, condition Ready", value="False", at=lost[0].ready_since),),
        next_step=f"Look at {node}; its pods are made anew elsewhere five minutes after it went silent.",
        since=lost[0].ready_since,
        because_of=node,
    )


def _finding(seen: Observation, workload: WorkloadSeen) -> Finding:
    counts = f"{workload.ready} of {workload.desired} ready"
    return finding(
        BELOW_NUMBER,
        target=workload.ref,
        severity=gravity(seen, workload.ref),
        summary=f"only {counts}; no cause found",
        evidence=(Evidence(source=f"{workload.ref}, status", value=f"{counts}, {workload.updated} updated"),),
        next_step="Read its pods, events and logs; metrics or traces may tell what the cluster does not.",
    )


def _on_nodes(seen: Observation, workload: WorkloadSeen) -> Finding:
    """A DaemonSet lacks on nodes; where all of those are not ready, the first of them explains it."""
    lacking = sorted({pod.node for pod in seen.pods_of(workload.ref) if pod.node and not pod.ready})
    agent = is_network_agent(workload.ref)
    # A node that is silent takes its agent with it; one that only waits for its network waits for the agent.
    dead = [node.name for node in seen.nodes if not node.ready and not (agent and not silent(node))]
    explained = dead and all(name in dead for name in lacking)
    on = f": not on {listed(lacking, most=4)}" if lacking else ""
    return finding(
        NETWORK_AGENT_DOWN if agent else DAEMON_SET_INCOMPLETE,
        target=workload.ref,
        severity=gravity(seen, workload.ref),
        summary=f"only ready on {workload.ready} of {workload.desired} nodes{on}",
        evidence=(Evidence(source=f"{workload.ref}, status.numberReady", value=str(workload.ready)),),
        next_step="Look at its pods on those nodes, and at the nodes.",
        because_of=Ref(kind="Node", name=(lacking or dead)[0]) if explained else None,
    )
