"""`/incident` in the real Claude Code, on the sandbox: what the person sees, answers and finds afterwards."""

from pathlib import Path

import pytest

from incident_mcp.vocabulary.entry import Entry, EntryKind
from tests.client.claude_code import FORM, NEW, OLD, Place, this_repository
from tests.client.model import Block, Step, call, say, scripted

OURS = "mcp__incident__"
CHECKOUT = {"kind": "Deployment", "namespace": "shop", "name": "checkout"}
ROLLBACK = {**CHECKOUT, "revision": 6}
GIVES_UP = "10000"
"""Milliseconds after which the client gives up on a call."""
ASK = [say("I ask for it now."), call(OURS + "rollback_workload", **ROLLBACK)]
OPENING: tuple[Step, ...] = (
    [say("Opening."), call(OURS + "open_incident", title="checkout is down")],
    [call(OURS + "assess_incident")],
    [
        call(OURS + "update_incident", severity="SEV-2"),
        call(OURS + "preview_change", tool="rollback_workload", arguments=ROLLBACK),
    ],
    ASK,
)
CLOSING: tuple[Step, ...] = (
    [say("Rolled back. Verifying."), call(OURS + "verify_fix", **CHECKOUT)],
    [call(OURS + "update_incident", status="resolved", reason="recovered"), call(OURS + "write_postmortem")],
    [say("The postmortem is written.")],
)


def told(answers: str) -> list[Block]:
    """The model repeats what the tool answered."""
    return [say(f"TOLD {answers[:1500]}")]


def of_kind(here: Place, kind: EntryKind) -> list[Entry]:
    return [entry for entry in here.entries() if entry.kind is kind]


def nothing_was_changed(here: Place) -> bool:
    return not [entry for entry in here.entries() if entry.kind in (EntryKind.INTENT, EntryKind.OUTCOME)]


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_yes_in_the_form_rolls_back_and_ends_with_the_postmortem(tmp_path: Path, version: str) -> None:
    here = this_repository(tmp_path, version)
    with scripted(*OPENING, *CLOSING) as model, here.with_a_person(model, size=(80, 24)) as terminal:
        terminal.type("/incident checkout is down")
        screen = terminal.shows(FORM)
        terminal.accept()
        terminal.shows("The postmortem is written")
    plan = of_kind(here, EntryKind.PLAN)[0].plan
    lines = [line.strip() for line in screen.splitlines()]
    assert "sandbox: roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41)" in lines
    assert any(line.startswith("3 pods replaced, none ready at ") for line in lines)
    assert any(line.startswith(f"Advisory. Plan {plan}, until ") for line in lines)
    assert {"❯ * Roll back shop/checkout to 6: ☐", "Accept    Decline"} <= {*lines}
    assert "…" not in screen.partition(FORM)[2]
    assert [entry.data["said"] for entry in of_kind(here, EntryKind.ANSWER)] == ["accepted"]
    assert [entry.data["status"] for entry in of_kind(here, EntryKind.OUTCOME)] == ["applied"]
    assert of_kind(here, EntryKind.VERDICT)[0].data["verdict"] == "recovered"
    (postmortem,) = here.postmortems
    assert f"plan {plan}" in postmortem.read_text()
    assert "9 workloads" in model.heard()  # the inline status
    assert "Reported: checkout is down" in model.heard()


@pytest.mark.parametrize("version", [OLD, NEW])
def test_escape_and_decline_change_nothing(tmp_path: Path, version: str) -> None:
    here = this_repository(tmp_path, version)
    again = [say("Nothing was changed. Asking again."), ASK[1]]
    with scripted(*OPENING, again, told) as model, here.with_a_person(model) as terminal:
        terminal.type("/incident checkout is down")
        terminal.shows(FORM)
        terminal.escape()
        terminal.shows("Asking again")
        terminal.shows(FORM)
        terminal.decline()
        terminal.shows("TOLD")
    assert [entry.data["said"] for entry in of_kind(here, EntryKind.ANSWER)] == ["cancelled", "declined"]
    assert "Declined in the chat" in model.heard()
    assert nothing_was_changed(here)


def test_the_older_client_takes_the_form_away_when_it_gives_up_and_nothing_is_changed(tmp_path: Path) -> None:
    here = this_repository(tmp_path, OLD)
    here.more["MCP_TOOL_TIMEOUT"] = GIVES_UP
    later = [say("No answer came in time.")], [call(OURS + "get_incident")], told
    with scripted(*OPENING, *later) as model, here.with_a_person(model) as terminal:
        terminal.type("/incident checkout is down")
        terminal.shows(FORM)
        assert FORM not in terminal.shows("No answer came in time")
        terminal.type("what became of it?")
        terminal.shows("TOLD")
    assert not [entry for entry in of_kind(here, EntryKind.ANSWER) if entry.data["said"] == "accepted"]
    assert nothing_was_changed(here)


def test_a_yes_after_the_client_gave_up_changes_nothing_and_the_assistant_can_learn_it(tmp_path: Path) -> None:
    here = this_repository(tmp_path, NEW)
    here.more["MCP_TOOL_TIMEOUT"] = GIVES_UP
    later = [say("No answer came in time.")], [call(OURS + "get_incident")], told
    with scripted(*OPENING, *later) as model, here.with_a_person(model) as terminal:
        terminal.type("/incident checkout is down")
        terminal.shows(FORM)
        terminal.shows("No answer came in time")
        terminal.accept()
        terminal.type("what became of it?")
        terminal.shows("TOLD")
    (answer,) = of_kind(here, EntryKind.ANSWER)
    assert (answer.data["said"], answer.data["counts"]) == ("accepted", False)
    assert "too late to count" in model.heard().partition("what became of it?")[2]
    assert nothing_was_changed(here)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_without_a_person_nothing_is_changed_and_the_answer_says_who_approves(tmp_path: Path, version: str) -> None:
    here = this_repository(tmp_path, version)
    with scripted(*OPENING, told) as model:
        printed = here.without_a_person(model, "/incident checkout is down", "--permission-mode", "default")
    # A busy machine answers in the person's place as slowly as a person: then it counts as a cancel.
    assert "approval required" in printed or "Cancelled, not answered" in printed
    assert nothing_was_changed(here)
