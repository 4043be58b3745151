"""Pods whose logs are odd, among two hundred, on either cluster: endless, silent, gone, not to be read, and one whose
node hangs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from incident_mcp.workflow.log_scope import LogsAsked
from tests.contract.cluster import ENDLESS, Cluster
from tests.contract.shop import TEAM
from tests.controlplane.podlogs import cri_line

MANY = 195
ODD = ("endless", "silent", "gone", "unread", "hangs")
SELECTOR = "team=all"
GONE = 'failed to try resolving symlinks in path "/x/0.log": lstat /x/0.log: no such file or directory'
"""What a kubelet says, as its logs.go has it."""
HANGS_SECONDS = 30.0


@dataclass(frozen=True)
class OddLogs:
    """A namespace of such pods."""

    cluster: Cluster
    namespace: str

    def pod(self, name: str, match: str | None = None) -> LogsAsked:
        return LogsAsked(namespace=self.namespace, kind="Pod", name=name, match=match)


@contextmanager
def odd_logs(cluster: Cluster) -> Generator[OddLogs]:
    """All running; the viewer may read what the admin may, but not the log of `unread`."""
    with cluster.plane.new_namespace("logs") as namespace:
        for name in ODD:
            cluster.plane.apply(_pod(name, f"{TEAM}:1-{name}"), namespace)
        cluster.plane.apply(_many(), namespace)
        path = f"/api/v1/namespaces/{namespace}/pods?labelSelector={SELECTOR}"

        def running() -> list[str]:
            pods = cluster.read(path)["items"]
            up = [pod["metadata"]["name"] for pod in pods if pod["status"].get("phase") == "Running"]
            return up if len(up) == MANY + len(ODD) else []

        names = cluster.plane.wait("all pods run", running, 90.0)
        cluster.plane.apply(_rights([name for name in names if name != "unread"]), namespace)
        with _on_sandbox(cluster, namespace) if cluster.sandbox else _on_kwok(cluster, namespace):
            yield OddLogs(cluster, namespace)


@contextmanager
def _on_sandbox(cluster: Cluster, namespace: str) -> Generator[None]:
    assert cluster.sandbox
    faults, pods = cluster.sandbox.faults, f"/namespaces/{namespace}/pods"
    faults.refuse_next(1000, 400, path=f"{pods}/gone/log", words=GONE, retry_after=0)
    faults.delay_next(HANGS_SECONDS, 1000, path=f"{pods}/hangs/log")
    try:
        yield
    finally:
        faults.clear()


@contextmanager
def _on_kwok(cluster: Cluster, namespace: str) -> Generator[None]:
    """Files that kwok's kubelet serves: one that grows, one that is empty, none, and a pipe that nobody writes to."""
    assert cluster.plane.machine
    folder = cluster.plane.machine.pod_logs.folder
    files = {name: folder / f"{namespace}-{name}.log" for name in ODD}
    now = datetime.now(UTC)
    past = (now - timedelta(milliseconds=number) for number in range(50_000, 0, -1))
    files["endless"].write_text("".join(cri_line(when, ENDLESS) for when in past))
    files["silent"].touch()
    os.mkfifo(files["hangs"])
    for name in ("endless", "silent", "gone", "hangs"):
        cluster.plane.apply(_logs(name, files[name]), namespace)
    stop = threading.Event()
    writer = threading.Thread(target=_grow, args=(files["endless"], stop))
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()
        os.close(os.open(files["hangs"], os.O_RDWR | os.O_NONBLOCK))  # whoever still waits for a writer had one
        files["hangs"].unlink()


def _grow(file: Path, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        now = datetime.now(UTC)
        with open(file, "a") as log:
            log.write("".join(cri_line(now, ENDLESS) for _ in range(50)))


def _pod(name: str, image: str) -> dict[str, Any]:
    meta = {"name": name, "labels": {"team": "all"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": _spec(image)}


def _spec(image: str) -> dict[str, Any]:
    return {"terminationGracePeriodSeconds": 0, "containers": [{"name": "app", "image": image}]}


def _many() -> dict[str, Any]:
    labels = {"app": "many", "team": "all"}
    template = {"metadata": {"labels": labels}, "spec": _spec(f"{TEAM}:1")}
    spec = {"replicas": MANY, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "many"}, "spec": spec}


def _logs(name: str, file: Path) -> dict[str, Any]:
    spec = {"logs": [{"logsFile": str(file)}]}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs", "metadata": {"name": name}, "spec": spec}


def _rights(readable: list[str]) -> list[dict[str, Any]]:
    group = "rbac.authorization.k8s.io"
    rules = [
        {"apiGroups": ["", "apps"], "resources": ["pods", "deployments", "replicasets"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"], "resourceNames": readable},
    ]
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": {"name": "viewer"}, "rules": rules}
    subjects = [{"kind": "User", "name": "viewer", "apiGroup": group}]
    bound = {"roleRef": {"apiGroup": group, "kind": "Role", "name": "viewer"}, "subjects": subjects}
    return [role, {"apiVersion": f"{group}/v1", "kind": "RoleBinding", "metadata": {"name": "viewer"}, **bound}]
