"""The kubelets of all nodes: they start what the scheduler gives them and report what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from incident_sandbox.controllers.context import Context
from incident_sandbox.kubelet.container import Container
from incident_sandbox.kubelet.pod_status import PodRun, build_status
from incident_sandbox.kubelet.programs import Program
from incident_sandbox.kubelet.reporting import Reporter
from incident_sandbox.kubelet.steps import Steps
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, is_deleting, is_silent, name_of, namespace_of, uid_of
from incident_sandbox.store.store import Change, Key
from incident_sandbox.writes.managed_fields import Author

STATUS = Author("kubelet", subresource="status")
SANDBOX = timedelta(milliseconds=700)
"""From the pod's arrival until its network is up."""
STOPPING = timedelta(milliseconds=600)


class Kubelet:
    def __init__(self, context: Context, programs: list[Program]) -> None:
        self._context = context
        self._reporter = Reporter(context.events)
        self._steps = Steps(context, programs, self._reporter)
        self.runs: dict[Key, PodRun] = {}
        self._addresses = 10

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.PODS:
            yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.ENDPOINT_SLICES:
            for key, run in self.runs.items():
                if any(item.current and not item.current.fits() for item in run.containers):
                    yield key

    def reconcile(self, key: Key) -> None:
        pod = self._context.store.get(r.PODS, *key)
        if pod is None or not dig(pod, "spec", "nodeName"):
            self.runs.pop(key, None)
            return
        if is_silent(self._context.store.get(r.NODES, "", pod["spec"]["nodeName"])):
            return
        run = self.runs.get(key)
        if run is None or run.uid != uid_of(pod):
            run = self.runs[key] = self._admit(pod)
        if is_deleting(pod):
            self._stop(pod, run)
        else:
            self._advance(pod, run)
        if run.due is not None:
            self._context.engine.again(self, key, run.due)

    @property
    def _now(self) -> datetime:
        return self._context.engine.now

    def _admit(self, pod: Object) -> PodRun:
        node = self._context.store.get(r.NODES, "", pod["spec"]["nodeName"]) or {}
        addresses = dig(node, "status", "addresses", default=[])
        host_ip = next((item["address"] for item in addresses if item["type"] == "InternalIP"), "192.168.0.1")
        self._addresses += 1
        own_ip = f"10.244.{self._addresses // 250}.{self._addresses % 250 + 1}"
        ip = host_ip if pod["spec"].get("hostNetwork") else own_ip
        containers = [Container(item["name"], item["image"]) for item in pod["spec"]["containers"]]
        for container in containers:
            container.due = self._now + SANDBOX
        return PodRun(uid_of(pod), containers, self._now, ip, host_ip)

    def _advance(self, pod: Object, run: PodRun) -> None:
        for container in run.containers:
            self._steps.reconsider(pod, container)
            while container.due is not None and container.due <= self._now:
                run.sandbox = True
                self._steps.step(pod, run, container)
        self._steps.probe(pod, run)
        status = build_status(pod, run, self._now)
        self._context.writer.update(r.PODS, pod, {**pod, "status": status}, STATUS)

    def _stop(self, pod: Object, run: PodRun) -> None:
        if run.stop_at is None:
            live = [item for item in run.containers if item.is_live]
            for container in live:
                self._reporter.tell(pod, container, "Normal", "Killing", f"Stopping container {container.name}")
            run.stop_at = self._now + (STOPPING if live else STOPPING / 3)
        if self._now >= run.stop_at:
            run.end(self._now)
            self._context.store.remove(r.PODS, namespace_of(pod), name_of(pod))
