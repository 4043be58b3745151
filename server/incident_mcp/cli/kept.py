"""The pieces of long logs that are kept to be looked at again: all while they are few, else evenly spread ones.

When there is no more room, every other piece is given up and only every other new one taken, so what is kept stands for
the whole of a log of any length.
"""

from collections.abc import Iterator

ROOM = 32 * 1024 * 1024
"""Bytes."""


class Kept:
    """`whole`: nothing was given up."""

    def __init__(self, room: int = ROOM) -> None:
        self.whole = True
        self._room = room
        self._every = 1
        self._number = 0
        self._used = 0
        self._pieces: list[tuple[int, bytes]] = []
        self._log = -1

    def next_log(self) -> None:
        """What comes now is of another log."""
        self._log += 1

    def add(self, piece: bytes) -> None:
        self._number += 1
        if self._number % self._every:
            return
        self._pieces.append((self._log, piece))
        self._used += len(piece)
        while self._used > self._room and len(self._pieces) > 1:
            self.whole = False
            self._every *= 2
            self._pieces = self._pieces[1::2]
            self._used = sum(len(each) for _, each in self._pieces)

    def logs(self) -> list[bytes]:
        """Each log in full; only if `whole`."""
        return [b"".join(each for of, each in self._pieces if of == log) for log in range(self._log + 1)]

    def stretches(self) -> Iterator[tuple[int, bytes]]:
        """Stretches of whole lines, each with the number of its log."""
        if self.whole:
            yield from enumerate(self.logs())
            return
        for log, piece in self._pieces:
            yield log, piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1]
