"""A workload's revisions as the cluster keeps them: ReplicaSets of a Deployment, ControllerRevisions of the others.

Both are matched by the owner's uid, not by labels alone: a Deployment that was deleted and made again has a namesake's
ReplicaSets beside it.
"""

from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import count, items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.moments import created
from incident_mcp.cluster.owners import owned_by
from incident_mcp.cluster.template_diff import same_template
from incident_mcp.vocabulary.observation import RevisionSeen, WorkloadSeen
from incident_mcp.vocabulary.untrusted import Untrusted

NUMBER = "deployment.kubernetes.io/revision"
NUMBERS_BEFORE = "deployment.kubernetes.io/revision-history"
CAUSE = "kubernetes.io/change-cause"


async def read_revisions(api: Api, workload: WorkloadSeen, thing: dict[str, Any]) -> tuple[RevisionSeen, ...]:
    """Newest first, the one that the spec asks for marked. `thing` is the workload's own JSON object."""
    kind = "ReplicaSet" if workload.ref.kind == "Deployment" else "ControllerRevision"
    selector = workload.pods_query
    params = {"labelSelector": selector} if selector else {}
    answer = await api.get_json(collection(kind, workload.ref.namespace), params=params)
    owned = [item for item in items(answer, "items") if owned_by(item, workload.uid)]
    seen = [_of_replica_set(item) if kind == "ReplicaSet" else _of_controller_revision(item) for item in owned]
    return mark_current(sorted(seen, key=lambda each: each.number, reverse=True), workload, thing)


def mark_current(
    revisions: list[RevisionSeen], workload: WorkloadSeen, thing: dict[str, Any]
) -> tuple[RevisionSeen, ...]:
    """The current one is what the spec asks for, however few of its pods run yet.

    A ControllerRevision's name is in a StatefulSet's status (`updateRevision`). A Deployment's ReplicaSet has its
    template; while the controller has not made it yet, there is none.
    """
    current = _current(revisions, workload, thing)
    return tuple(each.model_copy(update={"current": each.controller == current}) for each in revisions)


def _current(revisions: list[RevisionSeen], workload: WorkloadSeen, thing: dict[str, Any]) -> str | None:
    same = [each for each in revisions if same_template(each.template, workload.template)]
    if same:
        return same[0].controller  # the newest, should a hash collision have left two
    if not workload.generation_seen:
        return None
    if workload.ref.kind == "StatefulSet":
        return text(thing, "status", "updateRevision")
    if workload.ref.kind == "DaemonSet":
        return revisions[0].controller if revisions else None
    # The API server may have filled in a new default since: then no template is equal, and the number tells.
    number = text(thing, "metadata", "annotations", NUMBER)
    return next((each.controller for each in revisions if str(each.number) == number), None)


def _of_replica_set(item: dict[str, Any]) -> RevisionSeen:
    notes, template = part(item, "metadata", "annotations"), part(item, "spec", "template")
    earlier = [int(number) for number in notes.get(NUMBERS_BEFORE, "").split(",") if number.strip().isdecimal()]
    return RevisionSeen(
        number=int(notes.get(NUMBER, "0")),
        earlier_numbers=tuple(earlier),
        controller=item["metadata"]["name"],
        uid=str(item["metadata"].get("uid", "")),
        created=created(item),
        images=images(template),
        template=template,
        ready=count(item, "status", "readyReplicas"),
        change_cause=Untrusted(notes.get(CAUSE, "")),
    )


def _of_controller_revision(item: dict[str, Any]) -> RevisionSeen:
    notes = part(item, "metadata", "annotations")
    template = {key: value for key, value in part(item, "data", "spec", "template").items() if key != "$patch"}
    return RevisionSeen(
        number=count(item, "revision"),
        controller=item["metadata"]["name"],
        uid=str(item["metadata"].get("uid", "")),
        created=created(item),
        images=images(template),
        template=template,
        change_cause=Untrusted(notes.get(CAUSE, "")),
    )


def images(template: dict[str, Any]) -> tuple[str, ...]:
    return tuple(text(container, "image") for container in items(template, "spec", "containers"))
