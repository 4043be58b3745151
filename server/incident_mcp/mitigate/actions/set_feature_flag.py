"""Set a feature flag: a key of a ConfigMap or one flag of the flagd file in it, a flag of OpenFeature's `FeatureFlag`,
or one of Unleash, which is no part of the cluster and answers for itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import text
from incident_mcp.cluster.look import Look
from incident_mcp.mitigate.flags.place import KIND
from incident_mcp.mitigate.pointers import fact
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import duration
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known, Landed
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Draft, Fact, Plan, Write
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

if TYPE_CHECKING:  # met when a flag is to be set: a server starts without it
    from incident_mcp.mitigate.flags.unleash import Unleash


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
        """Raises `BadRequest` where there is no such key, flag or variant, it is so already, or it can't be shown."""
        from incident_mcp.mitigate.flags import objects, switching

        objects.check_shown(arguments)
        said = {"arguments": arguments.model_dump(mode="json", exclude_defaults=True)}
        if arguments.kind == "Unleash":
            if arguments.suspend_sync:
                raise BadRequest("No sync owns a flag of Unleash.", "Call it without suspend_sync.")
            return (await switching.switched(self._server(), arguments, self.name)).model_copy(update=said)
        look, find = Look(self.api, self.clock), objects.in_config_map
        if arguments.kind == "FeatureFlag":
            find = objects.in_feature_flag
        change = await find(self.api, look, arguments)
        rehearsal = await self.rehearsed(change.write())
        said["arguments"] |= {"key": change.key} if change.key else {}
        draft = rehearsal.into(change.draft().model_copy(update=said))
        return await self.warned(draft, change.live, suspend=arguments.suspend_sync, known=known)

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

    async def apply(self, write: Write, permit: Permit) -> tuple[str, ...]:
        if write.target.kind != KIND:
            return await super().apply(write, permit)
        await self._server().switch(write, permit, self.clock())
        return ()

    async def landed(self, write: Write, since: datetime) -> Landed:
        if write.target.kind == KIND:
            return await self._server().landed(write, since)
        return await super().landed(write, since)

    def _server(self) -> Unleash:
        if self._unleash is None:
            raise BadRequest("No Unleash is configured.", "Give its url and token under [unleash] in the settings.")
        return self._unleash


def _is_unleash(plan: Plan) -> bool:
    return plan.draft.target.kind == KIND
