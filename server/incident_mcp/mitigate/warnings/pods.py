"""What goes with a pod: the last ready replica, the data beside it, and the pod itself where nothing makes it anew."""

from collections.abc import Iterator

from incident_mcp.cluster.json_parts import Json
from incident_mcp.mitigate.evicting import has_local_data
from incident_mcp.vocabulary.observation import PodSeen, WorkloadSeen


def is_last(pod: PodSeen, workload: WorkloadSeen | None) -> bool:
    """Whether it is the only ready pod of its workload."""
    return pod.ready and workload is not None and workload.ready == 1


def going(live: Json, pod: PodSeen, workload: WorkloadSeen | None) -> Iterator[str]:
    """Of one pod that is evicted."""
    if pod.owner is None:
        yield "it has no controller: nothing makes a new one"
    if workload is not None and is_last(pod, workload):
        yield f"it is the last ready replica of {workload.ref}"
    if has_local_data(live):
        yield "its emptyDir volumes are lost"
