"""The shop of `tests/controlplane/conf/shop.yaml` on either cluster, opened with kubectl alone; and small workloads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from incident_mcp.cluster.kinds import collection, path_of
from incident_mcp.vocabulary.refs import Ref
from tests.contract.cluster import Cluster
from tests.controlplane.components import CONF
from tests.controlplane.control_plane import KubectlError
from tests.controlplane.scenario import BAD_RELEASE, DEPLOYER, GOOD_RELEASES, IMAGE, REPLICAS

Json = dict[str, Any]
TEAM = "registry.example/team/app"


@dataclass(frozen=True)
class Workload:
    """One workload, and what people do to it with kubectl."""

    cluster: Cluster
    ref: Ref

    @property
    def namespace(self) -> str:
        return str(self.ref.namespace)

    @property
    def typed(self) -> str:
        return f"{self.ref.kind.lower()}/{self.ref.name}"

    @property
    def path(self) -> str:
        return path_of(self.ref)

    @property
    def arguments(self) -> dict[str, str]:
        return {"kind": self.ref.kind, "namespace": self.namespace, "name": self.ref.name}

    def kubectl(self, *arguments: str) -> str:
        return self.cluster.plane.kubectl("-n", self.namespace, *arguments)

    def live(self) -> Json:
        return self.cluster.read(self.path)

    def set_image(self, tag: str, manager: str = DEPLOYER) -> None:
        """What a pipeline does; returns when the controller has taken it up."""
        self.kubectl("set", "image", self.typed, f"app={TEAM}:{tag}", f"--field-manager={manager}")
        self.wait_observed()

    def wait_observed(self) -> None:
        self.cluster.plane.wait(f"{self.ref} is observed", lambda: _observed(self.live()))

    def wait_ready(self) -> None:
        """All pods ready and of the newest revision, nothing of an older one left."""
        self.cluster.plane.wait(f"{self.ref} is ready", lambda: _settled(self.live()))


def workload(
    cluster: Cluster, namespace: str, kind: str, name: str = "app", pod: Json | None = None, **spec: Any
) -> Workload:
    """A workload of one container at release 1, ready."""
    labels = {"app": name}
    container = {"name": "app", "image": f"{TEAM}:1"}
    pod = {"terminationGracePeriodSeconds": 1, "containers": [container], **(pod or {})}
    template: Json = {"metadata": {"labels": labels}, "spec": pod}
    body: Json = {"selector": {"matchLabels": labels}, "template": template, **spec}
    thing: Json = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}
    cluster.plane.apply(thing, namespace)
    made = Workload(cluster, Ref(kind=kind, namespace=namespace, name=name))
    made.wait_ready()
    return made


def bad_rollout(cluster: Cluster, namespace: str) -> Workload:
    """The shop with checkout at revision 7, all of whose pods crash; returns checkout."""
    cluster.plane.apply((CONF / "shop.yaml").read_text(), namespace)
    checkout = Workload(cluster, Ref(kind="Deployment", namespace=namespace, name="checkout"))
    for version in GOOD_RELEASES[1:-1]:
        _release(checkout, version)
    _release(checkout, GOOD_RELEASES[-1], replicas=REPLICAS)
    for kind, name in (
        *(("Deployment", name) for name in ("checkout", "catalog", "cart", "payment")),
        ("StatefulSet", "db"),
        ("DaemonSet", "log-agent"),
    ):
        Workload(cluster, Ref(kind=kind, namespace=namespace, name=name)).wait_ready()
    _release(checkout, BAD_RELEASE)
    cluster.plane.wait(f"checkout in {namespace} crash-loops", lambda: _crash_loops(checkout))
    return checkout


def _release(checkout: Workload, version: str, **spec: object) -> None:
    body: Json = {
        "metadata": {"annotations": {"kubernetes.io/change-cause": f"release {version}"}},
        "spec": {"template": {"spec": {"containers": [{"name": "app", "image": f"{IMAGE}:{version}"}]}}, **spec},
    }
    checkout.kubectl("patch", checkout.typed, f"--field-manager={DEPLOYER}", "-p", json.dumps(body))
    checkout.wait_observed()


def _observed(thing: Json) -> bool:
    return thing.get("status", {}).get("observedGeneration", 0) >= thing["metadata"]["generation"]


def _settled(thing: Json) -> bool:
    status = thing.get("status", {})
    if not _observed(thing):
        return False
    if thing["kind"] == "DaemonSet":
        wanted = status["desiredNumberScheduled"]
        return wanted == status.get("updatedNumberScheduled", 0) == status.get("numberReady", 0)
    wanted = thing["spec"]["replicas"]
    ready = status.get("readyReplicas", 0) == status.get("replicas", 0) == wanted
    # A StatefulSet that is done leaves `updatedReplicas` out on some versions; its revisions tell.
    done = status.get("currentRevision") == status.get("updateRevision")
    return ready and done and status.get("updatedReplicas", wanted) == wanted


def _crash_loops(checkout: Workload) -> bool:
    """All pods wait in a back-off, their log is there, and nothing is served."""
    pods = checkout.cluster.read(f"{collection('Pod', checkout.namespace)}?labelSelector=app%3Dcheckout")["items"]
    states = [state for pod in pods for state in pod["status"].get("containerStatuses", [])]
    waiting = [state["state"].get("waiting", {}).get("reason") for state in states]
    if waiting != ["CrashLoopBackOff"] * REPLICAS or checkout.live()["status"].get("readyReplicas"):
        return False
    try:
        return all("KeyError" in checkout.kubectl("logs", pod["metadata"]["name"]) for pod in pods)
    except KubectlError:  # not written yet
        return False
