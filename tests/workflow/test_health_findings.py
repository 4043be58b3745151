"""Which findings of a look an answer shows: every root before what hangs on any of them."""

from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.workflow.health import SHOWN, shown_findings
from tests.investigate.observations import crashing, deployment, observation, pod, route, service, workload

ENOUGH = 4000


def broken(number: int) -> list[Chain]:
    """So many programs that crash, each before a Service and a route."""
    names = [f"api-{at}" for at in range(number)]
    return find_chains(
        observation(
            *(workload(name, 0, 1) for name in names),
            *(pod(name, f"{name}-1", crashing()) for name in names),
            *(service(name, 0, 1) for name in names),
            *(route(name) for name in names),
        )
    )


def test_no_cause_hides_behind_what_another_one_breaks() -> None:
    lines = shown_findings(broken(SHOWN + 2), ENOUGH)
    assert [line.root for line in lines] == [True] * SHOWN
    assert len({line.target for line in lines}) == SHOWN


def test_what_a_cause_breaks_stands_right_below_it_where_there_is_room() -> None:
    lines = shown_findings(broken(2), ENOUGH)
    assert [(line.root, line.target.name.removeprefix("shop")) for line in lines] == [
        (True, "api-0"),
        (False, "api-0"),
        (False, ""),
        (True, "api-1"),
        (False, "api-1"),
        (False, ""),
    ]


def test_of_one_cause_all_is_shown() -> None:
    (chain,) = broken(1)
    lines = shown_findings([chain], ENOUGH)
    assert lines[0].target == deployment("api-0")
    assert len(lines) == 1 + len(chain.symptoms) + len(chain.breaks)
