"""Suspending the sync that would put a change back, as the first write of the same plan: one approval for both.

Argo CD: its `automated` policy is taken away (`enabled: false` is dropped by CRDs older than 3.1), and the plan keeps
the policy, so undo puts it back to the letter. Flux: `spec.suspend`; a run in progress goes on. Sources: Argo CD 3.6
`types.go`, Flux `kustomization_controller.go`.
"""

from datetime import timedelta

from incident_mcp.cluster.json_parts import Json, text
from incident_mcp.mitigate.pointers import UID, put, tests, value_at
from incident_mcp.mitigate.syncs import ARGO_ROOT, HELM_ROOT, KUSTOMIZE_ROOT, Sync, mark_of
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import UNDO, Draft, Undo, Write
from incident_mcp.vocabulary.refs import Ref

LASTS = timedelta(minutes=1)
"""How long after the suspension the change itself may be sent."""
AUTOMATED = "/spec/syncPolicy/automated"
SUSPEND = "/spec/suspend"


def with_suspension(draft: Draft, sync: Sync | None) -> Draft:
    """The draft with the suspension before its own writes. Raises `BadRequest` where there is nothing to suspend."""
    write = _suspension(sync, draft.target)
    stays = f"{write.target} stays suspended until somebody resumes it: undo_action does"
    return draft.model_copy(
        update={
            "writes": (write, *draft.writes),
            "lasts": max(draft.lasts, LASTS),
            "warnings": (*draft.warnings, stays, *_parent(sync, write.target)),
            "undo": Undo(action=UNDO, shown=f"{draft.undo.shown.rstrip('.')}; it resumes {write.target} too."),
        }
    )


def _suspension(sync: Sync | None, target: Ref) -> Write:
    if sync is None or sync.tool in ("Helm release", "controller"):
        raise BadRequest(f"No GitOps sync that could be suspended owns {target}.", "Call it without suspend_sync.")
    if sync.thing is None:
        raise BadRequest(
            f"{sync.tool} {sync.path} can't be read, so it can't be suspended with this change.",
            "Suspend it yourself, or grant get, list and patch on it.",
        )
    return _of_argo(sync, sync.thing) if sync.tool == "Argo CD application" else _of_flux(sync, sync.thing)


def _of_argo(sync: Sync, app: Json) -> Write:
    ref = Ref(kind="Application", namespace=sync.namespace, name=sync.name)
    if value_at(app, AUTOMATED) is None:
        raise BadRequest(f"{ref} does not sync by itself.", "Call it without suspend_sync.")
    if app.get("operation") or text(app, "status", "operationState", "phase") == "Running":
        raise BadRequest(f"{ref} is syncing right now.", "Wait for that, or end it in Argo CD, then call it again.")
    return Write(
        method="PATCH",
        path=f"{ARGO_ROOT}/namespaces/{sync.namespace}/applications/{sync.name}",
        body=[*tests(app, (UID, "/operation")), *put(app, AUTOMATED, None)],
        target=ref,
        shown=f"suspend the automatic sync of {ref}",
    )


def _of_flux(sync: Sync, thing: Json) -> Write:
    kustomize = sync.tool == "Flux Kustomization"
    ref = Ref(kind="Kustomization" if kustomize else "HelmRelease", namespace=sync.namespace, name=sync.name)
    if value_at(thing, SUSPEND):
        raise BadRequest(f"{ref} is suspended already.", "Call it without suspend_sync.")
    root, plural = (KUSTOMIZE_ROOT, "kustomizations") if kustomize else (HELM_ROOT, "helmreleases")
    return Write(
        method="PATCH",
        path=f"{root}/namespaces/{sync.namespace}/{plural}/{sync.name}",
        body=[*tests(thing, (UID,)), *put(thing, SUSPEND, True)],
        target=ref,
        shown=f"suspend {ref}",
    )


def _parent(sync: Sync | None, ref: Ref) -> list[str]:
    """Whoever makes the application from Git may switch it on again."""
    above = mark_of(ref, sync.thing) if sync and sync.thing else None
    return [f"{above.tool} {above.path} makes {ref} and may switch it on again"] if above else []
