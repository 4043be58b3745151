"""Services that are ill: for each fault the answer says truly what was sent, nothing is sent twice, and what could not
be known is *unknown*.
"""

from pathlib import Path
from typing import Any, Literal

import pytest

from tests.communicate.services import Fault, Local
from tests.communicate.telling import Talk, talk
from tests.surface.world import ACCEPT as APPROVED
from tests.surface.world import data_of

CAME: dict[Fault, str] = {
    "busy": "sent",
    "busy for long": "not sent",
    "500 before": "unknown",
    "500 after": "sent",
    "drop before": "unknown",
    "drop after": "sent",
    "cut after": "sent",
    "slow": "sent",
    "html": "unknown",
    "wrong token": "not sent",
    "error inside": "unknown",
}
"""What can be said of the message; where it was carried out, the service is asked and knows it."""
WORDS = {"Post to Slack #incidents": "slack", "Publish on the status page": "statuspage"}


def arrived(told: Talk) -> dict[str, list[str]]:
    """The markers of what each service holds."""
    slack = [one["metadata"]["event_payload"]["marker"] for one in told.slack.messages]
    pages = [str(up) for one in told.page.incidents.values() for up in one["incident_updates"]]
    return {"slack": slack, "statuspage": pages}


@pytest.mark.parametrize("which", ["slack", "statuspage"])
async def test_what_came_of_each_message_is_told_truly(tmp_path: Path, which: Literal["slack", "statuspage"]) -> None:
    async with talk(tmp_path) as told:
        ill: Local = told.slack if which == "slack" else told.page
        for number, (fault, came) in enumerate(CAME.items()):
            ill.faults.append(fault)
            before, tries = arrived(told), len(ill.writes)
            done = await told.post(impact=f"Trouble number {number}.", to=["slack", "statuspage"])
            after = arrived(told)
            lines = told_of(done)
            assert lines[which].startswith(came), (fault, done)
            assert lines["statuspage" if which == "slack" else "slack"] == "sent", (fault, done)
            gained = len(after[which]) - len(before[which])
            assert gained == (1 if came == "sent" else 0), (fault, done)
            assert len(ill.writes) - tries == (2 if fault == "busy" else 1), fault
            assert done["changed"] == ("unknown" if came == "unknown" else True), fault
            assert ill.faults == []
        sent = [entry.data["channel"] for entry in told.sent()]
    good = sum(came == "sent" for came in CAME.values())
    kinds = {"slack": "Slack channel", "statuspage": "status page"}
    assert sent.count(kinds[which]) == good
    assert len(sent) == good + len(CAME)


def told_of(done: dict[str, Any]) -> dict[str, str]:
    """`unknown, sent but not confirmed ...` for each channel."""
    text = done["summary"][0]
    found: dict[str, str] = {}
    for words, name in WORDS.items():
        after = text.partition(f"{words}: ")[2]
        found[name] = min((after.partition(f"{other}: ")[0] for other in WORDS), key=len).strip().rstrip(".")
    return found


@pytest.mark.parametrize("tracker", ["github", "jira"])
async def test_what_came_of_each_ticket_is_told_truly(tmp_path: Path, tracker: str) -> None:
    async with talk(tmp_path, channels=(tracker,)) as told:
        ill: Local = told.github if tracker == "github" else told.jira
        for number, (fault, came) in enumerate(CAME.items()):
            ill.faults.append(fault)
            tries, before = len(ill.writes), len(told.github.issues) + len(told.jira.tickets)
            done = data_of(await told.here.call("create_follow_ups", items=[f"Item number {number}"]))
            gained = len(told.github.issues) + len(told.jira.tickets) - before
            assert done["changed"] == {"sent": True, "unknown": "unknown", "not sent": False}[came], (fault, done)
            assert gained == (1 if came == "sent" else 0), (fault, done)
            assert len(ill.writes) - tries == (2 if fault == "busy" else 1), fault
        filed = [str(entry.data["id"]) for entry in told.sent()]
    good = sum(came == "sent" for came in CAME.values())
    assert len(filed) == len({*filed}) == good


async def test_slack_says_no_with_status_200_and_nothing_counts_as_sent(tmp_path: Path) -> None:
    async with talk(tmp_path, channels=("slack",)) as told:
        for code, words in (
            ("not_in_channel", "Invite the bot into the channel"),
            ("is_archived", "is_archived"),
            ("internal_error", "Look into Slack #incidents"),
        ):
            told.slack.refuses = code
            done = await told.post(APPROVED, impact=f"Trouble: {code.replace('_', ' ')}.", to=["slack"])
            assert words in done["summary"][0]
            assert done["changed"] == ("unknown" if code == "internal_error" else False)
        assert told.slack.messages == []
        assert told.sent() == []


async def test_what_nobody_knows_is_found_out_later_and_not_sent_again_by_itself(tmp_path: Path) -> None:
    async with talk(tmp_path, channels=("slack",)) as told:
        told.slack.faults.append("drop before")
        assert (await told.post(APPROVED))["changed"] == "unknown"
        assert "nobody knows whether the last message went out" in await told.refused()
        told.here.clock.forward(seconds=200)
        await told.here.call("get_incident")
        last = [entry for entry in told.here.entries() if entry.kind == "outcome"][-1]
        assert last.text.startswith("Told from the service: Not sent."), last.text
        assert told.slack.messages == []
        assert (await told.post(APPROVED))["changed"] is True
        assert len(told.slack.messages) == 1


async def test_a_message_that_was_found_later_is_noted_then(tmp_path: Path) -> None:
    async with talk(tmp_path, channels=("slack",)) as told:
        asked: list[str] = []
        read = told.slack.read

        def away(path: str, query: dict[str, str]) -> Any:
            asked.append(path)
            raise ConnectionError

        told.slack.read = away
        told.slack.faults.append("drop after")
        assert (await told.post(APPROVED))["changed"] == "unknown"
        assert asked == ["/conversations.history"] * 2  # a broken connection is tried once more, for a look
        assert told.sent() == []
        told.slack.read = read
        await told.here.call("get_incident")
        [entry] = told.sent()
        assert entry.data["id"] == told.slack.messages[0]["ts"]
        assert "has it already" in await told.refused()
        state = data_of(await told.here.call("get_incident"))
    assert "sent." in state["plans"][0]["outcome"]
    assert len(told.slack.messages) == 1
