"""Messages that differ in one word only are found, all of them and no others."""

import random
from collections import defaultdict

from incident_mcp.logs.contexts import Message, shared


def test_messages_that_differ_in_one_word_are_found_together() -> None:
    draw = random.Random(13)  # noqa: S311  (test data)
    words = ["pod", "of", "node", "=", "failed"]
    messages = list(dict.fromkeys(tuple(draw.choice(words) for _ in range(draw.randint(0, 5))) for _ in range(600)))
    found = list(shared(messages, str.isalpha))
    assert {(place, frozenset(alike)) for place, alike in found} == _one_by_one(messages)
    sizes = [len(alike) for _, alike in found]
    assert len(sizes) > 100
    assert sizes == sorted(sizes, reverse=True)


def test_messages_that_share_nothing_are_not_put_together() -> None:
    assert list(shared([], str.isalpha)) == []
    assert list(shared([()], str.isalpha)) == []
    assert list(shared([("a", "b"), ("b", "a"), ("a", "b", "c")], str.isalpha)) == []


def _one_by_one(messages: list[Message]) -> set[tuple[int, frozenset[Message]]]:
    contexts: defaultdict[tuple[int, Message, Message], set[Message]] = defaultdict(set)
    for message in messages:
        for place, word in enumerate(message):
            if word.isalpha():
                contexts[place, message[:place], message[place + 1 :]].add(message)
    return {(place, frozenset(alike)) for (place, _, _), alike in contexts.items() if len(alike) > 1}
