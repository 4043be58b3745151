"""What kubectl's own printer puts into cells, as numbers."""

from datetime import timedelta

import pytest

from incident_mcp.cluster.cells import duration, fraction, restarts


@pytest.mark.parametrize(("cell", "value"), [("2/3", (2, 3)), ("0/0", (0, 0)), ("<none>", (0, 0)), (None, (0, 0))])
def test_fractions(cell: object, value: tuple[int, int]) -> None:
    assert fraction(cell) == value


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("4s", 4), ("5m10s", 310), ("3h2m", 10920), ("2d4h", 187200), ("41d", 3542400), ("2y10d", 63936000)],
)
def test_durations(cell: str, seconds: int) -> None:
    assert duration(cell) == timedelta(seconds=seconds)


def test_an_unknown_duration_is_none() -> None:
    assert duration("<unknown>") is None
    assert duration("<invalid>") is None


def test_restarts_with_and_without_their_time() -> None:
    assert restarts("0") == (0, None)
    assert restarts("3 (4s ago)") == (3, timedelta(seconds=4))
    assert restarts("12 (5m10s ago)") == (12, timedelta(seconds=310))
    assert restarts("n/a") == (0, None)
