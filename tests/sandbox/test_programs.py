"""What an image does, as scenarios say it."""

from typing import Any

import pytest

from incident_sandbox.kubelet.programs import Situation, find_program, read_program
from incident_sandbox.model.quantities import quantity


def _situation(
    environment: dict[str, str] | None = None, memory: str | None = None, *, endpoints: bool = True
) -> Situation:
    container: Any = {"resources": {"limits": {"memory": memory}}} if memory else {}
    return Situation(environment or {}, container, lambda namespace, service: endpoints)


@pytest.mark.parametrize(
    ("condition", "holds", "does_not"),
    [
        ({"missing-env": "A"}, _situation({"A": ""}), _situation({"A": "1"})),
        ({"env": {"MODE": "slow"}}, _situation({"MODE": "slow"}), _situation({"MODE": "fast"})),
        ({"memory-limit-below": "128Mi"}, _situation(memory="96Mi"), _situation(memory="128Mi")),
        ({"memory-limit-below": "128Mi"}, _situation(memory="96Mi"), _situation()),
        ({"no-endpoints": "shop/db"}, _situation(endpoints=False), _situation(endpoints=True)),
    ],
)
def test_a_behaviour_is_chosen_by_its_condition(condition: Any, holds: Situation, does_not: Situation) -> None:
    faulty = {"when": condition, "exit": {"after": "1s", "code": 3}}
    program = read_program({"image": "x", "behaves": [faulty, {"ready-after": "2s"}]})
    assert program.behaviour(holds).exit is not None
    assert program.behaviour(does_not).exit is None


def test_what_exits_or_never_becomes_ready_says_nothing_of_being_ready() -> None:
    program = read_program({"image": "x", "behaves": [{"unready": "HTTP probe failed with statuscode: 503"}]})
    assert program.behaviour(_situation()).ready_after is None


def test_the_first_pattern_that_fits_wins() -> None:
    programs = [read_program({"image": "shop/web:1.42"}), read_program({"image": "shop/web:*", "pull": "9s"})]
    assert find_program(programs, "shop/web:1.42") is programs[0]
    assert find_program(programs, "shop/web:1.41") is programs[1]
    assert find_program(programs, "shop/other:1") is None


def test_a_misspelt_behaviour_is_refused() -> None:
    with pytest.raises(ValueError, match="a behaviour has no \\['exits'\\]"):
        read_program({"image": "x", "behaves": [{"exits": {"after": "1s", "code": 1}}]})
    with pytest.raises(KeyError):
        read_program({"image": "x", "behaves": [{"when": {"mising-env": "A"}}]})


def test_binary_and_decimal_units_differ() -> None:
    assert quantity("1Mi") > quantity("1M")
