"""Columns in a terminal: measured, cut, shortened."""

from hypothesis import given
from hypothesis import strategies as st

from incident_mcp.text.width import cut, ending, shorten, width


def test_wide_characters_take_two_columns_and_marks_none():
    assert width("abc") == 3
    assert width("支付") == 4
    assert width("e\u0301") == 1


def test_a_text_is_cut_at_its_end_or_shortened_in_its_middle():
    assert cut("checkout", 6) == "check…"
    assert shorten("checkout", 6) == "che…ut"
    assert shorten("checkout", 8) == "checkout"
    assert ending("checkout", 6) == "…ckout"


@given(st.text(max_size=60), st.integers(min_value=0, max_value=30))
def test_no_text_takes_more_columns_than_it_may(text: str, columns: int):
    assert width(cut(text, columns)) <= columns
    assert width(shorten(text, columns)) <= columns
    assert width(ending(text, columns)) <= columns
