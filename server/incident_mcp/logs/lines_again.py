"""The lines of some patterns once more, from logs that are still at hand, by the kind that each was found to be of."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]


def lines_of(logs: Sequence[bytes], which: Numbers, patterns: int) -> list[list[list[bytes]]]:
    """For each pattern, for each log that has some, its lines in their order. `which` is the pattern of each line of
    all logs, -1 for those that nobody wants.
    """
    found: list[list[list[bytes]]] = [[] for _ in range(patterns)]
    done = 0
    for log in logs:
        starts = _starts(log)
        mine = which[done : done + len(starts) - 1]
        done += len(starts) - 1
        for pattern, lines in _wanted(log, starts, mine):
            found[pattern].append(lines)
    return found


def _wanted(log: bytes, starts: npt.NDArray[np.int64], which: Numbers) -> Iterator[tuple[int, list[bytes]]]:
    for pattern in np.unique(which[which >= 0]).tolist():
        lines = np.flatnonzero(which == pattern)
        begins, ends = starts[lines].tolist(), (starts[lines + 1] - 1).tolist()
        yield pattern, [log[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _starts(log: bytes) -> npt.NDArray[np.int64]:
    """Of each line, and one more beyond the last newline, be it there or not."""
    starts = np.flatnonzero(np.frombuffer(log, np.uint8) == 10) + 1
    ends = [len(log) + 1] if log and not log.endswith(b"\n") else []
    return np.concatenate(([0], starts, ends)).astype(np.int64)
