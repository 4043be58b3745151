"""Every kind of finding, with the code people search for and silence, and the stable word for its cause.

A code never changes its meaning and is never used again for another one.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the catalogue. `depth` orders findings on one object: the deeper one explains the others."""

    code: str
    cause: str
    title: str
    depth: int


NODE_NOT_READY = Kind("INC401", "node-not-ready", "A node is not ready", 90)
NODE_PRESSURE = Kind("INC402", "node-pressure", "A node is short of memory, disk or processes", 85)
MISSING_CONFIG = Kind("INC105", "missing-config", "A ConfigMap, Secret or key of it is missing", 80)
MISSING_ENVIRONMENT = Kind("INC104", "missing-environment", "A program wants a variable that it is not given", 78)
DEPENDENCY_DOWN = Kind("INC110", "dependency-down", "Another service that a program needs does not answer", 76)
OUT_OF_MEMORY = Kind("INC102", "out-of-memory", "A container is killed at its memory limit", 79)
IMAGE_PULL = Kind("INC103", "image-pull", "An image can't be pulled", 72)
MOUNT_FAILED = Kind("INC106", "volume-mount", "A volume can't be mounted", 70)
UNSCHEDULABLE = Kind("INC107", "unschedulable", "The scheduler finds no node for a pod", 68)
PODS_NOT_CREATED = Kind("INC108", "pods-not-created", "Pods are refused when they are created", 66)
CONTAINER_ERROR = Kind("INC111", "container-not-created", "The runtime can't create or start a container", 64)
CRASH_LOOP = Kind("INC101", "crash-loop", "A container starts and ends again and again", 40)
NOT_READY = Kind("INC109", "readiness-failing", "A running container does not pass its readiness probe", 30)
BELOW_NUMBER = Kind("INC112", "replicas-missing", "Fewer pods are ready than wanted, and nothing says why", 10)
NO_ENDPOINTS = Kind("INC201", "no-endpoints", "A Service has no ready endpoint", 5)
NO_SELECTED_PODS = Kind("INC202", "selects-nothing", "A Service that users reach selects no pod", 6)
ROUTE_DOWN = Kind("INC301", "route-down", "An Ingress path leads to a Service without endpoints", 3)
ROUTE_TO_NOWHERE = Kind("INC302", "backend-missing", "An Ingress path leads to a Service that does not exist", 4)

CATALOGUE: tuple[Kind, ...] = (
    CRASH_LOOP,
    OUT_OF_MEMORY,
    IMAGE_PULL,
    MISSING_ENVIRONMENT,
    MISSING_CONFIG,
    MOUNT_FAILED,
    UNSCHEDULABLE,
    PODS_NOT_CREATED,
    NOT_READY,
    DEPENDENCY_DOWN,
    CONTAINER_ERROR,
    BELOW_NUMBER,
    NO_ENDPOINTS,
    NO_SELECTED_PODS,
    ROUTE_DOWN,
    ROUTE_TO_NOWHERE,
    NODE_NOT_READY,
    NODE_PRESSURE,
)
BY_CODE: dict[str, Kind] = {kind.code: kind for kind in CATALOGUE}
