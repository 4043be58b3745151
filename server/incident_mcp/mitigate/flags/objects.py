"""A flag that stands in an object of the cluster: a key of a ConfigMap, one flag of the flagd file in it, or a flag of
OpenFeature's `FeatureFlag`.

Of a file only the one value is written over, so that undo gives back every character; the plan rests on the whole text
of the key, since a flag that somebody else sets meanwhile stands in the same text.
"""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.groups import served
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import checked_name, collection, path_of
from incident_mcp.cluster.look import Look
from incident_mcp.mitigate.flags.flagd import Switch, switch
from incident_mcp.mitigate.flags.json_text import with_value
from incident_mcp.mitigate.flags.readers import Readers, readers
from incident_mcp.mitigate.pointers import UID, escaped, fact, put, tests
from incident_mcp.mitigate.warnings.flags import unread, unseen
from incident_mcp.text.cleaning import clean
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.masking import mask
from incident_mcp.text.question import whole
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import UNDO, Draft, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

GROUP, PLURAL = "core.openfeature.dev", "featureflags"
FLAGS = "/spec/flagSpec/flags"
PODS = 500
SHOWN = 60
"""Characters of a value in one line of the plan."""


class FlagCall(Protocol):
    """What the tool is given."""

    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def flag(self) -> str: ...
    @property
    def to(self) -> str: ...


@dataclass(frozen=True)
class Change:
    """One string of one object, before and after, in words that are quoted already."""

    target: Ref
    path: str
    live: Json
    pointer: str
    new: str
    name: str
    """What is set: the key, or the flag and its field."""
    before: str
    after: str
    pods: str
    diff: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    key: str = ""
    """Of a ConfigMap."""
    whole: bool = True
    """Whether the question shows all of the new value."""

    @property
    def words(self) -> str:
        return f"{self.name} {self.before} -> {self.after}"

    def write(self) -> Write:
        return Write(
            method="PATCH",
            path=self.path,
            body=[*tests(self.live, (UID,)), *put(self.live, self.pointer, self.new)],
            target=self.target,
            shown=f"{self.target}: {self.words}",
        )

    def draft(self) -> Draft:
        changes = json.dumps([{"op": "add", "path": self.pointer, "value": "…"}], ensure_ascii=False)
        of = f"{self.target.kind.lower()}/{self.target.name}"
        return Draft(
            target=self.target,
            title=f"Set {self.name} of {self.target.name}",
            headline=f"set {self.target}, {self.words}",
            before=self.before,
            after=self.after,
            pods=self.pods,
            facts=(fact(self.live, UID, "the same object"), fact(self.live, self.pointer, self.before)),
            writes=(self.write(),),
            diff=self.diff,
            warnings=self.warnings,
            risk="normal" if self.whole else "high",
            high_because="" if self.whole else "the question is too short for the whole value",
            undo=Undo(action=UNDO, shown=f"Undo: back to {self.before}, every character."),
            kubectl=f"kubectl -n {self.target.namespace} patch {of} --type=json -p '{changes}'",
        )


def check_shown(given: FlagCall) -> None:
    """Raises `BadRequest` for what could not be shown to a person as it is: their yes would be to something else."""
    for name, said in (("to", given.to), ("flag", given.flag)):
        if clean(said, keep_lines=True) != said:
            raise BadRequest(
                f"{name} has characters that can't be shown to a person (controls, invisible ones).", "Leave them out."
            )
        if mask(said) != said:
            raise BadRequest(
                f"{name} holds what looks like a secret, which could not be shown, and would stand in audit logs.",
                "A Secret is the place for it.",
            )


def _is_whole(api: Api, target: Ref, new: str, shown: str) -> bool:
    """Whether the question's one line, which keeps its end, has room for the new value in full."""
    return new in shown and whole(api.cluster.name, f"set … -> {shown}", target)


def _blanks(new: str) -> Iterator[str]:
    if any(line != " ".join(line.split()) for line in new.split("\n")):
        yield "the new value has blanks that are not drawn: at an end of a line, or several in a row"


