"""Watching a change that its plan puts back by itself where it turns out bad.

The abort is one of the plan's own writes, approved with it. Here is only decided whether it is needed: the action is
asked each second, and its alarm counts when it is raised twice in a row, since one look may fall into a blink. What
can't be read raises none.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import anyio

from incident_mcp.vocabulary.action import Action
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import ClusterError
from incident_mcp.vocabulary.plan import Plan, Write

EVERY_SECONDS = 1.0
IN_A_ROW = 2


async def turned_bad(
    action: Action[Any],
    plan: Plan,
    write: Write,
    since: datetime,
    clock: Clock,
    tell: Callable[[str], Awaitable[None]],
    halted: Callable[[], str],
) -> str:
    """Why the abort is needed; empty when the time of the watch is over without an alarm that lasted, or when a person
    has stopped all changes.
    """
    until, alarms = since + write.abort_within, 0
    while not halted():
        why = ""
        with suppress(ClusterError):
            why = await action.alarm(plan, since)
        alarms = alarms + 1 if why else 0
        left: timedelta = until - clock()
        if alarms >= IN_A_ROW or left <= timedelta():
            return why if alarms >= IN_A_ROW else ""
        await tell(why or f"well so far, watched for {left.total_seconds():.0f} s more")
        await anyio.sleep(EVERY_SECONDS)
    return ""
