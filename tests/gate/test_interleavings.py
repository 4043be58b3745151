"""Whatever happens in whatever order: no write without a yes to exactly that plan, no yes twice, by the audit log of
a real API server. In both modes: in this process, and behind an executor, where door b answers. `make soak` runs
thousands of steps; here it is a sample.
"""

import os
from itertools import count
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.controlplane.control_plane import ControlPlane
from tests.gate.machine import Books, Interleavings, Separated

AT_ONCE = 25
SAMPLES = (pytest.param(Interleavings, 150, id="advisory"), pytest.param(Separated, 75, id="separated"))


@pytest.mark.parametrize(("world", "sample"), SAMPLES)
def test_nothing_is_written_without_a_yes_and_no_yes_is_used_twice(
    control_plane: ControlPlane, tmp_path: Path, world: type[Interleavings], sample: int
) -> None:
    steps = int(os.environ.get("INCIDENT_TEST_GATE_STEPS", sample))
    control_plane.require("audit", "users")
    numbers, books = count(1), Books()
    with start_blocking_portal() as portal:

        def example() -> Interleavings:
            number = next(numbers)
            name = f"gate-{world.__name__.lower()}-{os.getpid()}-{number}"
            return world(control_plane, portal, tmp_path / f"home-{number}", books, name)

        run_state_machine_as_test(
            example,  # pyright: ignore[reportArgumentType]
            settings=settings(
                max_examples=max(steps // AT_ONCE, 1),
                stateful_step_count=AT_ONCE,
                deadline=None,
                database=None,
                derandomize=steps <= 1000,
                phases=(Phase.generate,),
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            ),
        )
    print(f"{books.ran} steps, {books.writes} writes, {books.matched} requests matched: {dict(books.steps)}")
    assert books.writes > 0, f"nothing was ever written, so nothing was proven: {dict(books.steps)}"
