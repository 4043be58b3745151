"""Secrets never leave, ordinary log text stays readable, and no text can make masking slow."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from incident_mcp.text.masking import mask, mask_data
from incident_mcp.text.secrets import KINDS, Kind
from tests.text.secret_samples import ORDINARY, SAMPLES

MEGABYTE = 1_000_000
# Measured at half a second and less; read in quadratic time, a megabyte would take minutes.
PATIENCE_SECONDS = 5.0


@pytest.mark.parametrize(("kind", "text", "secret"), SAMPLES)
def test_a_secret_is_replaced_by_the_name_of_its_kind(kind: str, text: str, secret: str):
    masked = mask(text)

    assert secret not in masked
    assert f"[masked: {kind}]" in masked


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_log_text_stays_as_it_is(text: str):
    assert mask(text) == text


def test_every_kind_has_a_sample_and_there_are_more_than_forty():
    sampled = {kind for kind, _, _ in SAMPLES}

    assert {kind.name for kind in KINDS} == sampled
    assert len(sampled) > 40


def test_what_stands_around_a_secret_remains():
    assert mask("user=shop password=abc123 host=db") == "user=shop password=[masked: password] host=db"
    assert mask("postgres://shop:abc@db/x") == "postgres://shop:[masked: password in URL]@db/x"


@given(st.lists(st.sampled_from([text for _, text, _ in SAMPLES] + list(ORDINARY) + [" ", ";", '"', "="]), max_size=5))
def test_masking_twice_is_masking_once(parts: list[str]):
    once = mask(" ".join(parts))

    assert mask(once) == once


@given(st.sampled_from(SAMPLES), st.text(max_size=30), st.text(max_size=30))
def test_no_neighbour_on_another_line_saves_a_secret(sample: tuple[str, str, str], before: str, after: str):
    _, text, secret = sample

    assert secret not in mask(f"{before}\n{text}\n{after}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_long_line_made_against_a_kind_is_read_in_linear_time(kind: Kind):
    pieces = (*kind.hints, *(text for name, text, _ in SAMPLES if name == kind.name))
    for unit in (
        f"{piece[:cut]}{tail}" for piece in pieces for cut in (None, -1) for tail in ("", " ", "a0", "=", ":")
    ):
        text = unit * (MEGABYTE // 20 // max(len(unit), 1) + 1)
        _quickly(lambda text=text: kind.spans(text))


@pytest.mark.parametrize(
    "unit", ["a", "0", " ", "\\n", '"', "-", "://a:", "eyJ", "a.", "=", "ab=", "&key=", "x-", "\n", "@", "«"]
)
def test_a_line_of_a_megabyte_of_anything_is_read_in_linear_time(unit: str):
    _quickly(lambda: mask("password=" + unit * (MEGABYTE // len(unit))))


def _quickly(read: Callable[[], object]) -> None:
    began = time.perf_counter()
    read()
    assert time.perf_counter() - began < PATIENCE_SECONDS


def test_structured_data_is_masked_in_texts_and_under_keys_that_name_a_secret():
    value: JsonValue = {
        "user": "shop",
        "DB_PASSWORD": "abc",
        "nested": [{"clientSecret": "x", "Authorization": "Basic y", "pin": "keep"}, "password=abc"],
        "replicas": 3,
        "token": None,
        "automountServiceAccountToken": False,
        "env": [{"name": "API_KEY", "value": "abc"}, {"name": "MODE", "value": "fast"}],
        "secret": {"secretName": "checkout-db"},
    }

    assert mask_data(value) == {
        "user": "shop",
        "DB_PASSWORD": "[masked: secret]",
        "nested": [
            {"clientSecret": "[masked: secret]", "Authorization": "[masked: secret]", "pin": "keep"},
            "password=[masked: password]",
        ],
        "replicas": 3,
        "token": None,
        "automountServiceAccountToken": False,
        "env": [{"name": "API_KEY", "value": "[masked: secret]"}, {"name": "MODE", "value": "fast"}],
        "secret": {"secretName": "checkout-db"},
    }


def test_a_secret_object_shows_its_keys_and_no_value():
    assert mask_data({"kind": "Secret", "data": {"user": "YQ==", "n": 1}, "metadata": {"name": "db"}}) == {
        "kind": "Secret",
        "data": {"user": "[masked: secret]", "n": "[masked: secret]"},
        "metadata": {"name": "db"},
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("token"), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_masked_data_stays_masked_and_keeps_its_keys(value: JsonValue):
    once = mask_data(value)

    assert mask_data(once) == once
    if isinstance(value, dict):
        assert isinstance(once, dict)
        assert list(once) == list(value)
