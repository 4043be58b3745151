"""Set a feature flag: a key of a ConfigMap or one flag of the flagd file in it, a flag of OpenFeature's `FeatureFlag`,
or one of Unleash.

Of a file only the one value is written over, so that undo gives back every character; the plan rests on the whole text
of the key, since a flag that somebody else sets meanwhile stands in the same text.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

from pydantic import Field

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.groups import served
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import checked_name, collection, path_of
from incident_mcp.cluster.look import Look
from incident_mcp.mitigate.flags import unleash
from incident_mcp.mitigate.flags.flagd import Switch, switch
from incident_mcp.mitigate.flags.json_text import with_value
from incident_mcp.mitigate.flags.readers import Readers, readers
from incident_mcp.mitigate.flags.unleash import Unleash
from incident_mcp.mitigate.pointers import UID, escaped, fact, put, tests
from incident_mcp.mitigate.warnings.flags import unread, unseen
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.words import duration, listed
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known, Landed
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import UNDO, Draft, Fact, Plan, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

GROUP, PLURAL = "core.openfeature.dev", "featureflags"
FLAGS = "/spec/flagSpec/flags"
PODS = 500
SHOWN = 60
"""Characters of a value in one line of the plan."""
_ON = {"on": True, "off": False}


class FlagArguments(Value):
    """A flag, and what it shall be."""

    kind: Literal["ConfigMap", "FeatureFlag", "Unleash"]
    namespace: str = Field(description="Unleash: the project.", max_length=253)
    name: str = Field(description="Unleash: the flag.", max_length=253)
    key: str = Field("", description="Of a ConfigMap with several; Unleash: the environment.", max_length=253)
    flag: str = Field("", description="In flagd's format; else the key's whole value is set.", max_length=253)
    to: str = Field(description="Variant, ENABLED, DISABLED; the key's value; on, off.", max_length=20_000)
    suspend_sync: bool = Field(False, description=SUSPEND_SYNC)


class SetFeatureFlag(ObjectAction):
    """One value of one flag."""

    name = "set_feature_flag"
    title = "Set a feature flag"
    description = (
        "Set a ConfigMap's key, a flag of flagd's JSON in one, of an OpenFeature FeatureFlag, or of Unleash. "
        "A person is asked first; undo is recorded."
    )
    arguments = FlagArguments

    def __init__(self, api: Api, clock: Clock, flags: Unleash | None = None) -> None:
        super().__init__(api, clock)
        self._unleash = flags

    async def preview(self, arguments: FlagArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where there is no such key, flag or variant, or it is so already."""
        match arguments.kind:
            case "ConfigMap":
                return await self._of_config_map(arguments)
            case "FeatureFlag":
                return await self._of_feature_flag(arguments)
            case "Unleash":
                return await self._of_unleash(arguments)

    async def facts_now(self, plan: Plan) -> tuple[Fact, ...]:
        if not _is_unleash(plan):
            return await super().facts_now(plan)
        live = await self._server().flag(plan.draft.target, str(plan.arguments["key"]))
        return tuple(fact(live, old.pointer, old.shown) for old in plan.draft.facts)

    async def moved_by(self, plan: Plan) -> str:
        if not _is_unleash(plan):
            return await super().moved_by(plan)
        target, environment = plan.draft.target, str(plan.arguments["key"])
        last = await self._server().last_switch(target, environment)
        who = quote(Untrusted(text(last, "createdBy")), 60) if last else "somebody"
        since = f"Since the plan was made ({duration(self.clock() - plan.made)} ago)"
        return f"{since} {target} changed in {environment} (last switched by {who}): it is no longer as it was shown."

    async def rehearse(self, plan: Plan) -> None:
        """Unleash has no dry run: that it still answers with this token is all that can be tried."""
        if _is_unleash(plan):
            await self._server().flag(plan.draft.target, str(plan.arguments["key"]))
        else:
            await super().rehearse(plan)

    async def evidence(self, plan: Plan, since: datetime | None = None) -> dict[str, Any]:
        return {} if _is_unleash(plan) else await super().evidence(plan, since)

    async def apply(self, write: Write, permit: Permit) -> None:
        if write.target.kind == unleash.KIND:
            await self._server().switch(write, permit, self.clock())
        else:
            await super().apply(write, permit)

    async def landed(self, write: Write, since: datetime) -> Landed:
        if write.target.kind == unleash.KIND:
            return await self._server().landed(write, since)
        return await super().landed(write, since)

    async def _of_config_map(self, given: FlagArguments) -> Draft:
        target = Ref(kind="ConfigMap", namespace=given.namespace, name=given.name)
        live = await self.api.get_json(path_of(target))
        if live.get("immutable"):
            raise BadRequest(f"{target} is immutable: nobody can change it.", "A new one under another name is needed.")
        key, old = _key(target, live, given.key)
        pointer = f"/data/{escaped(key)}"
        told: tuple[str, ...] = ()
        if given.flag:
            change = _in_text(target, key, old, given)
            new, before, after, told = change[0], change[1].before, change[1].after, change[1].warnings
            what = f"{plain(given.flag, SHOWN)} {change[1].field} {before} -> {after}"
        else:
            new, before, after = given.to, _said(old), _said(given.to)
            what = f"{key} {before} -> {after}"
        if new == old:
            raise BadRequest(f"{target} has exactly that at {key} already.", "Nothing is to do.")
        found = await self._readers(target, key)
        write = _write(target, path_of(target), live, pointer, new, what)
        draft = self._draft(target, live, pointer, write, given.model_copy(update={"key": key}), what, before, after)
        draft = draft.model_copy(
            update={
                "pods": _pods(found),
                "diff": tuple(_difference(old, new)),
                "warnings": (*told, *(() if found is None else (*unseen(found), *unread(found)))),
            }
        )
        return await self._rehearsed(draft, live, write, given)

    async def _of_feature_flag(self, given: FlagArguments) -> Draft:
        target = Ref(kind="FeatureFlag", namespace=given.namespace, name=given.name)
        if not given.flag or given.key:
            raise BadRequest(f"Which flag of {target}?", "Name it as flag; key means nothing here.")
        roots = (await served(Look(self.api, self.clock), {GROUP: "OpenFeature"}))[GROUP]
        if PLURAL not in roots:
            raise BadRequest(f"This cluster serves no {PLURAL}.{GROUP}.", "Where flagd reads a file: kind ConfigMap.")
        path = f"{roots[PLURAL]}/namespaces/{checked_name(given.namespace)}/{PLURAL}/{checked_name(given.name)}"
        live = await self.api.get_json(path)
        change = switch(part(live, "spec", "flagSpec", "flags"), given.flag, given.to)
        pointer = f"{FLAGS}/{escaped(given.flag)}/{change.field}"
        what = f"{plain(given.flag, SHOWN)} {change.field} {change.before} -> {change.after}"
        write = _write(target, path, live, pointer, change.new, what)
        draft = self._draft(target, live, pointer, write, given, what, change.before, change.after)
        draft = draft.model_copy(
            update={
                "pods": "No pod is replaced; flagd sees it within seconds",
                "diff": (f"- {change.field}: {change.before}", f"+ {change.field}: {change.after}"),
                "warnings": change.warnings,
            }
        )
        return await self._rehearsed(draft, live, write, given)

    async def _of_unleash(self, given: FlagArguments) -> Draft:
        if given.to not in _ON or not given.key or given.flag or given.suspend_sync:
            raise BadRequest(
                "For Unleash: namespace is the project, name the flag, key the environment, to is on or off.",
                "Give exactly those.",
            )
        on, environment = _ON[given.to], given.key
        target = Ref(kind=unleash.KIND, namespace=given.namespace, name=given.name)
        server = self._server()
        writes = unleash.writes(target, environment, on=on)
        live = await server.flag(target, environment)
        if live.get("enabled") is on:
            raise BadRequest(f"{target} is {given.to} in {environment} already.", "Nothing is to do.")
        refused = ""
        if not await server.may_switch(target, environment):
            refused = f"The token for {server.name} may not switch {target} in {environment}."
        now = "off" if on else "on"
        back = given.model_dump(mode="json", exclude_defaults=True) | {"to": now}
        return Draft(
            target=target,
            title=f"Switch {target.name} {given.to}",
            headline=f"switch {target} {given.to} in {environment}",
            before=f"{now} in {environment}, {len(items(live, 'strategies'))} strategies",
            after=f"{given.to} in {environment}",
            arguments=given.model_dump(mode="json", exclude_defaults=True),
            pods="No pod is replaced; clients poll, by default each 15 s",
            facts=(fact(live, "/enabled", f"{now} in {environment}"), fact(live, "/strategies", "the same strategies")),
            writes=writes,
            diff=(f"- enabled: {str(not on).lower()}", f"+ enabled: {str(on).lower()}"),
            refused=refused,
            warnings=tuple(unleash.warnings(live, on=on)),
            undo=Undo(action=self.name, arguments=back, shown=f"Undo: {now} again, by set_feature_flag to {now}."),
            kubectl=f"curl -X POST -H 'Authorization: TOKEN' {server.name}{writes[0].path}",
        )

    def _server(self) -> Unleash:
        if self._unleash is None:
            raise BadRequest("No Unleash is configured.", "Give its url and token under [unleash] in the settings.")
        return self._unleash

    async def _rehearsed(self, draft: Draft, live: Json, write: Write, given: FlagArguments) -> Draft:
        rehearsal = await self.rehearsed(write)
        return await self.warned(rehearsal.into(draft), live, suspend=given.suspend_sync)

    async def _readers(self, target: Ref, key: str) -> Readers | None:
        """None where its pods can't be read."""
        look = Look(self.api, self.clock)
        look.answered = 1  # the ConfigMap itself
        call = partial(self.api.get_json, collection("Pod", target.namespace), params={"limit": PODS})
        answer: Json | None = await look.ask("pods", call, None)
        if answer is None:
            return None
        more = bool(text(answer, "metadata", "continue"))
        return readers(items(answer, "items"), target.name, key, all_seen=not more)

    def _draft(
        self,
        target: Ref,
        live: Json,
        pointer: str,
        write: Write,
        given: FlagArguments,
        what: str,
        before: str,
        after: str,
    ) -> Draft:
        changes = json.dumps([{"op": "add", "path": pointer, "value": "…"}], ensure_ascii=False)
        of = f"{target.kind.lower()}/{target.name}"
        return Draft(
            target=target,
            title=f"Set {given.flag or given.key} of {target.name}",
            headline=f"set {target}, {what}",
            before=before,
            after=after,
            arguments=given.model_dump(mode="json", exclude_defaults=True),
            pods="No pod is replaced",
            facts=(fact(live, UID, "the same object"), fact(live, pointer, before)),
            writes=(write,),
            undo=Undo(action=UNDO, shown=f"Undo: back to {before}, every character."),
            kubectl=f"kubectl -n {target.namespace} patch {of} --type=json -p '{changes}'",
        )


def _is_unleash(plan: Plan) -> bool:
    return plan.draft.target.kind == unleash.KIND


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


def _in_text(target: Ref, key: str, old: str, given: FlagArguments) -> tuple[str, Switch]:
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
    first, more, _ = value.partition("\n")
    return quote(Untrusted(first + ("…" if more.strip() else "")), SHOWN)


def _difference(old: str, new: str) -> Sequence[str]:
    """The lines that differ, quoted."""
    import difflib  # only here

    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    changed = [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    return [f"{line[0]} {quote(Untrusted(line[1:]))}" for line in changed] or ["- (only its line ends differ)"]


def _pods(found: Readers | None) -> str:
    if found is None:
        return "No pod is replaced; who reads it could not be looked up"
    if found.mounted:
        return f"No pod is replaced; {listed(found.mounted, 2)} sees it within 2 min"
    return "No pod is replaced"


def _write(target: Ref, path: str, live: Json, pointer: str, new: str, what: str) -> Write:
    return Write(
        method="PATCH",
        path=path,
        body=[*tests(live, (UID,)), *put(live, pointer, new)],
        target=target,
        shown=f"{target}: {what}",
    )