async def in_config_map(api: Api, look: Look, given: FlagCall) -> Change:
    """Raises `BadRequest` where there is no such key, flag or variant, or it is so already."""
    target = Ref(kind="ConfigMap", namespace=given.namespace, name=given.name)
    live = await api.get_json(path_of(target))
    if live.get("immutable"):
        raise BadRequest(f"{target} is immutable: nobody can change it.", "A new one under another name is needed.")
    key, old = _key(target, live, given.key)
    told: tuple[str, ...] = ()
    if given.flag:
        new, change = _in_text(target, key, old, given)
        before, after, told = change.before, change.after, change.warnings
        name = f"{plain(given.flag, SHOWN)} {change.field}"
    else:
        new, before, after, name = given.to, _said(old), _said(given.to), key
    if new == old:
        raise BadRequest(f"{target} has exactly that at {key} already.", "Nothing is to do.")
    found = await _readers(api, look, target, key)
    if not given.flag:
        told = tuple(_blanks(given.to))
    return Change(
        target=target,
        path=path_of(target),
        live=live,
        pointer=f"/data/{escaped(key)}",
        new=new,
        key=key,
        whole=_is_whole(api, target, given.to, after),
        name=name,
        before=before,
        after=after,
        pods=_pods(found),
        diff=tuple(_difference(old, new)),
        warnings=(*told, *(() if found is None else (*unseen(found), *unread(found)))),
    )


async def in_feature_flag(api: Api, look: Look, given: FlagCall) -> Change:
    """Raises `BadRequest` as `in_config_map`, and where the kind is not installed."""
    target = Ref(kind="FeatureFlag", namespace=given.namespace, name=given.name)
    if not given.flag or given.key:
        raise BadRequest(f"Which flag of {target}?", "Name it as flag; key means nothing here.")
    roots = (await served(look, {GROUP: "OpenFeature"}))[GROUP]
    if PLURAL not in roots:
        raise BadRequest(f"This cluster serves no {PLURAL}.{GROUP}.", "Where flagd reads a file: kind ConfigMap.")
    path = f"{roots[PLURAL]}/namespaces/{checked_name(given.namespace)}/{PLURAL}/{checked_name(given.name)}"
    live = await api.get_json(path)
    change = switch(part(live, "spec", "flagSpec", "flags"), given.flag, given.to)
    return Change(
        target=target,
        path=path,
        live=live,
        pointer=f"{FLAGS}/{escaped(given.flag)}/{change.field}",
        new=change.new,
        whole=_is_whole(api, target, given.to, change.after),
        name=f"{plain(given.flag, SHOWN)} {change.field}",
        before=change.before,
        after=change.after,
        pods="No pod is replaced; flagd sees it within seconds",
        diff=(f"- {change.field}: {change.before}", f"+ {change.field}: {change.after}"),
        warnings=change.warnings,
    )


async def _readers(api: Api, look: Look, target: Ref, key: str) -> Readers | None:
    """None where its pods can't be read."""
    look.answered += 1  # the ConfigMap itself
    call = partial(api.get_json, collection("Pod", target.namespace), params={"limit": PODS})
    answer: Json | None = await look.ask("pods", call, None)
    if answer is None:
        return None
    more = bool(text(answer, "metadata", "continue"))
    return readers(items(answer, "items"), target.name, key, all_seen=not more)


def _key(target: Ref, live: Json, wanted: str) -> tuple[str, str]:
    """The key and its text. Raises `BadRequest` that lists the keys: a new one would be a slip of the hand."""
    data: dict[str, str] = part(live, "data")
    if not wanted and len(data) == 1:
        return next(iter(data.items()))
    if wanted not in data:
        binary = " (it is binary)" if wanted in part(live, "binaryData") else ""
        said = f"has no key {plain(wanted, SHOWN)}{binary}" if wanted else f"has {len(data)} keys"
        raise BadRequest(f"{target} {said}.", f"Name one as key: {listed(list(data), 12) or 'there is none'}.")
    return wanted, data[wanted]


def _in_text(target: Ref, key: str, old: str, given: FlagCall) -> tuple[str, Switch]:
    """The file with the one field of the flag set."""
    try:
        flags = part({"file": json.loads(old)}, "file", "flags")
        if not flags:
            raise ValueError("it has no object of flags")
        change = switch(flags, given.flag, given.to)
        return with_value(old, ("flags", given.flag, change.field), change.new), change
    except ValueError as error:
        raise BadRequest(
            f"{key} of {target} is not flagd's JSON: {plain(str(error), 100)}.", "Without flag, its whole value is set."
        ) from error


def _said(value: str) -> str:
    first, _, more = value.partition("\n")
    return quote(Untrusted(first + ("…" if more.strip() else "")), SHOWN)


def _difference(old: str, new: str) -> Sequence[str]:
    """The lines that differ, quoted."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    changed = [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    return [f"{line[0]} {quote(Untrusted(line[1:]))}" for line in changed] or ["- (only its line ends differ)"]


def _pods(found: Readers | None) -> str:
    if found is None:
        return "No pod is replaced; who reads it could not be looked up"
    if found.mounted:
        return f"No pod is replaced; {listed(found.mounted, 2)} sees it within 2 min"
    return "No pod is replaced"
