"""The follow-ups in `incident-mcp incidents report`: which are really done, as far as a cluster can tell now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import anyio
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from incident_mcp.cli.located import located
from incident_mcp.cli.options import environment, settings_of
from incident_mcp.communicate.checks import FollowUp, follow_ups
from incident_mcp.record.incident import fold
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.errors import IncidentError

if TYPE_CHECKING:
    from incident_mcp.workflow.follow_ups import FollowUpTold


def told(incidents: Sequence[Sequence[Entry]]) -> "tuple[FollowUpTold, ...]":
    """Of all incidents, each with its entries; those of another cluster than the settings' are not checked."""
    from incident_mcp.workflow.follow_ups import unchecked

    filed = [(fold(list(entries)).cluster.server, one) for entries in incidents for one in follow_ups(entries)]
    if not any(one.check for _, one in filed):
        return unchecked((one for _, one in filed), "")
    return anyio.run(_looked_at, filed)


async def _looked_at(filed: list[tuple[str, FollowUp]]) -> "tuple[FollowUpTold, ...]":
    from incident_mcp.wiring import open_desk
    from incident_mcp.workflow.follow_ups import looked_at, unchecked

    try:
        settings, _ = located(settings_of(None, None, None), named=False)
        desk = await open_desk(settings, environment())
    except IncidentError as error:
        return unchecked((one for _, one in filed), str(error))
    try:
        server = desk.api.cluster.server
        here = await looked_at(desk, [one for where, one in filed if where == server])
        elsewhere = unchecked((one for where, one in filed if where != server), "it is of another cluster")
        return (*here, *elsewhere)
    finally:
        await desk.aclose()


def show(told: "Sequence[FollowUpTold]", console: Console) -> None:
    if not told:
        return
    table = Table("Follow-up", "Incident", "What", "Done?", box=SIMPLE)
    for one in told:
        table.add_row(one.filed.id, one.filed.incident, one.filed.title, f"{one.state}: {mask(one.why)}")
    console.print(table)
