"""What the examples show is what a newcomer sees.

After a change on purpose: `UPDATE_EXAMPLES=1 pytest tests/examples`, and read the diff.
"""

import os
from pathlib import Path

import pytest

from incident_sandbox import scenario_names
from tests.examples.playing import FOLDER, names, replayed

LONGEST = 60
"""Lines of a transcript."""


def test_each_scenario_has_an_example_with_its_words() -> None:
    assert names() == [name for name in scenario_names() if name != "healthy"]
    index = (FOLDER / "README.md").read_text()
    for name in names():
        words = (FOLDER / name / "README.md").read_text()
        assert f"incident-mcp assess --sandbox {name}" in words
        assert f"({name}/README.md)" in index


@pytest.mark.parametrize("name", names())
def test_the_transcript_is_true(name: str, tmp_path: Path) -> None:
    path = FOLDER / name / "transcript.txt"
    today = replayed(name, tmp_path)
    if os.environ.get("UPDATE_EXAMPLES"):
        path.write_text(today)
    assert today == path.read_text()
    assert len(today.splitlines()) <= LONGEST
