"""GitOps or Helm owns the object: who will put it back, how soon, and what to do instead."""

from collections.abc import Iterator

from incident_mcp.cluster.json_parts import Json, part, text
from incident_mcp.mitigate.syncs import Sync

INSTEAD = "revert the commit in Git instead"


def reverted(sync: Sync | None) -> Iterator[str]:
    """One warning, or none."""
    if sync is None:
        return
    match sync.tool:
        case "Argo CD application":
            yield _argo(sync)
        case "Flux Kustomization":
            yield _kustomization(sync)
        case "Flux HelmRelease":
            yield _helm_release(sync)
        case "Helm release":
            yield f"Helm release {sync.path} owns it: its next upgrade puts this back; put it into the values too"
        case "controller":
            yield f"{sync.name} controls it and may put this back: change that instead"


def heals(sync: Sync | None) -> bool:
    """Whether it is put back within minutes, without anybody doing anything."""
    if sync is None or sync.thing is None:
        return False
    match sync.tool:
        case "Argo CD application":
            return _automated(sync.thing) is not None and bool(
                part(sync.thing, "spec", "syncPolicy", "automated").get("selfHeal")
            )
        case "Flux Kustomization":
            return not part(sync.thing, "spec").get("suspend")
        case "Flux HelmRelease":
            mode = text(sync.thing, "spec", "driftDetection", "mode")
            return mode == "enabled" and not part(sync.thing, "spec").get("suspend")
        case _:
            return False


def _argo(sync: Sync) -> str:
    who = f"Argo CD application {sync.name}"
    if sync.thing is None:
        return f"{who} owns it (its sync policy can't be read): it may put this back; {INSTEAD}"
    if heals(sync):
        return f"{who} heals itself: this would be put back within seconds; suspend its sync first, or {INSTEAD}"
    if _automated(sync.thing) is not None:
        return f"{who} syncs by itself: this lasts until its next commit; revert that in Git too"
    return f"{who} owns it, without automatic sync: the next sync puts this back; revert the commit in Git too"


def _automated(app: Json) -> Json | None:
    """The policy where it is on: an empty object is on, `enabled: false` is off (since 3.1)."""
    policy = part(app, "spec", "syncPolicy")
    automated = policy.get("automated")
    return None if automated is None or part(policy, "automated").get("enabled") is False else part(policy, "automated")


def _kustomization(sync: Sync) -> str:
    who = f"Flux Kustomization {sync.path}"
    if sync.thing is None:
        return f"{who} owns it (its interval can't be read): it will put this back; {INSTEAD}"
    if part(sync.thing, "spec").get("suspend"):
        return f"{who} owns it and is suspended: this lasts until it is resumed; revert the commit in Git too"
    every = text(sync.thing, "spec", "interval") or "its interval"
    return f"{who} puts this back within {every}; revert the commit in Git, or suspend it first"


def _helm_release(sync: Sync) -> str:
    who = f"Flux HelmRelease {sync.path}"
    if heals(sync):
        every = text(sync.thing or {}, "spec", "interval") or "its interval"
        return f"{who} corrects drift: this would be put back within {every}; suspend it first, or change its values"
    return f"{who} owns it: its next upgrade puts this back; change its values too"
