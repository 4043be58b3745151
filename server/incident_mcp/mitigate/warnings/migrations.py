"""A migration ran with the revision that is left: going back does not take it back."""

import re
from collections.abc import Iterator
from datetime import datetime

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.moments import created
from incident_mcp.cluster.template_diff import short_image
from incident_mcp.mitigate.surroundings import Surroundings
from incident_mcp.text.words import clock

_NAME = re.compile(r"(?:^|[^a-z])(?:migrat\w*|flyway|liquibase|alembic)(?:$|[^a-z])", re.IGNORECASE)
_HOOKS = ("helm.sh/hook", "argocd.argoproj.io/hook")


def migrated(around: Surroundings, present: Json, since: datetime | None) -> Iterator[str]:
    """An init container of the present template that the other one lacks or has with another image, and Jobs made
    since `since` (when the present revision came) that are named or marked as one.
    """
    old = {text(one, "name"): text(one, "image") for one in items(around.template or {}, "spec", "initContainers")}
    for one in items(present, "spec", "initContainers"):
        name, image = text(one, "name"), text(one, "image")
        if (_NAME.search(name) or _NAME.search(short_image(image))) and old.get(name) != image:
            yield f"init container {name} ({short_image(image)}) may have migrated data: that is not rolled back"
    for job in around.jobs:
        if since is not None and created(job) >= since and _is_migration(job):
            who = f"Job {text(job, 'metadata', 'name')} ({clock(created(job))})"
            yield f"{who} may have migrated data: that is not rolled back"


def _is_migration(job: Json) -> bool:
    """By its name or its images; a hook of Helm or Argo CD alone may be anything, so it must be named like one too."""
    names = [text(job, "metadata", "name")]
    names += [short_image(text(one, "image")) for one in items(job, "spec", "template", "spec", "containers")]
    notes = part(job, "metadata", "annotations")
    hook = any(str(notes.get(key, "")).startswith(("pre-", "PreSync", "Sync")) for key in _HOOKS)
    return hook or any(_NAME.search(name) for name in names)
