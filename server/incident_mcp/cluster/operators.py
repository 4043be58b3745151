"""Objects of operators that are widely used, where they are installed: those that their operator says don't work.

Each kind says it in a field of its own. Kinds that only mirror how pods stand (an Application of Argo CD is *Degraded*
because a Deployment is) are left out: the pods are told themselves.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import Json, part, text
from incident_mcp.cluster.lists import read_list
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.report_seen import ReportSeen
from incident_mcp.vocabulary.untrusted import Untrusted

_Judge = Callable[[Json], Iterator[tuple[str, str, str, str, str]]]
"""Field, word, reason, message and time of what is wrong."""
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_COPIED = "olm.copiedFrom"
"""OLM puts a copy of a ClusterServiceVersion into each namespace that it serves."""


def _conditions(*wrong: tuple[str, str]) -> _Judge:
    """Any of these conditions with this status."""

    def judge(thing: Json) -> Iterator[tuple[str, str, str, str, str]]:
        seen = conditions_seen(part(thing, "status"))
        for kind, status in wrong:
            if told := condition(seen, kind, status):
                raw = next(each for each in thing["status"]["conditions"] if each.get("type") == kind)
                yield f"condition {kind}", status, told.reason, text(raw, "message"), text(raw, "lastTransitionTime")

    return judge


def _phase(*path: str, wrong: tuple[str, ...]) -> _Judge:
    def judge(thing: Json) -> Iterator[tuple[str, str, str, str, str]]:
        said, status = text(thing, "status", *path), part(thing, "status")
        if said in wrong:
            since = text(status, "lastTransitionTime") or text(status, "connectionState", "lastConnect")
            yield path[-1], said, text(status, "reason"), text(status, "message"), since

    return judge


@dataclass(frozen=True, slots=True)
class _Watched:
    group: str
    plural: str
    kind: str
    judge: _Judge
    serves: bool = True
    whole: bool = False
    """It belongs to no namespace."""


WHAT = {
    "keda.sh": "KEDA",
    "config.openshift.io": "OpenShift's operators",
    "operators.coreos.com": "OLM",
    "olm.operatorframework.io": "OLM",
}
_WATCHED = (
    _Watched("keda.sh", "scaledobjects", "ScaledObject", _conditions(("Ready", "False"), ("Fallback", "True"))),
    _Watched("keda.sh", "scaledjobs", "ScaledJob", _conditions(("Ready", "False"))),
    _Watched(
        "config.openshift.io",
        "clusteroperators",
        "ClusterOperator",
        _conditions(("Available", "False"), ("Degraded", "True")),
        whole=True,
    ),
    _Watched(
        "operators.coreos.com", "clusterserviceversions", "ClusterServiceVersion", _phase("phase", wrong=("Failed",))
    ),
    _Watched(
        "operators.coreos.com",
        "catalogsources",
        "CatalogSource",
        _phase("connectionState", "lastObservedState", wrong=("TRANSIENT_FAILURE", "CONNECTING")),
        serves=False,
    ),
    _Watched(
        "operators.coreos.com",
        "subscriptions",
        "Subscription",
        _conditions(("ResolutionFailed", "True"), ("InstallPlanFailed", "True")),
        serves=False,
    ),
    _Watched("operators.coreos.com", "installplans", "InstallPlan", _phase("phase", wrong=("Failed",)), serves=False),
    _Watched(
        "olm.operatorframework.io",
        "clusterextensions",
        "ClusterExtension",
        _conditions(("Installed", "False"), ("Progressing", "False")),
        serves=False,
        whole=True,
    ),
    _Watched(
        "olm.operatorframework.io",
        "clustercatalogs",
        "ClusterCatalog",
        _conditions(("Serving", "False")),
        serves=False,
        whole=True,
    ),
)
_BY_PLURAL = {each.plural: each for each in _WATCHED}
RESOURCES = tuple(f"{each.plural}.{each.group}" for each in _WATCHED)


async def read_operators(
    look: Look, roots: dict[str, dict[str, str]], namespaces: list[str], into: list[ReportSeen]
) -> None:
    """Add what is wrong in these namespaces, or everywhere when none is named: kinds that belong to no namespace are
    read only then. `roots`: which kinds are served, by group.
    """

    async def read(watched: _Watched, root: str) -> None:
        found: list[Json] = []
        await read_list(look, WHAT[watched.group], root, watched.plural, namespaces, found)
        into.extend(report for thing in found if (report := report_seen(watched.plural, thing)))

    await together(
        [
            partial(read, each, root)
            for each in _WATCHED
            if (root := roots.get(each.group, {}).get(each.plural)) and not (each.whole and namespaces)
        ]
    )


def report_seen(plural: str, thing: Json) -> ReportSeen | None:
    """The first that is wrong with an object of one of these kinds."""
    watched = _BY_PLURAL[plural]
    if _COPIED in part(thing, "metadata", "labels"):
        return None
    for field, says, reason, message, since in watched.judge(thing):
        return ReportSeen(
            ref=ref_of(thing, watched.kind),
            field=field,
            says=says,
            reason=reason if _WORD.fullmatch(reason) else "",
            message=Untrusted(message),
            since=moment(since),
            serves=watched.serves,
        )
    return None
