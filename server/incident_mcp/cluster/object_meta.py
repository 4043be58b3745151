"""What all objects have alike: their name as a `Ref`, their finalizers, the owner above them."""

from typing import Any, cast

from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.owners import controller
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.report_seen import LeavingSeen


def ref_of(thing: dict[str, Any], kind: str) -> Ref:
    meta = thing["metadata"]
    return Ref(kind=kind, namespace=meta.get("namespace"), name=meta["name"])


def uid_of(thing: dict[str, Any]) -> str:
    return str(thing["metadata"].get("uid", ""))


def finalizers_of(thing: dict[str, Any]) -> tuple[str, ...]:
    found = thing["metadata"].get("finalizers") or ()
    return tuple(str(each) for each in cast("list[Any]", found))


def leaving_seen(thing: dict[str, Any], kind: str) -> LeavingSeen | None:
    """None for one that nobody has deleted."""
    deleted = moment(thing["metadata"].get("deletionTimestamp"))
    return LeavingSeen(ref=ref_of(thing, kind), deleted=deleted, finalizers=finalizers_of(thing)) if deleted else None


def owner_of(thing: dict[str, Any]) -> Ref | None:
    """The object that controls this one."""
    direct = controller(thing)
    if direct is None:
        return None
    return Ref(kind=str(direct["kind"]), namespace=thing["metadata"].get("namespace"), name=str(direct["name"]))
