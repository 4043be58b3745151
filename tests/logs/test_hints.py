"""Before a pattern is tried, its cause's hints are looked for: whatever fits the pattern must hold one of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_mcp.logs.recognisers import RECOGNISERS
from incident_mcp.vocabulary.untrusted import Untrusted

WRITTEN = [(known.hints, pattern) for known in RECOGNISERS for pattern in known.patterns]
ASCII = st.characters(min_codepoint=32, max_codepoint=126)


@pytest.mark.parametrize(("hints", "pattern"), WRITTEN)
def test_whatever_a_pattern_fits_holds_a_hint(hints: tuple[str, ...], pattern: str) -> None:
    @settings(max_examples=8, deadline=None, database=None)
    @given(st.from_regex(pattern, alphabet=ASCII))
    def holds(text: str) -> None:
        assert Untrusted(text).mentioned(hints)

    holds()
