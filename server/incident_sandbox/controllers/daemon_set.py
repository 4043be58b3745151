"""DaemonSet: one pod on every node that takes it, replaced a few at a time when the template changes."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.adoption import adopt
from incident_sandbox.controllers.context import Context
from incident_sandbox.controllers.events import Source
from incident_sandbox.controllers.pods import create_pod, delete_pod, from_template, is_active, is_ready
from incident_sandbox.controllers.revisions import HASH, forget_revisions, sync_revisions
from incident_sandbox.controllers.scheduler import tolerates
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, controller_of, dig, is_deleting, labels_of, name_of, namespace_of
from incident_sandbox.model.quantities import scaled
from incident_sandbox.store.store import Change, Key

SOURCE = Source("daemonset-controller")
GENERATION = "pod-template-generation"


def node_of(pod: Object) -> str:
    """Where it runs, or where it is meant to."""
    terms = dig(
        pod,
        *("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"),
        default=[],
    )
    return dig(pod, "spec", "nodeName") or dig(terms, 0, "matchFields", 0, "values", 0, default="")


class DaemonSetController:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.DAEMON_SETS and change.kind != "DELETED":
            yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.PODS:
            owner = controller_of(change.obj)
            if owner and owner["kind"] == "DaemonSet":
                yield namespace_of(change.obj), owner["name"]
        elif change.resource is r.NODES:
            for item in self._context.store.each(r.DAEMON_SETS):
                yield namespace_of(item), name_of(item)

    def reconcile(self, key: Key) -> None:
        found = self._context.store.get(r.DAEMON_SETS, *key)
        if found is None:
            return
        adopt(self._context, found, r.REVISIONS, r.PODS)
        update, known = sync_revisions(self._context, found)
        if not is_deleting(found):
            self._place(found, update)
            self._replace_outdated(found, update)
        self._write_status(found, update)
        used = {labels_of(pod).get(HASH, "") for pod in self._pods(found)}
        live = {name_of(item) for item in known if labels_of(item)[HASH] in used} | {name_of(update)}
        forget_revisions(self._context, found, known, live)

    def _pods(self, owner: Object) -> list[Object]:
        return self._context.store.controlled(r.PODS, owner)

    def _wanted(self, owner: Object) -> list[str]:
        spec = dig(owner, "spec", "template", "spec", default={})
        nodes = sorted(self._context.store.each(r.NODES), key=name_of)
        selector = spec.get("nodeSelector", {}).items()
        # Every daemon pod tolerates a cordoned node; only its own taints can keep it away.
        return [name_of(node) for node in nodes if selector <= labels_of(node).items() and tolerates(spec, node)]

    def _place(self, owner: Object, update: Object) -> None:
        wanted = self._wanted(owner)
        pods = self._pods(owner)
        have = {node_of(pod) for pod in pods}
        for node in wanted:
            if node not in have:
                self._create(owner, node, update)
        for pod in pods:
            if node_of(pod) not in wanted and is_active(pod):
                delete_pod(self._context, owner, pod, SOURCE)

    def _create(self, owner: Object, node: str, update: Object) -> None:
        pod = from_template(owner, owner["spec"]["template"])
        digest = labels_of(update)[HASH]
        generation = str(owner["metadata"]["generation"])
        pod["metadata"]["labels"] = {**labels_of(pod), HASH: digest, GENERATION: generation}
        terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
        pod["spec"]["affinity"] = {"nodeAffinity": required}
        for key in ("not-ready", "unreachable", "unschedulable"):
            effect = "NoSchedule" if key == "unschedulable" else "NoExecute"
            toleration = {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
            pod["spec"].setdefault("tolerations", []).append(toleration)
        create_pod(self._context, owner, pod, SOURCE)

    def _outdated(self, owner: Object, update: Object) -> list[Object]:
        digest = labels_of(update)[HASH]
        return [pod for pod in self._pods(owner) if labels_of(pod).get(HASH) != digest and is_active(pod)]

    def _replace_outdated(self, owner: Object, update: Object) -> None:
        strategy = owner["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate":
            return
        wanted = len(self._wanted(owner))
        allowed = max(scaled(strategy["rollingUpdate"]["maxUnavailable"], wanted, up=True), 1)
        down = wanted - sum(is_ready(pod) and is_active(pod) for pod in self._pods(owner))
        outdated = self._outdated(owner, update)
        for pod in sorted(outdated, key=lambda item: (is_ready(item), node_of(item))):
            if not is_ready(pod):
                delete_pod(self._context, owner, pod, SOURCE)
            elif down < allowed:
                delete_pod(self._context, owner, pod, SOURCE)
                down += 1

    def _write_status(self, owner: Object, update: Object) -> None:
        pods = [pod for pod in self._pods(owner) if is_active(pod)]
        wanted, ready = len(self._wanted(owner)), sum(map(is_ready, pods))
        updated = len(pods) - len(self._outdated(owner, update))
        status: Object = {
            "currentNumberScheduled": len(pods),
            "numberMisscheduled": 0,
            "desiredNumberScheduled": wanted,
            "numberReady": ready,
            "observedGeneration": owner["metadata"]["generation"],
            "updatedNumberScheduled": updated,
            "numberAvailable": ready,
            "numberUnavailable": wanted - ready,
        }
        optional = ("updatedNumberScheduled", "numberAvailable", "numberUnavailable")
        status = {key: value for key, value in status.items() if value or key not in optional}
        self._context.update_status(r.DAEMON_SETS, owner, status)
