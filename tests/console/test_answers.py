"""A person beside the chat reads, approves, declines and stops in a real browser; the assistant's same call follows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, expect

from incident_mcp.gate.approvers import Approvers
from tests.communicate.telling import IMPACT, talk
from tests.console.browser import Shown, browsing, inside, shown
from tests.surface.test_approval import untouched
from tests.surface.world import World, at_once, data_of, text_of, world

SECRET = "correct horse battery"


@asynccontextmanager
async def beside(home: Path, *policy: str) -> AsyncGenerator[tuple[World, Shown]]:
    """A world whose client can't ask, with a plan that waits, ada's passphrase, and a console beside it."""
    async with world(home, "2026-07-28", None, policy=at_once(home, *policy), user="ada") as here:
        Approvers(home).set("ada", SECRET)
        async with shown(here.settings, here.clock) as console:
            assert f"in the console: {console.address}plans/" in text_of(await here.rollback())
            yield here, console


async def answer(page: Page, secret: str) -> None:
    await page.get_by_label("passphrase").fill(secret)
    await page.get_by_role("button", name="Approve exactly this").click()


async def test_what_is_approved_in_the_console_is_carried_out_by_the_same_call_and_appears_by_itself(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path) as (here, console), inside(console) as page:
        await expect(page.locator(".diff")).to_contain_text("image checkout:1.42 -> 1.41")
        await answer(page, SECRET)
        await expect(page.get_by_role("alert")).to_contain_text("The assistant now calls rollback_workload again")
        assert untouched(here), "an approval alone changes nothing"
        assert data_of(await here.rollback())["changed"] is True
        assert len(here.writes()) == 1
        assert "in the console as ada" in here.said()
        await expect(page.locator("li.outcome")).to_contain_text("done")
        await expect(page.get_by_text("No plan waits for a person.")).to_be_visible()


async def test_a_wrong_passphrase_approves_nothing_and_after_five_the_door_is_closed(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path) as (here, console), inside(console) as page:
        for _ in range(5):
            await answer(page, "wrong horse")
            await expect(page.get_by_role("alert")).to_contain_text("That is not the passphrase.")
        await answer(page, SECRET)
        await expect(page.get_by_role("alert")).to_contain_text("this door opens again in")
        assert "approval required" in text_of(await here.rollback())
        assert untouched(here)
        here.clock.forward(minutes=5, seconds=1)
        await answer(page, SECRET)
        await expect(page.get_by_role("alert")).to_contain_text("Approved")


async def test_what_is_declined_is_not_asked_again_until_the_person_reopens_it(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, console), inside(console) as page:
        await page.get_by_role("button", name="Decline").click()
        await expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
        assert "a person declined this" in text_of(await here.rollback())
        await page.locator(".declined summary").click()
        await page.get_by_label("passphrase").fill(SECRET)
        await page.get_by_role("button", name="Let it ask again").click()
        await expect(page.get_by_role("alert")).to_contain_text("it may be asked again")
        assert "approval required" in text_of(await here.rollback())
        await expect(page.get_by_role("button", name="Approve exactly this")).to_be_visible()
        assert untouched(here)


async def test_the_stop_button_revokes_what_waits_and_refuses_what_comes(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, console), inside(console) as page:
        await page.get_by_text("Stop changes").click()
        await page.get_by_label("Why, for the record").fill("wrong cluster")
        await page.get_by_role("button", name="Stop all changes now").click()
        await expect(page.locator(".banner")).to_contain_text("All changes were stopped by ada")
        await expect(page.get_by_text("No plan waits for a person.")).to_be_visible()
        assert "wrong cluster" in text_of(await here.rollback())
        assert untouched(here)


async def test_a_change_of_high_risk_wants_its_name_typed(tmp_path: Path) -> None:
    async with beside(tmp_path, 'protected_namespaces = ["shop"]') as (here, console), inside(console) as page:
        for typed, told in (("chekout", "is not the target's"), ("checkout", "Approved")):
            await page.locator("[name=typed]").fill(typed)
            await answer(page, SECRET)
            await expect(page.get_by_role("alert")).to_contain_text(told)
        assert "wrong name" in {str(entry.data.get("said")) for entry in here.entries()}


async def test_of_several_messages_only_those_that_are_ticked_go_out(tmp_path: Path) -> None:
    Approvers(tmp_path).set("ada", SECRET)
    async with talk(tmp_path, asks=False, policy=at_once(tmp_path), user="ada") as told:
        async with shown(told.here.settings, told.here.clock) as console, inside(console) as page:
            await told.refused()
            await expect(page.locator(".diff")).to_contain_text(IMPACT)
            await answer(page, SECRET)
            await expect(page.get_by_role("alert")).to_contain_text("no box is ticked")
            await page.get_by_label("Publish on the status page").check()
            await answer(page, SECRET)
            await expect(page.get_by_role("alert")).to_contain_text("The assistant now calls post_update again")
        assert (await told.post())["changed"] is True
        assert told.slack.writes == []
        assert len(told.page.incidents) == 1


async def test_from_login_to_approval_with_the_keyboard_alone(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, console), browsing() as context:
        page = await context.new_page()
        await page.goto(console.address)
        await page.keyboard.type(console.tokens[-1])  # the field has the focus
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#live")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.name") == "passphrase":
                break
        await page.keyboard.type(SECRET)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Approved")
        assert "in the console as ada" in here.said()


async def test_what_somebody_is_typing_stays_while_the_page_moves_on(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, console), inside(console) as page:
        await page.get_by_label("passphrase").type(SECRET[:7])
        await here.call("record_entry", kind="note", text="the queue is growing")
        await expect(page.locator("li.note")).to_contain_text("the queue is growing")
        await page.keyboard.type(SECRET[7:])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Approved")


async def test_another_sites_page_can_send_no_form(tmp_path: Path) -> None:
    """The form of a page at another port of this machine, in the browser that is logged in."""
    async with beside(tmp_path) as (here, console), inside(console) as page:
        plan = await page.locator("[data-waits]").get_attribute("data-waits")
        secret = await page.locator("[name=secret]").first.get_attribute("value")
        other = (await page.context.new_page(), "http://127.0.0.1:9/evil")
        form = (
            f'<form method="post" action="{console.address}plans/{plan}/decline">'
            f'<input name="secret" value="{secret}"><button>x</button></form>'
        )
        await other[0].route(other[1], lambda route: route.fulfill(body=form, content_type="text/html"))
        await other[0].goto(other[1])
        async with other[0].expect_navigation() as went:
            await other[0].get_by_role("button").click()
        assert (await went.value).status == 403
        await expect(other[0].locator("body")).to_contain_text("did not come from the console's own page")
        assert "Declined" not in here.said()
