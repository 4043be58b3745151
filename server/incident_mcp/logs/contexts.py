"""A context is a message without one of its words: messages that share one differ in that word only.

All contexts of all messages are worked out at once, as numbers: each word's hash times a power of its place, added up,
less the word's own. So thousands of messages take a fraction of a second.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

_BASE, _PLACE, _LENGTH = (np.uint64(secrets.randbits(64) | 1) for _ in range(3))

Message = tuple[str, ...]


def shared(messages: Sequence[Message], open_to: Callable[[str], bool]) -> Iterator[tuple[int, list[Message]]]:
    """The place of the word that differs, and the messages that are equal but for it, for each context that several
    share: those that most share first. Only words that are `open_to` it are left out.
    """
    sizes = np.array([len(message) for message in messages], np.int64)
    after = np.cumsum(sizes)
    which = np.repeat(np.arange(len(messages)), sizes)
    if not len(which):
        return
    places = np.arange(len(which)) - (after - sizes)[which]
    contexts = _contexts(messages, places, sizes[which], which)
    verdicts = {word: open_to(word) for word in set(chain.from_iterable(messages))}
    rows = np.fromiter(map(verdicts.__getitem__, chain.from_iterable(messages)), np.bool_, len(which)).nonzero()[0]
    _, first, number, counts = np.unique(contexts[rows], return_index=True, return_inverse=True, return_counts=True)
    alike = (counts[number] > 1).nonzero()[0]
    if not len(alike):
        return
    order = np.lexsort((alike, first[number[alike]], -counts[number[alike]]))
    rows, number = rows[alike[order]], number[alike[order]]
    edges = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
    for start, end in zip(edges, [*edges[1:], len(rows)], strict=True):
        yield int(places[rows[start]]), [messages[at] for at in which[rows[start:end]].tolist()]


def _contexts(
    messages: Sequence[Message],
    places: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint64]:
    """One number a word; of equal ones the messages have the same length, and the words the same place."""
    terms = np.fromiter(map(hash, chain.from_iterable(messages)), np.int64, len(places)).astype(np.uint64)
    powers = np.cumprod(np.full(int(places.max()) + 1, _BASE))
    terms *= powers[places]
    totals = np.zeros(len(messages), np.uint64)
    np.add.at(totals, which, terms)
    contexts = totals[which] - terms
    contexts += places.astype(np.uint64) * _PLACE
    contexts += lengths.astype(np.uint64) * _LENGTH
    return contexts
