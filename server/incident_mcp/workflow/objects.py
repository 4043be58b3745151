"""Any object, so that nobody needs a shell to look: short, masked, fenced as data, with its events beside it."""

from typing import Any

import anyio

from incident_mcp.cluster.discovery import served_kind
from incident_mcp.cluster.events import read_events
from incident_mcp.cluster.json_parts import text
from incident_mcp.cluster.kinds import Kind
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.objects import read_one, read_table
from incident_mcp.cluster.short_form import short_form
from incident_mcp.cluster.tables import Table
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import fence, quote
from incident_mcp.text.flat import flat
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest, Unreachable
from incident_mcp.vocabulary.observation import EventSeen
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import recorded

BUDGET = 1300
"""Tokens for one object, or one table."""
EVENTS = 5
LINE = 240
"""Characters of one line."""


class ObjectReply(Reply):
    """One object, a line for each part of it, with its newest events; or a table of several."""

    object: str = ""
    table: str = ""
    events: tuple[str, ...] = ()
    more: str = ""


async def read_object(
    desk: Desk,
    by: Actor,
    *,
    kind: str,
    name: str | None,
    namespace: str | None,
    selector: str | None,
    field: str | None,
    incident: str | None,
) -> ObjectReply:
    """By name, or all that a selector fits. Raises `NotFound` with near misses, `Forbidden`, `BadRequest`."""
    if name and selector:
        raise BadRequest("Name and selector can't be given both.", "Leave out one of them.")
    found = await desk.incident_id(incident)
    look = Look(desk.api, desk.clock)
    try:
        with anyio.fail_after(desk.tool_seconds):
            meant = await served_kind(desk.api, kind)
            reply = await (
                _one(look, meant, namespace, name, field or "")
                if name
                else _many(look, meant, namespace, selector or "")
            )
    except TimeoutError as error:
        raise Unreachable(f"No answer from {desk.cluster} in time.", "Try again, or name a single object.") from error
    arguments = {"kind": kind, "name": name, "namespace": namespace, "selector": selector, "field": field}
    return await recorded(desk, found, "read_object", {**arguments}, reply, by)


async def _one(look: Look, kind: Kind, namespace: str | None, name: str, field: str) -> ObjectReply:
    where = (namespace or look.api.default_namespace) if kind.namespaced else None
    thing = {**await read_one(look.api, kind, where, name), "kind": kind.name}
    look.answered += 1
    part = fitting([*flat(short_form(thing, field=field), field)], BUDGET)
    events = await _events(look, thing, where)
    title = f"{kind.name} {where}/{name}" if where else f"{kind.name} {name}"
    values = ", metadata only" if kind.name == "Secret" else ""
    return ObjectReply(
        cluster=look.api.cluster.name,
        summary=(f"{look.api.cluster.name}: {title}{f', {field}' if field else ', short form'}{values}.",),
        object=fence([Untrusted(line) for line in part.items], LINE),
        events=tuple(_event_line(event) for event in events[:EVENTS]),
        more=f"{part.note} (lines); field shows a part, for example spec.template." if part.note else "",
        not_checked=tuple(str(one) for one in look.not_checked),
    )


async def _events(look: Look, thing: dict[str, Any], namespace: str | None) -> list[EventSeen]:
    found: list[EventSeen] = []
    if uid := text(thing, "metadata", "uid"):
        await read_events(look, {uid: namespace}, found)
    return sorted(found, key=lambda event: event.last, reverse=True)


def _event_line(event: EventSeen) -> str:
    times = f" ({event.count} times)" if event.count > 1 else ""
    word = "Warning " if event.warning else ""
    return f"{clock(event.last)} UTC {word}{quote(Untrusted(event.reason), 60)}{times}: {quote(event.message, LINE)}"


async def _many(look: Look, kind: Kind, namespace: str | None, selector: str) -> ObjectReply:
    table = await read_table(look.api, kind, namespace, selector)
    part = fitting(_rows(table), BUDGET)
    whole = len(table.rows) + (table.metadata.remaining_item_count or 0)
    shown = max(len(part.items) - 1, 0)
    where = f"namespace {namespace}" if namespace and kind.namespaced else "the whole cluster"
    chosen = f" with {selector}" if selector else ""
    less = shown < whole or bool(table.metadata.continue_)
    return ObjectReply(
        cluster=look.api.cluster.name,
        summary=(f"{look.api.cluster.name}: {count(whole, kind.name)} in {where}{chosen}.",),
        table=fence([Untrusted(line) for line in part.items], LINE) if table.rows else "",
        more=f"{shown} of {whole} shown; a namespace or selector narrows it, a name shows one." if less else "",
    )


def _rows(table: Table) -> list[str]:
    """The columns that kubectl prints without `-o wide`."""
    columns = [index for index, column in enumerate(table.column_definitions) if column.priority == 0]
    head = [table.column_definitions[index].name for index in columns]
    return [" | ".join(row) for row in (head, *([str(each.cells[index]) for index in columns] for each in table.rows))]
