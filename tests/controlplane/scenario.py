"""Incidents to play on a control plane. The first: a rollout of `checkout` that takes all of it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.controlplane.api import Json
from tests.controlplane.bootstrap import SHOP
from tests.controlplane.components import CONF
from tests.controlplane.control_plane import ControlPlane

IMAGE = "registry.example/shop/checkout"
GOOD_RELEASES = ("1.36", "1.37", "1.38", "1.39", "1.40", "1.41")  # revisions 1 to 6
BAD_RELEASE = "1.42"
REPLICAS = 3
DEPLOYER = "deploy-bot"
CHECKOUT = "checkout"


@dataclass(frozen=True)
class Shop:
    """The shop in one namespace, and what is done to it. `checkout` is the Deployment that everything is about."""

    control_plane: ControlPlane
    namespace: str

    @property
    def checkout_path(self) -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{CHECKOUT}"

    def checkout(self) -> Json:
        return self.control_plane.api.get(self.checkout_path)

    def pods(self) -> list[Json]:
        """The pods of checkout that are not on their way out."""
        path = f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=app%3D{CHECKOUT}"
        pods = self.control_plane.api.get(path)["items"]
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def revision(self) -> int:
        return int(self.checkout()["metadata"]["annotations"]["deployment.kubernetes.io/revision"])

    def release(self, version: str, **spec: object) -> None:
        """Roll out a release as the pipeline does it, and wait until the Deployment has taken it up."""
        container = {"name": "app", "image": f"{IMAGE}:{version}"}
        body: Json = {
            "metadata": {"annotations": {"kubernetes.io/change-cause": f"release {version}"}},
            "spec": {"template": {"spec": {"containers": [container]}}, **spec},
        }
        generation = self.control_plane.api.patch(self.checkout_path, body, DEPLOYER)["metadata"]["generation"]
        self.control_plane.wait(f"release {version} is observed", lambda: self._observed(generation))

    def wait_healthy(self, seconds: float = 20.0) -> None:
        """Until every workload of the shop has all its pods ready, of its newest revision."""
        self.control_plane.wait(f"the shop in {self.namespace} is healthy", self._healthy, seconds)

    def wait_crash_looping(self, seconds: float = 20.0) -> None:
        """Until all pods of checkout crash-loop, none of them is served, and their logs are there."""
        self.control_plane.wait(f"{CHECKOUT} in {self.namespace} crash-loops", self._crash_looping, seconds)

    def _observed(self, generation: int) -> bool:
        return self.checkout().get("status", {}).get("observedGeneration", 0) >= generation

    def _healthy(self) -> bool:
        path = f"/apis/apps/v1/namespaces/{self.namespace}"
        kinds = ("deployments", "statefulsets", "daemonsets")
        listed = [self.control_plane.api.get(f"{path}/{kind}")["items"] for kind in kinds]
        return all(_ready(workload) for workloads in listed for workload in workloads)

    def _crash_looping(self) -> bool:
        pods, status = self.pods(), self.checkout()["status"]
        served = self.control_plane.api.get(
            f"/apis/discovery.k8s.io/v1/namespaces/{self.namespace}/endpointslices"
            f"?labelSelector=kubernetes.io%2Fservice-name%3D{CHECKOUT}"
        )
        endpoints: list[Json] = [end for part in served["items"] for end in part["endpoints"] or ()]
        return (
            len(pods) == REPLICAS
            and all(_crash_loops(pod) for pod in pods)
            and not status.get("readyReplicas")
            and not any(end["conditions"]["ready"] for end in endpoints)
            and all(self._has_log(pod) for pod in pods)
        )

    def _has_log(self, pod: Json) -> bool:
        path = f"/apis/kwok.x-k8s.io/v1alpha1/namespaces/{self.namespace}/logs/{pod['metadata']['name']}"
        logs = self.control_plane.api.get(path)["spec"]["logs"]
        return Path(logs[0]["logsFile"]).exists()


@dataclass(frozen=True)
class BadRollout(Shop):
    """The shop after the release that broke checkout: revision 7 runs, revision 6 was well."""

    rolled_out_at: datetime
    bad_revision: int = len(GOOD_RELEASES) + 1
    good_revision: int = len(GOOD_RELEASES)
    bad_image: str = f"{IMAGE}:{BAD_RELEASE}"
    good_image: str = f"{IMAGE}:{GOOD_RELEASES[-1]}"


def healthy_shop(control_plane: ControlPlane, namespace: str = SHOP) -> Shop:
    """Open the shop in a namespace (made if it is not there), checkout at revision 6 of 6, everything ready."""
    control_plane.require("controllers", "faults")
    control_plane.create_namespace(namespace)
    control_plane.apply((CONF / "shop.yaml").read_text(), namespace)
    shop = Shop(control_plane, namespace)
    for version in GOOD_RELEASES[1:-1]:
        shop.release(version)
    shop.release(GOOD_RELEASES[-1], replicas=REPLICAS)
    shop.wait_healthy()
    return shop


def bad_rollout(control_plane: ControlPlane, namespace: str = SHOP) -> BadRollout:
    """Open the shop and roll out the release that crash-loops: all pods of checkout are down."""
    healthy_shop(control_plane, namespace)
    shop = BadRollout(control_plane, namespace, rolled_out_at=datetime.now(UTC))
    shop.release(BAD_RELEASE)
    shop.wait_crash_looping()
    return shop


def _ready(workload: Json) -> bool:
    status = workload.get("status", {})
    if status.get("observedGeneration") != workload["metadata"]["generation"]:
        return False
    if "desiredNumberScheduled" in status:  # a DaemonSet: the nodes say how many
        return 0 < status["desiredNumberScheduled"] == status.get("numberReady") == status.get("updatedNumberScheduled")
    wanted = workload["spec"]["replicas"]
    return status.get("replicas", 0) == status.get("readyReplicas", 0) == status.get("updatedReplicas", 0) == wanted


def _crash_loops(pod: Json) -> bool:
    states = [container["state"] for container in pod["status"].get("containerStatuses", [])]
    return any(state.get("waiting", {}).get("reason") == "CrashLoopBackOff" for state in states)
