"""The words in `prompts/`: whole, short, and true to the code and to the seed."""

from datetime import timedelta

import pytest

from incident_mcp.text.templates import load, names, prompt, render
from incident_mcp.vocabulary.severity import LEVELS, Severity

OFFERED = tuple(name for name in names() if name != "instructions")
"""What a client may ask for; the instructions come with the server."""


@pytest.mark.parametrize("name", OFFERED)
def test_a_prompt_says_what_it_is_and_what_each_argument_means(name: str):
    read = load(name)

    assert 3 <= len(read.title) <= 40
    assert 10 <= len(read.description) <= 150
    assert all(argument.name and len(argument.description) > 10 for argument in read.arguments)


@pytest.mark.parametrize("name", OFFERED)
def test_a_prompt_can_be_filled_with_all_of_its_arguments_and_with_none(name: str):
    given = {argument.name: f"given-{argument.name}" for argument in load(name).arguments}
    filled = render(name, **given)

    assert all(value in filled for value in given.values())
    assert "{{" not in render(name)


@pytest.mark.parametrize("name", names())
def test_a_prompt_is_short_and_says_nothing_invisible(name: str):
    text = prompt(name)

    assert len(text) < 3000
    assert text.replace("\n", "").isprintable()


def test_the_incident_prompt_walks_from_opening_to_the_postmortem_in_order():
    text = prompt("incident")
    steps = ["open_incident", "assess_incident", "update_incident", "preview_change", "verify_fix", "write_postmortem"]

    places = [text.index(f"`{step}`") for step in steps]
    assert places == sorted(places)


def test_the_severity_table_says_what_the_code_says():
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in prompt("severity").partition("\n\n")[0].split("\n")
    ]

    assert rows[0] == ["Level", "Description", "Response Time", "Escalation"]
    assert [row[0] for row in rows[2:]] == list(Severity)
    times = {"Immediate": timedelta(), "15 minutes": timedelta(minutes=15), "1 hour": timedelta(hours=1)}
    for name, description, response, escalation in rows[2:]:
        level = LEVELS[Severity(name)]
        assert (level.description, level.escalation) == (description, escalation)
        assert level.response == times.get(response)


def test_every_prompt_that_shows_outside_text_says_that_it_is_data():
    for name in ("incident", "instructions", *names("handoffs")):
        assert "«" in prompt(name)
        assert "never" in prompt(name)
        assert "instruction" in prompt(name)
