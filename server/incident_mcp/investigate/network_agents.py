"""DaemonSets that give each node its network: where one of their pods is not well, no pod there gets an address, or
none reaches a Service.
"""

import re

from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

_AGENTS = re.compile(
    r"calico-node|canal|cilium|(kube-)?flannel(-ds)?(-\w+)?|aws-node|weave-net|kindnet|azure-cni(-\w+)*|antrea-agent"
    r"|ovnkube-node(-\w+)*|kube-router|kube-ovn-cni|kube-multus-ds|multus|netd|romana-agent|kube-proxy"
)


def is_network_agent(ref: Ref) -> bool:
    return ref.kind == "DaemonSet" and _AGENTS.fullmatch(ref.name) is not None


def agent_lacking(seen: Observation, nodes: set[str]) -> Ref | None:
    """The network's DaemonSet that is not well on one of these nodes. kube-proxy gives nobody an address."""
    for workload in seen.workloads:
        if not is_network_agent(workload.ref) or workload.ref.name == "kube-proxy" or workload.well:
            continue
        lacking = {pod.node for pod in seen.pods_of(workload.ref) if not pod.ready}
        if not lacking or lacking & nodes:
            return workload.ref
    return None
