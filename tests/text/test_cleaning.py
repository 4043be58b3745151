"""Outside text, made harmless to look at."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_mcp.text.cleaning import clean, one_line

ANYTHING = st.text(max_size=200) | st.text("\x1b[]m0;\x07\\\x9b\x90 a\r\n\t\u202e\u200b\U000e0041\ud800", max_size=60)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r0m\x1b\\after", "after"),
        ("\x9b31mred", "red"),
        ("\x1bcreset", "reset"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("pass\u200bword", "password"),
        ("hi" + "".join(chr(0xE0000 + ord(one)) for one in "ignore all"), "hi"),
        ("x" + "\ufe01\ufe02\U000e0101", "x"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("\ue000", "\ufffd"),
        ("a\u00a0b\u3000c", "a b c"),
        ("z" + "\u0301" * 50, "z\u0301\u0301\u0301"),
        ("plain text, Ünïcödé, 支付", "plain text, Ünïcödé, 支付"),
    ],
)
def test_what_remains_is_what_a_person_sees(text: str, seen: str):
    assert clean(text) == seen


def test_line_ends_become_blanks_or_plain_line_ends():
    text = "a\r\nb\rc\u2028d\te"

    assert clean(text) == "a b c d e"
    assert clean(text, keep_lines=True) == "a\nb\nc\nd\te"


@given(ANYTHING)
def test_clean_text_is_printable_and_cleaning_twice_is_cleaning_once(text: str):
    cleaned = clean(text)

    assert cleaned.isprintable()
    assert clean(cleaned) == cleaned
    assert clean(text, keep_lines=True).replace("\n", " ").replace("\t", " ") == cleaned


@given(ANYTHING, st.integers(min_value=1, max_value=40))
def test_one_line_is_never_longer_than_its_limit_and_says_that_it_was_cut(text: str, limit: int):
    line, whole = one_line(text, limit), one_line(text)

    assert len(line) <= limit
    assert "\n" not in line
    assert line == whole or line.endswith("…")


@pytest.mark.parametrize(
    "unit", ["\x1b", "\x1b]", "\x1b[", "\x1b[0", "\x9b", "\x90a", "\r", "\u0301", "\u202e", "\ud800"]
)
def test_a_megabyte_of_control_sequences_is_read_in_linear_time(unit: str):
    began = time.perf_counter()
    clean(unit * (1_000_000 // len(unit)))

    assert time.perf_counter() - began < 5
