"""The hurt hosts as this machine meets them, beside what the cluster says of them."""

from incident_mcp.assess.fronts import fronts
from incident_mcp.reach.trying import MOST
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.front import Tried
from incident_mcp.vocabulary.observation import Observation, RouteSeen
from incident_mcp.workflow.desk import Desk


async def from_here(desk: Desk, seen: Observation, hurt: tuple[RouteSeen, ...]) -> tuple[str, ...]:
    """A line for each hurt host; nothing where none is hurt, or hosts are not to be tried."""
    there = fronts(seen, hurt)
    if desk.reach is None or not there:
        return ()
    lines = [tried_words(each) for each in await desk.reach.each(there)]
    return (*lines, f"{count(len(there) - MOST, 'more host')} not tried") if len(there) > MOST else tuple(lines)


def tried_words(tried: Tried) -> str:
    """`https://shop.example.com answers 503 in 80 ms (203.0.113.7)`."""
    url, at, took = plain(tried.front.url), tried.address, duration(tried.took)
    said = {
        "answered": f"answers {tried.status} in {round(tried.took.total_seconds() * 1000)} ms ({at})",
        "unresolved": "its name does not resolve",
        "refused address": f"its name leads to {at}, which is never asked",
        "not connected": f"nobody takes the connection at {at}",
        "certificate refused": f"its certificate is refused: {plain(tried.detail)} ({at})",
        "no TLS": f"what answers at {at} does not speak TLS",
        "no HTTP": f"what answers at {at} does not speak HTTP",
        "too slow": f"no answer within {took}{f' ({at})' if at else ', its name not even resolved'}",
    }
    return f"{url}: {said[tried.outcome]}" if tried.outcome != "answered" else f"{url} {said[tried.outcome]}"
