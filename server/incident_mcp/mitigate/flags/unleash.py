"""A flag of Unleash in one environment, switched by its admin API (tried with unleash-server 7.5).

The API has no dry run and no preconditions: what the plan rests on is read again right before the write, and once more
after one of unknown outcome. `on` for a flag without strategies adds one that rolls out to everybody.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from incident_mcp.cluster.json_parts import Json, items, text
from incident_mcp.cluster.kinds import is_name
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.outside import Outside
from incident_mcp.cluster.outside_writes import transmit
from incident_mcp.services.refusals import refusal
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.action import Landed
from incident_mcp.vocabulary.errors import BadRequest, Forbidden, NotFound, ServerFailed
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

SWITCHES = {True: "feature-environment-enabled", False: "feature-environment-disabled"}
"""The events by which Unleash itself tells of a switch."""
MAY = frozenset(("ADMIN", "UPDATE_FEATURE_ENVIRONMENT"))


class Unleash:
    """One server. Every call raises what the API server's calls raise: `NotFound`, `Forbidden`, `Unreachable` ..."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    @property
    def name(self) -> str:
        return self._outside.name

    async def flag(self, target: Ref, environment: str) -> Json:
        """`enabled` and `strategies` there."""
        return await self._get(path_of(target, environment))

    async def may_switch(self, target: Ref, environment: str) -> bool:
        """What Unleash says of the token. Where it does not say, the write itself will tell."""
        try:
            told = await self._get("/api/admin/user")
        except (NotFound, Forbidden):
            return True
        rights = items(told, "permissions")
        return "permissions" not in told or any(_grants(one, target, environment) for one in rights)

    async def last_switch(self, target: Ref, environment: str) -> Json:
        """The newest event of its being switched there; empty where there is none."""
        told = await self._get(f"/api/admin/events/{target.name}")
        found = [
            one
            for one in items(told, "events")
            if text(one, "type") in SWITCHES.values() and text(one, "environment") == environment
        ]
        nothing: Json = {}
        return max(found, key=lambda one: text(one, "createdAt"), default=nothing)

    async def switch(self, write: Write, permit: Permit, now: datetime) -> None:
        """Send the write, once."""
        found = await transmit(self._outside, write, permit, now)
        _check(self.name, found.status, found.content)

    async def landed(self, write: Write, since: datetime) -> Landed:
        """By the switch as it is, and by Unleash's own event of it."""
        environment, wanted = write.path.rpartition("/environments/")[2].split("/")
        if (await self.flag(write.target, environment)).get("enabled") is not (wanted == "on"):
            return "not applied"
        last = await self.last_switch(write.target, environment)
        at = moment(last.get("createdAt"))
        return "applied" if at is not None and at >= since - timedelta(seconds=1) else "unknown"

    async def _get(self, path: str) -> Json:
        status, body = await self._outside.get(path, {})
        _check(self.name, status, body)
        return _decoded(self.name, body)


def path_of(target: Ref, environment: str) -> str:
    """Raises `BadRequest` for what can't be a name: it must not become another path."""
    for name in (target.namespace or "", target.name, environment):
        if not is_name(name):
            raise BadRequest(f"{plain(name, 60)!r} is no name of Unleash's.", "Give project, flag and environment.")
    return f"/api/admin/projects/{target.namespace}/features/{target.name}/environments/{environment}"


def writes(target: Ref, environment: str, *, on: bool) -> tuple[Write, ...]:
    word = "on" if on else "off"
    shown = f"switch {target} {word} in {environment}"
    path, looks = f"{path_of(target, environment)}/{word}", "Unleash's own list of events will tell."
    return (Write(method="POST", path=path, body=None, target=target, shown=shown, looks=looks),)


def warnings(flag: Json, *, on: bool) -> Iterator[str]:
    strategies = items(flag, "strategies")
    if on and not strategies:
        yield "it has no strategy there: Unleash adds one for everybody, which stays when it is switched off again"
    if on and strategies and all(one.get("disabled") for one in strategies):
        yield "all of its strategies there are disabled: nobody gets it"


def _grants(right: Json, target: Ref, environment: str) -> bool:
    where = right.get("project"), right.get("environment")
    wanted = (None, "*", target.namespace), (None, "*", environment)
    return text(right, "permission") in MAY and all(one in those for one, those in zip(where, wanted, strict=True))


def _decoded(server: str, body: bytes) -> Json:
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise ServerFailed(f"What {server} answers is not Unleash's.", "Check its address in the settings.")
    return found  # pyright: ignore[reportUnknownVariableType]


def _check(server: str, status: int, body: bytes) -> None:
    """Raises for a refusal, with the server's own words, quoted."""
    if status < 300:
        return
    try:
        said = text(_decoded(server, body), "message")
    except ServerFailed:
        said = body[:200].decode("utf-8", "replace")
    raise refusal(server, status, said)
