"""A Deployment's revisions: which ReplicaSet holds the present template, and what number it bears.

Going back to an old template finds its ReplicaSet again and gives it the next number; the old one moves to its
`revision-history` annotation.
"""

from __future__ import annotations

from incident_sandbox.controllers.hashing import template_hash
from incident_sandbox.model.objects import (
    Object,
    annotations_of,
    clone,
    controller_reference,
    dig,
    labels_of,
    name_of,
    namespace_of,
)
from incident_sandbox.model.quantities import scaled

HASH_LABEL = "pod-template-hash"
PREFIX = "deployment.kubernetes.io/"
REVISION, HISTORY = f"{PREFIX}revision", f"{PREFIX}revision-history"
DESIRED, MAXIMUM = f"{PREFIX}desired-replicas", f"{PREFIX}max-replicas"
NOT_COPIED = {REVISION, HISTORY, DESIRED, MAXIMUM, "kubectl.kubernetes.io/last-applied-configuration"}


def max_surge(deployment: Object) -> int:
    value = dig(deployment, "spec", "strategy", "rollingUpdate", "maxSurge", default=0)
    return scaled(value, deployment["spec"]["replicas"], up=True)


def max_unavailable(deployment: Object) -> int:
    """At least one where both limits come out as zero, else no rollout could ever move."""
    replicas = deployment["spec"]["replicas"]
    rolling = dig(deployment, "spec", "strategy", "rollingUpdate")
    if rolling is None or replicas == 0:
        return 0
    value = scaled(rolling.get("maxUnavailable", 0), replicas, up=False)
    return min(1 if value == 0 and max_surge(deployment) == 0 else value, replicas)


def template_without_hash(replica_set: Object) -> Object:
    template: Object = replica_set["spec"]["template"]
    labels = {key: value for key, value in labels_of(template).items() if key != HASH_LABEL}
    return {**template, "metadata": {**template["metadata"], "labels": labels}}


def find_current(deployment: Object, replica_sets: list[Object]) -> Object | None:
    """The oldest ReplicaSet with the Deployment's template."""
    template = deployment["spec"]["template"]
    return next((item for item in replica_sets if template_without_hash(item) == template), None)


def revision_of(obj: Object) -> int:
    return int(annotations_of(obj).get(REVISION, 0))


def new_replica_set(deployment: Object, replicas: int) -> Object:
    """The ReplicaSet for the Deployment's template, not yet stored."""
    digest = template_hash(deployment["spec"]["template"], dig(deployment, "status", "collisionCount"))
    template = clone(deployment["spec"]["template"])
    template.setdefault("metadata", {})["labels"] = {**labels_of(template), HASH_LABEL: digest}
    selector = clone(deployment["spec"]["selector"])
    selector["matchLabels"] = {**selector.get("matchLabels", {}), HASH_LABEL: digest}
    spec: Object = {"replicas": replicas, "selector": selector, "template": template}
    if deployment["spec"].get("minReadySeconds"):
        spec["minReadySeconds"] = deployment["spec"]["minReadySeconds"]
    return {
        "metadata": {
            "name": f"{name_of(deployment)}-{digest}",
            "namespace": namespace_of(deployment),
            "labels": dict(labels_of(template)),
            "ownerReferences": [controller_reference(deployment)],
        },
        "spec": spec,
    }


def size_annotations(deployment: Object) -> dict[str, str]:
    replicas = deployment["spec"]["replicas"]
    return {DESIRED: str(replicas), MAXIMUM: str(replicas + max_surge(deployment))}


def annotated(deployment: Object, replica_set: Object, revision: int, *, exists: bool) -> Object:
    """`replica_set` with the Deployment's annotations and at least that revision; itself where nothing changes."""
    annotations = dict(annotations_of(replica_set))
    old = annotations.get(REVISION)
    annotations |= {key: value for key, value in annotations_of(deployment).items() if key not in NOT_COPIED}
    if int(old or 0) < revision:
        annotations[REVISION] = str(revision)
        if old:
            annotations[HISTORY] = ",".join(filter(None, [annotations.get(HISTORY), old]))
    if not exists:
        annotations |= size_annotations(deployment)
    if annotations == annotations_of(replica_set):
        return replica_set
    return {**replica_set, "metadata": {**replica_set["metadata"], "annotations": annotations}}
