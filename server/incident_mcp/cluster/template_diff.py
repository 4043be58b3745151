"""What differs between two pod templates, in words: `image checkout:1.41 -> 1.42`, `env PAYMENT_URL added`.

Values of plain environment variables are masked, those that come from a Secret are not there to begin with.
"""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.template_fields import FIELDS, describe_env, describe_source
from incident_mcp.text.masking import mask

HASHES = ("pod-template-hash", "controller-revision-hash")
NOISE = ("imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy")
_Json = dict[str, Any]


def without_hash(template: _Json) -> _Json:
    """The template as a person wrote it: controllers add a hash to the labels, and `$patch` to a revision's data."""
    meta = dict(part(template, "metadata"))
    labels = {key: value for key, value in part(meta, "labels").items() if key not in HASHES}
    meta.pop("labels", None)
    meta.pop("creationTimestamp", None)
    kept = {key: value for key, value in template.items() if not key.startswith("$")}
    return {**kept, "metadata": {**meta, **({"labels": labels} if labels else {})}}


def same_template(one: _Json, other: _Json) -> bool:
    return without_hash(one) == without_hash(other)


def differences(before: _Json, after: _Json) -> tuple[str, ...]:
    """From `before` to `after`, the most telling first; empty when they are equal."""
    old, new = without_hash(before), without_hash(after)
    return tuple(mask(line) for line in _template(old, new))


def short_image(image: str) -> str:
    """`registry.example/shop/checkout:1.42` as `checkout:1.42`; a digest is shortened."""
    name = image.rpartition("/")[2]
    base, _, digest = name.partition("@")
    return f"{base}@{digest[:14]}" if digest else base


def image_change(old: str, new: str) -> str:
    """`checkout:1.41 -> 1.42` while only the tag moved, else both in full."""
    old_base, _, old_tag = old.rpartition(":")
    new_base, _, new_tag = new.rpartition(":")
    same = old_base == new_base and old_base and "/" not in old_tag and "@" not in old and "@" not in new
    return f"{short_image(old)} -> {new_tag}" if same else f"{_apart(old, new)}"


def _apart(old: str, new: str) -> str:
    short = short_image(old), short_image(new)
    return f"{short[0]} -> {short[1]}" if short[0] != short[1] else f"{old} -> {new}"


def _template(old: _Json, new: _Json) -> Iterator[str]:
    old_spec, new_spec = part(old, "spec"), part(new, "spec")
    yield from _containers(old_spec, new_spec, "containers", "container")
    yield from _containers(old_spec, new_spec, "initContainers", "init container")
    yield from _named(items(old_spec, "volumes"), items(new_spec, "volumes"), "volume")
    for key in sorted({*old_spec, *new_spec} - {"containers", "initContainers", "volumes"}):
        if old_spec.get(key) != new_spec.get(key):
            yield _scalar(key, old_spec.get(key), new_spec.get(key))
    for name in ("labels", "annotations"):
        yield from _map(part(old, "metadata", name), part(new, "metadata", name), name[:-1])


def _containers(old: _Json, new: _Json, key: str, word: str) -> Iterator[str]:
    before, after = _by_name(items(old, key)), _by_name(items(new, key))
    many = len({*before, *after}) > 1 or word != "container"
    for name in after:
        if name not in before:
            yield f"{word} {name} added ({short_image(str(after[name].get('image', '')))})"
            continue
        where = f"{word} {name}: " if many else ""
        yield from (where + line for line in _container(before[name], after[name]))
    yield from (f"{word} {name} removed" for name in before if name not in after)


def _container(old: _Json, new: _Json) -> Iterator[str]:
    if old.get("image") != new.get("image"):
        yield f"image {image_change(str(old.get('image', '')), str(new.get('image', '')))}"
    yield from _env(old, new)
    yield from _env_from(old, new)
    for key in sorted({*old, *new} - {"image", "env", "envFrom", "name", *NOISE}):
        before, after = old.get(key), new.get(key)
        if before != after:
            describe = FIELDS.get(key)
            yield from describe(before, after) if describe else [_scalar(key, before, after)]


def _env(old: _Json, new: _Json) -> Iterator[str]:
    before, after = _by_name(items(old, "env")), _by_name(items(new, "env"))
    yield from (f"env {name} added" for name in after if name not in before)
    yield from (f"env {name} removed" for name in before if name not in after)
    for name in after:
        if name in before and before[name] != after[name]:
            yield f"env {name} {describe_env(before[name])} -> {describe_env(after[name])}"


def _env_from(old: _Json, new: _Json) -> Iterator[str]:
    before = [describe_source(source) for source in items(old, "envFrom")]
    after = [describe_source(source) for source in items(new, "envFrom")]
    yield from (f"envFrom {source} added" for source in after if source not in before)
    yield from (f"envFrom {source} removed" for source in before if source not in after)


def _named(old: list[_Json], new: list[_Json], word: str) -> Iterator[str]:
    before, after = _by_name(old), _by_name(new)
    yield from (f"{word} {name} added" for name in after if name not in before)
    yield from (f"{word} {name} removed" for name in before if name not in after)
    yield from (f"{word} {name} changed" for name in after if name in before and before[name] != after[name])


def _map(old: _Json, new: _Json, word: str) -> Iterator[str]:
    yield from (f"{word} {name} added" for name in new if name not in old)
    yield from (f"{word} {name} removed" for name in old if name not in new)
    yield from (f"{word} {name} changed" for name in new if name in old and old[name] != new[name])


def _scalar(key: str, old: Any, new: Any) -> str:
    if old is None or new is None:
        return f"{key} {'added' if old is None else 'removed'}"
    plain = all(isinstance(value, (str, int, bool)) and len(str(value)) <= 40 for value in (old, new))
    return f"{key} {old} -> {new}" if plain else f"{key} changed"


def _by_name(things: list[_Json]) -> dict[str, _Json]:
    return {text(item, "name"): item for item in things}
