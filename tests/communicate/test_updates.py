"""An update as a person meets it: drafted, shown, ticked channel by channel, sent once, and told truly."""

from pathlib import Path

from mcp.types import ElicitResult

from tests.communicate.telling import ALL, IMPACT, talk
from tests.surface.world import DECLINE, data_of


async def test_an_update_goes_out_on_each_channel_that_was_ticked_and_once(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        page = await told.shown()
        assert told.slack.writes == told.page.writes == []
        done = await told.post()
        assert done["changed"] is True, done
        [message], [incident] = told.slack.messages, told.page.incidents.values()
        sent = told.sent()
    for line in (*message["text"].splitlines(), *incident["incident_updates"][0]["body"].splitlines()):
        assert line.strip() in page
    assert f"Impact: {IMPACT}" in message["text"]
    assert "ETA: none yet" in message["text"]
    assert "Next update: by " in message["text"]
    assert incident["incident_updates"][0]["body"].startswith("We are looking into a problem since ")
    assert "ETA: none yet" in incident["incident_updates"][0]["body"]
    assert [entry.data["channel"] for entry in sent] == ["Slack channel", "status page"]
    assert "Post to Slack #incidents: sent. Publish on the status page: sent." in done["summary"][0]


async def test_a_box_that_is_not_ticked_sends_nothing(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        done = await told.post(ElicitResult(action="accept", content={"send_2": True}))
        assert told.slack.messages == []
        assert len(told.page.incidents) == 1
        assert "Post to Slack #incidents: left out, as the person chose." in done["summary"][0]
        none = await told.post(ElicitResult(action="accept", content={"send_1": False, "send_2": False}), eta="at noon")
        assert none["changed"] is False
        assert told.slack.messages == []
    [form] = told.here.forms[:1]
    assert [field["title"] for field in form["properties"].values()] == [
        "Post to Slack #incidents", "Publish on the status page",
    ]  # fmt: skip
    assert not form.get("required")


async def test_a_declined_update_is_not_sent(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        assert (await told.post(DECLINE))["changed"] is False
        assert told.slack.writes == told.page.writes == []
        assert told.sent() == []


async def test_the_incidents_messages_make_one_thread_and_one_incident_of_the_page(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        await told.post()
        await told.here.call("record_entry", kind="fix", text="1.43 is out")
        await told.post(status="monitoring", components={"Checkout": "partial_outage"})
        first, second = told.slack.messages
        [incident] = told.page.incidents.values()
    assert second["thread_ts"] == first["ts"]
    assert [one["status"] for one in incident["incident_updates"]] == ["monitoring", "investigating"]
    assert incident["components"] == {"cmp1": "partial_outage"}


async def test_an_edited_update_goes_out_as_edited_with_both_texts_in_the_record(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        await told.shown()
        await told.post(public="We see failing payments.\nImpact: half of them fail. Next update by noon.")
        [incident] = told.page.incidents.values()
        plans = [entry for entry in told.here.entries() if entry.kind == "plan"]
        told.answers.clear()
    assert incident["incident_updates"][0]["body"].startswith("We see failing payments.")
    drafted, edited = (str(entry.data["texts"]) for entry in plans)
    assert "We are looking into a problem" in drafted
    assert "We see failing payments." in edited


async def test_what_is_not_set_up_is_said_once_and_can_be_copied(tmp_path: Path) -> None:
    async with talk(tmp_path, channels=("slack",)) as told:
        page = await told.shown()
        assert "Not set up: status page and e-mail. To copy:" in page
        assert "We are looking into a problem" in page
        await told.post(ElicitResult(action="accept", content={"approve": True}))
        assert "Not set up" not in await told.shown(impact="It is worse: nobody can pay.")
        assert "Not set up: status page. To copy: We are" in await told.refused(to=["statuspage"])
    async with talk(tmp_path / "none", channels=()) as told:
        refused = await told.refused()
    assert "No channel is set up" in refused
    assert "We are looking into a problem" in refused


async def test_the_same_words_are_not_sent_twice_by_a_second_call(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        await told.post()
        assert "Everybody has this update" in await told.refused()
        assert len(told.slack.messages) == len(told.page.incidents) == 1


async def test_an_update_about_an_incident_that_is_over_can_still_go_out(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        await told.here.call("close_incident", reason="it was a drill")
        assert (await told.post(ALL))["changed"] is True


async def test_news_while_the_question_is_on_the_screen_stops_the_text(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        await told.here.call("update_incident", severity="SEV-2")
        shown = data_of(
            await told.here.call(
                "preview_change", tool="post_update", arguments={"status": "investigating", "impact": IMPACT}
            )
        )
        await told.here.call("update_incident", severity="SEV-1")
        done = await told.post()
    assert done["plan"] != shown["plan"]
