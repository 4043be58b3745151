"""Where the postmortem may be written: inside the chosen folder, and never over anything."""

import os
from pathlib import Path

import pytest

from incident_mcp.postmortem import file
from incident_mcp.postmortem.file import write
from incident_mcp.vocabulary.errors import IncidentError

NAME = "2026-11-24-checkout-is-down"


def test_the_folder_is_made_and_the_file_carries_date_and_slug(tmp_path: Path):
    path = write(tmp_path / "work" / "postmortems", NAME, "text\n")

    assert path == tmp_path / "work" / "postmortems" / f"{NAME}.md"
    assert path.read_text() == "text\n"


def test_an_existing_file_stays_and_the_next_one_gets_a_number(tmp_path: Path):
    paths = [write(tmp_path, NAME, text) for text in ("one", "two", "three")]

    assert [path.name for path in paths] == [f"{NAME}.md", f"{NAME}-2.md", f"{NAME}-3.md"]
    assert [path.read_text() for path in paths] == ["one", "two", "three"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", "a\\b", "", ".", "..", "X", "a\n", "a.md", "x" * 200, "-x"])
def test_a_name_that_is_no_slug_is_refused(tmp_path: Path, name: str):
    with pytest.raises(IncidentError, match="no name for a postmortem"):
        write(tmp_path / "in", name, "text")

    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_file_s_place_is_not_followed(tmp_path: Path):
    folder, outside = tmp_path / "in", tmp_path / "outside.md"
    folder.mkdir()
    (folder / f"{NAME}.md").symlink_to(outside)

    assert write(folder, NAME, "text").name == f"{NAME}-2.md"
    assert not outside.exists()


def test_a_link_in_the_folder_s_place_is_refused(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "in").symlink_to(outside)

    with pytest.raises(IncidentError, match="is a link"):
        write(tmp_path / "in", NAME, "text")
    assert list(outside.iterdir()) == []


def test_a_link_that_appears_after_the_check_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "in").symlink_to(outside)
    monkeypatch.setattr(Path, "is_symlink", lambda self: False)  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType]

    with pytest.raises(IncidentError, match="can't be written"):
        write(tmp_path / "in", NAME, "text")
    assert list(outside.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_a_clear_error(tmp_path: Path):
    (tmp_path / "in").write_text("a file")

    with pytest.raises(IncidentError, match="can't be written") as failure:
        write(tmp_path / "in", NAME, "text")
    assert "No postmortem was written" in str(failure.value)
    assert "setting `postmortems`" in str(failure.value)


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.os, "fsync", full)

    with pytest.raises(IncidentError, match="No space left on device"):
        write(tmp_path, NAME, "text")
    assert list(tmp_path.iterdir()) == []


def test_too_many_of_one_name_are_refused(tmp_path: Path):
    for number in range(1, 100):
        (tmp_path / (f"{NAME}.md" if number == 1 else f"{NAME}-{number}.md")).touch()

    with pytest.raises(IncidentError, match="exist"):
        write(tmp_path, NAME, "text")


def test_no_descriptor_is_left_open(tmp_path: Path):
    before = len(os.listdir("/proc/self/fd"))
    write(tmp_path, NAME, "text")

    assert len(os.listdir("/proc/self/fd")) == before
