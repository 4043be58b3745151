"""Follow-ups: filed once, told truly, linked in the postmortem; and the meeting's invitation by mail."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from mcp.types import ElicitResult

from tests.cli.running import incident_mcp
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


async def report(told: Talk, **environment: str) -> dict[str, tuple[str, str]]:
    """What the report says of each follow-up, by its title."""
    named = told.here.terminal | {"INCIDENT_KUBECONFIG": str(told.here.sandbox.kubeconfig)} | environment
    done = await incident_mcp("incidents", "report", "--json", environment=named)
    assert done.returncode == 0, done.stderr
    return {one["filed"]["title"]: (one["state"], one["why"]) for one in json.loads(done.stdout)["follow_ups"]}


async def test_the_report_says_which_follow_ups_are_really_done(tmp_path: Path) -> None:
    variable, probe, talks = "Give PAYMENT_URL to password=hunter2hunter2", "Add a probe", "Talk about releases"
    checks = {variable: "inc104 Deployment shop/checkout", probe: "HYG101 Deployment shop/checkout"}
    async with talk(tmp_path, channels=("github",)) as told:
        for wrong, words in (
            ({"Another": checks[probe]}, "No item is called 'Another'"),
            ({probe: "INC999 Deployment shop/checkout"}, "There is no rule INC999"),
            ({probe: "HYG101 shop/checkout"}, "is no check"),
        ):
            assert words in await told.refused("create_follow_ups", items=[probe], checks=wrong)
        told.answers.append(ElicitResult(action="accept", content={f"send_{number}": True for number in (1, 2, 3)}))
        done = await told.here.call("create_follow_ups", items=[variable, probe, talks], checks=checks)
        assert data_of(done)["changed"] is True
        bodies = [issue["body"] for issue in told.github.issues]
        assert "Done when INC104 on Deployment shop/checkout is found no more." in bodies[0]
        before = await report(told)
        masked = next(title for title in before if "PAYMENT_URL" in title)
        assert "hunter2" not in masked
        assert before[masked] == ("not done", "INC104 on Deployment shop/checkout is still found")
        assert before[talks] == ("not checked", "it carries no check")
        await told.here.rollback()
        await told.here.call("verify_fix", kind="Deployment", namespace="shop", name="checkout")
        assert (await report(told))[masked] == ("done", "INC104 on Deployment shop/checkout is found no more")
        away = await report(told, INCIDENT_KUBECONFIG="/nowhere")
        assert away[masked][0] == "not checked"
        assert "/nowhere" in away[masked][1]


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
