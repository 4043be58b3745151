"""Outside text leaves between marks that it can't close, cleaned, masked and short."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import incident_mcp
from incident_mcp.text.fencing import FENCE_FOOT, FENCE_HEAD, fence, plain, quote, scrub
from incident_mcp.vocabulary.untrusted import Untrusted, open_untrusted

SECRET = "AK" + "IA" + "B3D5G7J9M1P3S5V7"
HOSTILE = st.text(max_size=100) | st.text("«»‹›\n\r\u2028ab", max_size=40)


def test_a_log_line_stands_in_data_quotes():
    assert quote(Untrusted("KeyError: 'PAYMENT_URL'\n")) == "«KeyError: 'PAYMENT_URL'»"


def test_a_long_line_is_cut_and_says_so():
    assert quote(Untrusted("x" * 50), limit=10) == "«xxxxxxxxx…»"


@given(HOSTILE)
def test_nothing_inside_can_close_the_quotes(text: str):
    quoted = quote(Untrusted(text))

    assert quoted[0] == "«"
    assert quoted[-1] == "»"
    assert not set("«»\n") & set(quoted[1:-1])


@given(st.lists(HOSTILE, max_size=5))
def test_nothing_inside_can_close_the_fence(lines: list[str]):
    block = fence([Untrusted(line) for line in lines])

    if block:
        first, *inner, last = block.split("\n")
        assert (first, last) == (FENCE_HEAD, FENCE_FOOT)
        assert not set("«»") & set("".join(inner))
        assert all(row.isprintable() for row in inner)


def test_a_secret_is_masked_before_the_line_is_cut():
    line = Untrusted(f"key {SECRET}")

    assert quote(line, limit=12) == "«key [masked…»"
    assert SECRET not in fence([line])
    assert plain(f"key {SECRET}") == "key [masked: AWS access key]"


def test_a_secret_split_by_invisible_characters_is_masked():
    assert SECRET[:8] not in quote(Untrusted(SECRET[:6] + "\u200b" + SECRET[6:]))


def test_a_private_key_over_many_lines_is_one_secret():
    lines = ["-----BEGIN PRIV" + "ATE KEY-----", "aB3" * 20, "aB3" * 20, "-----END PRIV" + "ATE KEY-----", "next line"]

    assert fence([Untrusted(line) for line in lines]).split("\n")[1:-1] == ["[masked: private key]", "next line"]


def test_our_own_text_is_cleaned_and_outside_text_is_quoted():
    assert plain("ready\x1b[0m now") == "ready now"
    assert plain(Untrusted("ready")) == "«ready»"


def test_scrubbed_text_is_still_outside_text():
    scrubbed = scrub(Untrusted(f"a\n{SECRET} «b»"))

    assert open_untrusted(scrubbed) == "a [masked: AWS access key] ‹b›"


def test_no_lines_make_no_block():
    assert fence([]) == ""


@pytest.mark.parametrize("name", ["open_untrusted", "_raw"])
def test_only_the_text_room_opens_outside_text(name: str):
    root = Path(incident_mcp.__file__).parent
    rooms = {"text", "vocabulary"}
    opened = [
        path.relative_to(root)
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] not in rooms and name in _names(path)
    ]

    assert not opened


def _names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return attributes | imported
