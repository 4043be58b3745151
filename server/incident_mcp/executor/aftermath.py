"""After an executor that ended in the middle of a change: its successor asks the cluster what came of it, and tells.

Nothing is sent again. It looks until the cluster can tell, and goes on listening meanwhile.
"""

from collections.abc import Callable

import anyio

from incident_mcp.executor.counter import Counter
from incident_mcp.vocabulary.errors import IncidentError

AGAIN_SECONDS = 10.0


async def settle(counter: Counter, say: Callable[[str], object]) -> None:
    """Until every change that was cut short is told of, in the record and by `say`."""
    left = await counter.unsettled()
    for plan in left:
        say(f"plan {plan.id} was cut short: {plan.draft.headline}. The cluster is asked; nothing is sent again.")
    while left:
        try:
            for words in await counter.settle():
                say(words)
            left = await counter.unsettled()
        except IncidentError as error:
            say(str(error))
        if left:
            await anyio.sleep(AGAIN_SECONDS)
