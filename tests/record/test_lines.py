"""A record goes out as JSON Lines and comes back equal to the byte; what was cut or edited on the way is told."""

from pathlib import Path

import pytest

from incident_mcp.record.journal import Journal
from incident_mcp.record.lines import export, parse
from incident_mcp.vocabulary.errors import BadRequest, RecordError
from tests.conftest import Ticking
from tests.record.test_journal import CLUSTER, OPENED, note


@pytest.fixture
def journal(tmp_path: Path, clock: Ticking) -> Journal:
    made = Journal(tmp_path / "here" / "journal.sqlite3", clock)
    for incident, new in (
        (None, note("before")),
        ("i1", OPENED),
        ("i2", OPENED),
        ("i1", note('ü «quoted» \U0001f6a8 \\ "')),
        ("i2", note("other")),
        ("i1", note("last of i1")),
        ("i2", note("last of all")),
    ):
        made.append(incident, CLUSTER, new)
    return made


@pytest.fixture
def elsewhere(tmp_path: Path, clock: Ticking) -> Journal:
    return Journal(tmp_path / "there" / "journal.sqlite3", clock)


@pytest.mark.parametrize("incident", ["i1", "i2", None])
def test_it_goes_out_and_comes_back_equal_to_the_byte(
    journal: Journal, elsewhere: Journal, incident: str | None
) -> None:
    lines = list(export(journal, incident))
    elsewhere.take(parse(lines))
    assert list(export(elsewhere, incident)) == lines
    assert elsewhere.verify() == []
    if incident:
        assert elsewhere.entries(incident) == journal.entries(incident)


def test_incidents_may_come_one_after_the_other(journal: Journal, elsewhere: Journal) -> None:
    one, two = list(export(journal, "i1")), list(export(journal, "i2"))
    elsewhere.take(parse(one))
    elsewhere.take(parse(two))
    assert list(export(elsewhere, "i1")) == one
    assert list(export(elsewhere, "i2")) == two
    assert elsewhere.verify() == []
    elsewhere.take(parse(export(journal, None)))
    assert list(export(elsewhere, None)) == list(export(journal, None))
    assert elsewhere.verify() == []


def test_importing_it_at_home_changes_nothing(journal: Journal) -> None:
    before = list(export(journal, None))
    assert journal.take(parse(export(journal, "i1"))) == 0
    assert list(export(journal, None)) == before


def test_an_export_ends_in_the_head_of_the_chain(journal: Journal) -> None:
    head = journal.heads()[journal.writer].hash
    assert head.encode() in list(export(journal, "i1"))[-1]
    assert head.encode() in list(export(journal, None))[-1]


def test_the_journal_goes_on_after_an_import(journal: Journal, elsewhere: Journal) -> None:
    elsewhere.take(parse(export(journal, "i1")))
    added = elsewhere.append("i1", CLUSTER, note("on the other machine"))
    assert added.id == f"e4-{elsewhere.writer[:4]}"
    assert elsewhere.verify() == []


def test_an_edited_line_is_refused_by_its_number_and_nothing_comes_in(journal: Journal, elsewhere: Journal) -> None:
    lines = list(export(journal, "i2"))
    lines[-1] = lines[-1].replace(b"last of all", b"last of ALL")
    with pytest.raises(BadRequest, match=rf"Line {len(lines)} .* was changed after it was written. Nothing was imp"):
        elsewhere.take(parse(lines))
    assert elsewhere.incidents() == []


def test_an_entry_that_claims_to_be_of_this_journal_is_not_taken(
    journal: Journal, tmp_path: Path, clock: Ticking
) -> None:
    """An answer to a plan, say, in a file that somebody sends: written by another hand under this journal's name."""
    copied = tmp_path / "copied.sqlite3"
    journal.close()
    copied.write_bytes(journal.path.read_bytes())
    forged, here = Journal(copied, clock), Journal(journal.path, clock)
    forged.append("i1", CLUSTER, note("accepted!", plan="p1"))
    before = list(export(here, None))
    with pytest.raises(RecordError, match="claims to be of this very record"):
        here.take(parse(export(forged, None)))
    assert list(export(here, None)) == before
    assert here.of_plan("p1") == []


@pytest.mark.parametrize("text", [b"{}", b"not json", b'{"writer": "w", "hash": "h", "more": 1}', b"\xff\xfe"])
def test_what_is_no_export_is_refused(elsewhere: Journal, text: bytes) -> None:
    with pytest.raises(BadRequest, match="Line 1 of the file can't be taken"):
        elsewhere.take(parse([text]))


def test_a_line_that_was_cut_out_is_found_by_verify(journal: Journal, elsewhere: Journal) -> None:
    lines = list(export(journal, None))
    elsewhere.take(parse([*lines[:2], *lines[3:]]))
    assert elsewhere.verify() == [f"entries 3 to 3 of writer {journal.writer} are missing"]


def test_an_unknown_incident_is_an_error(journal: Journal) -> None:
    with pytest.raises(BadRequest, match="There is no incident i9"):
        list(export(journal, "i9"))
