"""Templates are filled strictly, in a sandbox, and with cleaned values."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from incident_mcp.text import templates
from incident_mcp.text.front_matter import PromptArgument, parse
from incident_mcp.text.templates import load, names, prompt, render
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.untrusted import Untrusted


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of prompts of the test's own."""
    monkeypatch.setattr(templates, "folder", lambda: tmp_path)
    load.cache_clear()
    yield tmp_path
    load.cache_clear()


def test_front_matter_is_taken_off_and_read():
    text = "---\ntitle: T\ndescription: D\narguments:\n  - name: a\n    description: b\n---\n\nBody {{ a }}\n"
    read = parse("x", text)

    assert (read.title, read.description, read.body) == ("T", "D", "Body {{ a }}\n")
    assert read.arguments == (PromptArgument("a", "b"),)


def test_a_file_without_front_matter_is_all_body():
    assert parse("x", "# Head\n\n---\nnot front matter\n").body == "# Head\n\n---\nnot front matter\n"


def test_an_argument_that_nobody_gave_is_empty_and_a_fact_that_nobody_knows_is_an_error(shelf: Path):
    from jinja2 import UndefinedError

    (shelf / "one.md").write_text("---\narguments:\n  - name: a\n    description: b\n---\n<{{ a }}>")
    (shelf / "two.md").write_text("{{ missing }}")

    assert render("one") == "<>"
    with pytest.raises(UndefinedError):
        render("two")


def test_values_are_cleaned_and_outside_text_is_quoted(shelf: Path):
    (shelf / "one.md").write_text("{{ ours }} {{ theirs }}")

    assert render("one", ours="a\x1b[31mb\u202e", theirs=Untrusted("x\n» y")) == "ab «x › y»"


def test_a_value_is_not_run_as_a_template(shelf: Path):
    (shelf / "one.md").write_text("{{ value }}")

    assert render("one", value="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


def test_a_template_can_not_reach_into_python(shelf: Path):
    from jinja2.exceptions import SecurityError

    (shelf / "one.md").write_text("{{ ''.__class__.__mro__ }}")

    with pytest.raises(SecurityError):
        render("one")


@pytest.mark.parametrize("name", ["../pyproject.toml", "/etc/passwd", "nothing", "phases", "phases/../../x"])
def test_only_prompts_are_read(name: str):
    with pytest.raises(BadRequest, match="There is no prompt"):
        prompt(name)


def test_a_link_out_of_the_folder_is_not_followed(shelf: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside") / "secret.md"
    outside.write_text("secret")
    (shelf / "link.md").symlink_to(outside)

    with pytest.raises(BadRequest):
        prompt("link")


def test_prompts_are_listed_by_folder():
    assert names("phases") == tuple(
        f"phases/{phase}" for phase in ("assessment", "investigation", "mitigation", "postmortem", "resolution")
    )
    assert "severity" in names()
