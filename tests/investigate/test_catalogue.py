"""The catalogue for a reader: the page in the docs, and `incident-mcp explain`."""

import re

import pytest

from incident_mcp.investigate.catalogue import CATALOGUE
from incident_mcp.investigate.find import find, find_chains
from incident_mcp.investigate.pages import page
from incident_mcp.investigate.silence import silence
from tests.cli.running import ROOT, incident_mcp
from tests.investigate.faults.fault import API, api
from tests.investigate.observations import crashing, node, observation, pod

PAGE = ROOT / "docs" / "findings.md"


def test_the_page_in_the_docs_is_current() -> None:
    """To bring it up to date: python -c 'from incident_mcp.investigate.pages import page; print(page(), end="")'."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("kind", CATALOGUE, ids=[kind.code for kind in CATALOGUE])
def test_a_kind_is_told_in_a_title_and_a_sentence(kind: object) -> None:
    code, cause, title, means = (getattr(kind, name) for name in ("code", "cause", "title", "means"))
    assert re.fullmatch(r"INC[1-9]\d\d", code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cause)
    assert title[0].isupper()
    assert not title.endswith(".")
    assert means.endswith((".", "?"))
    assert "|" not in title + means


async def test_a_code_is_explained_by_its_code_or_its_word() -> None:
    by_code, by_word = await incident_mcp("explain", "inc143"), await incident_mcp("explain", "webhook-down")
    assert by_code.returncode == 0
    assert by_code.stdout == by_word.stdout
    assert by_code.stdout.startswith("INC143  webhook-down\nAn admission webhook does not answer.\n")


async def test_a_word_that_is_none_is_answered_with_near_ones() -> None:
    done = await incident_mcp("explain", "crashlop")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "There is no finding 'crashlop'. Did you mean crash-loop? incident-mcp explain lists them.\n"
    )


async def test_without_a_code_all_are_listed() -> None:
    done = await incident_mcp("explain")
    assert len(done.stdout.splitlines()) == len(CATALOGUE)


@pytest.mark.parametrize(
    "line", ["INC101", "INC101 shop", "INC101 sh*", "INC101 shop/api", "INC101 */a*"], ids=lambda line: line
)
def test_what_is_silenced_is_not_told(line: str) -> None:
    seen = observation(api(), pod("api", "api-1", crashing()))
    assert [each.target for each in find(seen)] == [API]
    assert find_chains(seen, [silence(line)]) == []


@pytest.mark.parametrize("line", ["INC102", "INC101 payments", "INC101 shop/web"])
def test_a_silence_covers_nothing_else(line: str) -> None:
    seen = observation(api(), pod("api", "api-1", crashing()))
    assert len(find(seen, [silence(line)])) == 1


def test_an_object_without_namespace_is_silenced_by_its_code() -> None:
    seen = observation(node("node-2", ready=True, unschedulable=True))
    assert find(seen, [silence("INC404")]) == []
    assert find(seen, [silence("INC404 */node-2")]) == []
