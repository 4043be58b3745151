"""Answers stay small, and say what they left out."""

from hypothesis import given
from hypothesis import strategies as st

from incident_mcp.text.budget import first, fitting, tokens
from incident_mcp.vocabulary.refs import Ref


def test_a_token_is_four_bytes_of_json():
    assert tokens({"a": 1}) == 2
    assert tokens(Ref(kind="Pod", namespace=None, name="a")) == 7


def test_what_is_left_out_is_counted():
    part = first(range(143), 20)

    assert len(part.items) == 20
    assert part.note == "20 of 143 shown"
    assert first([1, 2], 20).note == ""


@given(st.lists(st.text(max_size=40), max_size=40), st.integers(min_value=0, max_value=200))
def test_what_is_shown_fits_the_budget_and_one_item_always_stays(items: list[str], budget: int):
    part = fitting(items, budget)

    assert sum(map(tokens, part.items)) <= budget or len(part.items) == 1
    assert part.items == tuple(items[: len(part.items)])
    assert bool(part.items) == bool(items)
