"""Who applies an object from Git or from a chart, and will put it back: Argo CD, Flux, Helm, or another controller.

Only their documented marks count. Argo CD: the tracking annotation that names this very object (its label
`app.kubernetes.io/instance` is set by Helm charts too, so it proves nothing without Argo CD's field manager). Flux: the
labels of kustomize- and helm-controller. Helm: its label with the release's annotations. Sources: Argo CD 3.6
`util/argo/resource_tracking.go`, Flux `pkg/ssa`, Helm 4 `pkg/action/validate.go`.
"""

from dataclasses import dataclass
from typing import Literal

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import KINDS, checked_name, is_name
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.object_meta import owner_of
from incident_mcp.vocabulary.refs import Ref

TRACKING = "argocd.argoproj.io/tracking-id"
INSTANCE = "app.kubernetes.io/instance"
KUSTOMIZE, HELM = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"
UNRECONCILED = f"{KUSTOMIZE}/reconcile"
ARGO_ROOT = "/apis/argoproj.io/v1alpha1"
KUSTOMIZE_ROOT = f"/apis/{KUSTOMIZE}/v1"
HELM_ROOT = f"/apis/{HELM}/v2"

Tool = Literal["Argo CD application", "Flux Kustomization", "Flux HelmRelease", "Helm release", "controller"]


@dataclass(frozen=True)
class Sync:
    """Whoever applies the object."""

    tool: Tool
    name: str
    namespace: str | None = None
    thing: Json | None = None
    """The application itself, as it was read; None: it could not be."""

    @property
    def path(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


async def read_sync(look: Look, target: Ref, live: Json) -> Sync | None:
    """The owner by its marks, with its policy where that can be read."""
    marked = mark_of(target, live)
    if marked is None or not is_name(marked.name):
        return marked
    match marked.tool:
        case "Argo CD application":
            thing = await _application(look, marked)
        case "Flux Kustomization":
            thing = await _one(look, f"{KUSTOMIZE_ROOT}/namespaces/{marked.namespace}/kustomizations/{marked.name}")
        case "Flux HelmRelease":
            thing = await _one(look, f"{HELM_ROOT}/namespaces/{marked.namespace}/helmreleases/{marked.name}")
        case _:
            thing = None
    space = text(thing, "metadata", "namespace") if thing else marked.namespace
    return Sync(marked.tool, marked.name, space, thing)


def mark_of(target: Ref, live: Json) -> Sync | None:
    """Who owns it, by the marks on the object alone."""
    owner = owner_of(live)
    if owner is not None and target.kind not in ("Pod", "Job"):
        return Sync("controller", f"{owner.kind} {owner.name}", owner.namespace)
    labels, notes = part(live, "metadata", "labels"), part(live, "metadata", "annotations")
    managers = {text(entry, "manager") for entry in items(live, "metadata", "managedFields")}
    if argo := _argo(target, labels, notes, managers, text(live, "apiVersion")):
        return argo
    for tool, group in (("Flux HelmRelease", HELM), ("Flux Kustomization", KUSTOMIZE)):
        name, space = labels.get(f"{group}/name"), labels.get(f"{group}/namespace")
        if name and space and not (group == KUSTOMIZE and _left_alone(labels, notes)):
            return Sync("Flux HelmRelease" if tool == "Flux HelmRelease" else "Flux Kustomization", name, space)
    release = notes.get("meta.helm.sh/release-name")
    if labels.get("app.kubernetes.io/managed-by") == "Helm" and release:
        return Sync("Helm release", release, notes.get("meta.helm.sh/release-namespace"))
    return None


def _left_alone(labels: Json, notes: Json) -> bool:
    """kustomize-controller neither applies nor prunes an object that says so."""
    return "disabled" in (labels.get(UNRECONCILED), notes.get(UNRECONCILED))


def _argo(target: Ref, labels: Json, notes: Json, managers: set[str], version: str) -> Sync | None:
    app, _, names = str(notes.get(TRACKING, "")).partition(":")
    if app and _is_it(names, target, version):
        space, found, name = app.partition("_")
        return Sync("Argo CD application", name if found else app, space if found else None)
    if "argocd-controller" in managers and labels.get(INSTANCE):
        return Sync("Argo CD application", labels[INSTANCE])
    return None


def _is_it(names: str, target: Ref, version: str) -> bool:
    """`apps/Deployment:shop/checkout`. One that names another object came along with a copy."""
    group = _group(target.kind, version)
    return names == f"{group}/{target.kind}:{target.namespace or ''}/{target.name}"


def _group(kind: str, version: str) -> str:
    """Of `apps/v1`; where the object does not say, of a kind that is known."""
    if version:
        return version.rpartition("/")[0]
    root = KINDS[kind].root if kind in KINDS else ""
    return root.split("/")[2] if root.startswith("/apis/") else ""


async def _application(look: Look, marked: Sync) -> Json | None:
    """Argo CD's own namespace is nowhere on the object, so it is looked for by name."""
    path = f"{ARGO_ROOT}/namespaces/{checked_name(marked.namespace)}" if marked.namespace else ARGO_ROOT
    params = {"fieldSelector": f"metadata.name={marked.name}"}
    answer = await look.ask("Argo CD", lambda: look.api.get_json(f"{path}/applications", params=params), {}, note=False)
    return next(iter(items(answer, "items")), None)


async def _one(look: Look, path: str) -> Json | None:
    return await look.ask("Flux", lambda: look.api.get_json(path), None, note=False)
