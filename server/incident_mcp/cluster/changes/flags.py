"""Feature flags that were edited: flagd's JSON in a ConfigMap, and the FeatureFlag objects of the OpenFeature operator.

A flag's value is never read. The managed fields name the flags that the last writer owns; of a ConfigMap they name its
keys only, since all flags of a file are one text.
"""

import re
from collections.abc import Iterator
from functools import partial

from incident_mcp.cluster.changes.edits import edit_of
from incident_mcp.cluster.changes.metadata import Known, Written, known_at
from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.look import together
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.change import CREATED, ChangeSeen
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError

# https://open-feature.github.io/open-feature-operator/docs/feature_flag.html; before v1beta1 the kind had another name.
GROUP = "/apis/core.openfeature.dev"
_KINDS = (
    ("v1beta1", "FeatureFlag", "featureflags"),
    ("v1alpha2", "FeatureFlagConfiguration", "featureflagconfigurations"),
)
_WHAT = "feature flags"
_NAMED = 3
_FLAG = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")


async def read_flags(window: Window) -> None:
    """Edits of FeatureFlag objects, where the operator is installed; where it is not, nothing is said."""
    look = window.look
    try:
        group = await look.api.get_json(GROUP)  # discovery: everybody may read it
    except CredentialsError:
        raise
    except ClusterError:
        return
    served = {text(each, "version") for each in items(group, "versions")}
    kinds = [kind for kind in _KINDS if kind[0] in served][:1]
    await together([partial(_read, window, *kind, place) for kind in kinds for place in window.places])


async def _read(window: Window, version: str, kind: str, plural: str, place: str | None) -> None:
    where = f"/namespaces/{place}" if place else ""
    none: tuple[list[Known], bool] = ([], True)
    call = partial(known_at, window.look.api, f"{GROUP}/{version}{where}/{plural}", kind)
    things, _ = await window.look.ask(_WHAT, call, none, where=place or "")
    window.add(change for thing in things if (change := _change(thing, window)))


def _change(thing: Known, window: Window) -> ChangeSeen | None:
    change = edit_of(thing, "flag", window.since)
    if change is None or change.text == CREATED:
        return change
    last = max(thing.writes(window.since), key=lambda write: write[0])[1]
    names = list(_flags(last))
    named = f": {listed(names, most=_NAMED)}" if names else ""
    return change.model_copy(update={"text": f"flags written{named}"})


def _flags(entry: Written) -> Iterator[str]:
    """Whatever is no plain name is left out."""
    for key in part(entry.parts(), "f:spec", "f:flagSpec", "f:flags"):
        name = key.removeprefix("f:")
        if key.startswith("f:") and _FLAG.fullmatch(name):
            yield name
