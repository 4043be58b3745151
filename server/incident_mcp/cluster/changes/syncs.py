"""What GitOps did, where Argo CD or Flux are installed; where they are not, nothing is said.

Free text of theirs is not read: phases, revisions and times are enough.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.look import together
from incident_mcp.cluster.moments import moment
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.refs import Ref

_REVISION = re.compile(r"[A-Za-z0-9_.:/@+-]{1,80}")
_SHORT = 12
"""Characters of a Git revision."""


@dataclass(frozen=True, slots=True)
class _Source:
    what: str
    group: str
    plural: str
    tell: Callable[[Json], tuple[str, str]]
    """Words and time of the last sync."""


def _argo(app: Json) -> tuple[str, str]:
    state = part(app, "status", "operationState")
    revision = _named(text(state, "syncResult", "revision"))
    return f"sync to {revision} {_named(text(state, 'phase')).lower()}", text(state, "finishedAt")


def _kustomization(thing: Json) -> tuple[str, str]:
    return f"applied {_named(text(thing, 'status', 'lastAppliedRevision'))}", _ready_since(thing)


def _helm(thing: Json) -> tuple[str, str]:
    none: Json = {}
    newest = next(iter(items(thing, "status", "history")), none)
    words = f"release {_named(text(newest, 'chartVersion'))} {_named(text(newest, 'status'))}"
    return words, text(newest, "lastDeployed")


SOURCES = (
    _Source("Argo CD applications", "argoproj.io/v1alpha1", "applications", _argo),
    _Source("Flux kustomizations", "kustomize.toolkit.fluxcd.io/v1", "kustomizations", _kustomization),
    _Source("Flux Helm releases", "helm.toolkit.fluxcd.io/v2", "helmreleases", _helm),
)


async def read_syncs(window: Window) -> None:
    """The last sync of each application. Argo CD keeps them in a namespace of its own, so all are asked for."""
    await together([partial(_read, window, source) for source in SOURCES])


async def _read(window: Window, source: _Source) -> None:
    look, root = window.look, f"/apis/{source.group}"
    try:
        served = await look.api.get_json(root)  # discovery: everybody may read it
    except CredentialsError:
        raise
    except ClusterError:
        return
    if all(text(each, "name") != source.plural for each in items(served, "resources")):
        return
    answer = await look.ask(
        source.what, partial(look.api.get_json, f"{root}/{source.plural}", params={"limit": 500}), {}
    )
    window.add(change for thing in items(answer, "items") if (change := _change(thing, source, window.places)))


def _change(thing: Json, source: _Source, places: tuple[str | None, ...]) -> ChangeSeen | None:
    words, finished = source.tell(thing)
    at = moment(finished)
    deploys_to = text(thing, "spec", "destination", "namespace") or text(thing, "metadata", "namespace")
    if at is None or (None not in places and deploys_to not in places):
        return None
    kind = {"applications": "Application", "kustomizations": "Kustomization"}.get(source.plural, "HelmRelease")
    target = Ref(kind=kind, namespace=text(thing, "metadata", "namespace"), name=text(thing, "metadata", "name"))
    return ChangeSeen(target=target, at=at, kind="sync", text=words, manager=source.what.rpartition(" ")[0])


def _ready_since(thing: Json) -> str:
    ready = (each for each in items(thing, "status", "conditions") if text(each, "type") == "Ready")
    return next((text(each, "lastTransitionTime") for each in ready), "")


def _named(value: str) -> str:
    """A revision or phase, short; whatever is no plain identifier is left out."""
    if not _REVISION.fullmatch(value):
        return "unknown"
    return value[:_SHORT] if re.fullmatch(r"[0-9a-f]{40,64}", value) else value
