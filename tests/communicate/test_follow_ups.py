"""Follow-ups: filed once, told truly, linked in the postmortem; and the meeting's invitation by mail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.communicate.telling import ALL, Talk, talk
from tests.communicate.test_email import Mailbox, place, serving
from tests.surface.world import ACCEPT, data_of

ITEMS = ["Add PAYMENT_URL to ConfigMap shop/checkout-config", "Set maxUnavailable below 100%"]


async def create(told: Talk, **arguments: Any) -> dict[str, Any]:
    told.answers.append(ALL if len(arguments.get("items", ())) > 1 else ACCEPT)
    return data_of(await told.here.call("create_follow_ups", **arguments))


@pytest.mark.parametrize("tracker", ["github", "jira"])
async def test_items_are_filed_once_and_stand_in_the_postmortem(tmp_path: Path, tracker: str) -> None:
    async with talk(tmp_path, channels=("github", "jira")) as told:
        done = await create(told, items=ITEMS, to=tracker)
        assert done["changed"] is True, done
        again = await told.refused("create_follow_ups", items=[ITEMS[0].upper(), ITEMS[1]], to=tracker)
        assert again.count("filed already") == 2
        written = data_of(await told.here.call("write_postmortem"))
        [path] = (tmp_path / "postmortems").glob("*.md")
        text = path.read_text()
        filed = told.github.issues if tracker == "github" else told.jira.tickets
        assert len(filed) == 2, written
    address = "https://github.example/acme/incidents/issues/2" if tracker == "github" else "/browse/OPS-2"
    assert address in text
    titles = [one["title"] if tracker == "github" else one["summary"] for one in filed]
    assert titles == ITEMS


@pytest.mark.parametrize("tracker", ["github", "jira"])
async def test_a_ticket_whose_answer_is_lost_is_looked_for_and_not_filed_twice(tmp_path: Path, tracker: str) -> None:
    async with talk(tmp_path, channels=(tracker,)) as told:
        local = told.github if tracker == "github" else told.jira
        local.faults.append("drop after")
        assert (await create(told, items=ITEMS[:1]))["changed"] is True
        told.jira.lags = True
        local.faults.append("drop after" if tracker == "jira" else "drop before")
        assert (await create(told, items=ITEMS[1:]))["changed"] == "unknown"
        assert "nobody knows yet" in await told.refused("create_follow_ups", items=ITEMS[1:])
        told.jira.lags = False
        told.here.clock.forward(minutes=10)
        await told.here.call("get_incident")
        if tracker == "github":
            assert (await create(told, items=ITEMS[1:]))["changed"] is True
        else:
            assert "filed already" in await told.refused("create_follow_ups", items=ITEMS[1:])
        assert len(told.github.issues) + len(told.jira.tickets) == 2


async def test_secrets_do_not_reach_a_tracker(tmp_path: Path) -> None:
    async with talk(tmp_path, channels=("github",)) as told:
        await create(told, items=["Rotate password=hunter2hunter2 at once"])
        assert "hunter2" not in str(told.github.issues)
        assert len(told.github.issues) == 1


async def test_the_meeting_is_mailed_as_an_invitation_to_those_who_are_named(tmp_path: Path) -> None:
    at = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0, tzinfo=None)
    mailbox = Mailbox()
    with serving(mailbox) as controller:
        async with talk(tmp_path, channels=(), email=place(controller)) as told:
            assert "wants the mail addresses" in await told.refused("create_follow_ups", meeting=at.isoformat())
            assert "in the next 90 days" in await told.refused(
                "create_follow_ups", meeting="2020-01-01", invite=["bo@example.com"]
            )
            done = await create(told, meeting=at.isoformat(), invite=["bo@example.com", "cy@example.com"])
            assert done["changed"] is True, done
    [mail] = mailbox.mails
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    [event] = Calendar.from_ical(body.decode()).walk("VEVENT")
    assert event.decoded("dtstart") == at.replace(tzinfo=UTC)
    guests: Any = event["attendee"]
    assert [str(one) for one in guests] == ["MAILTO:bo@example.com", "MAILTO:cy@example.com"]
    assert len(told.here.questions) == 1
