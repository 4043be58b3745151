"""What a person sees: live, whole, harmless, on any screen, also when nobody answers any more."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Page, expect

from incident_mcp.console.running import running_at
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.entry import EntryKind
from tests.cli.running import ROOT
from tests.console.browser import Shown, browsing, inside, shown
from tests.console.kept import kept, told, write
from tests.console.test_answers import beside
from tests.controlplane.waiting import wait_for
from tests.surface.world import CHECKOUT
from tests.text.secret_samples import SAMPLES

AXE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "incident-mcp/axe/node_modules/axe-core/axe.min.js"
)
HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</p></li></ol><h1 id=planted>planted</h1>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\x1b[31mred\x1b[0m \u202edesrever\u202c \u200bzero",
    "javascript:alert(1) ' onfocus=alert(1) autofocus x='",
)


async def test_hostile_log_text_is_shown_as_text(tmp_path: Path) -> None:
    lines = [
        told(kind, text, target=text, onset=True, root=True, targets=[text], breaks=[text], counts={text: counts(0)})
        for text in HOSTILE
        for kind in (EntryKind.EVIDENCE, EntryKind.CHANGE, EntryKind.IMPACT, EntryKind.FINDING, EntryKind.VERDICT)
    ]
    settings = kept(tmp_path, lines, title=HOSTILE[0])
    async with shown(settings) as console, inside(console) as page:
        write(settings, [told(EntryKind.NOTE, f"live: {text}") for text in HOSTILE])
        await expect(page.locator("li.note")).to_have_count(len(HOSTILE))
        for text in HOSTILE[:4]:
            await expect(page.locator("li.note", has_text=text)).to_have_count(1)
        await page.get_by_role("link", name="The postmortem").click()
        await page.wait_for_selector(".postmortem")
        for address in (page.url, page.url.removesuffix("/postmortem")):
            await page.goto(address)
            assert await page.evaluate("document.querySelectorAll('main script, main img, #planted').length") == 0
            assert await page.title() == HOSTILE[0] or (await page.title()).startswith("Postmortem")
            body = await page.locator("body").inner_text()
            assert not set("\x1b\u202e\u200b") & set(body)


def counts(ready: int) -> dict[str, Any]:
    return {"ready": ready, "desired": 3, "at": "2026-11-24T02:14:06+00:00"}


async def test_no_secret_of_any_kind_is_shown(tmp_path: Path) -> None:
    lines = [
        told(kind, text, target=text, onset=True, root=True, targets=[text], breaks=[text], counts={text: counts(1)})
        for _, text, _ in SAMPLES
        for kind in (EntryKind.EVIDENCE, EntryKind.CHANGE, EntryKind.IMPACT, EntryKind.FINDING, EntryKind.DECISION)
    ]
    assert len({kind for kind, _, _ in SAMPLES}) >= 40
    settings = kept(tmp_path, lines)
    async with shown(settings) as console, inside(console) as page:
        seen = [await page.content()]
        await page.goto(page.url + "/postmortem")
        seen.append(await page.content())
    for _, _, secret in SAMPLES:
        assert not [page for page in seen if secret in page]


async def test_two_thousand_entries_scroll_smoothly(tmp_path: Path) -> None:
    settings = kept(tmp_path, [told(EntryKind.NOTE, f"note {number}: " + "words " * 20) for number in range(2000)])
    async with shown(settings) as console, inside(console, viewport={"width": 1200, "height": 800}) as page:
        await expect(page.locator("li.note")).to_have_count(2000)
        before = await busy(page)
        await page.evaluate(SCROLL, FRAMES)
        each = 1000 * (await busy(page) - before) / FRAMES
        assert await page.evaluate("scrollY") > 50_000
        assert each < 16, f"a frame of a fast scroll takes the page {each:.1f} ms of processor time"
        began = time.monotonic()
        write(settings, [told(EntryKind.NOTE, "the last one")])
        await expect(page.locator("li.note", has_text="the last one")).to_have_count(1)
        assert time.monotonic() - began < 4


FRAMES = 60
SCROLL = """(left) => new Promise((done) => {
  const step = () => {
    scrollBy(0, 1000);
    if (--left) requestAnimationFrame(step); else done();
  };
  requestAnimationFrame(step);
})"""


async def busy(page: Page) -> float:
    """Seconds of processor time that the page's own thread has used: the same on a machine that does other things."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    told = cast("dict[str, list[dict[str, Any]]]", await session.send("Performance.getMetrics"))
    await session.detach()
    return next(one["value"] for one in told["metrics"] if one["name"] == "TaskDuration")


async def test_ctrl_c_ends_it_and_its_address_is_told_no_longer(tmp_path: Path) -> None:
    settings = kept(tmp_path, [])
    with in_a_process(settings) as (process, link):
        wait_for("the console listens", lambda: running_at(settings.home) == link.partition("#")[0], 30)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert not (settings.home / "console.json").exists()


async def test_a_server_that_hangs_or_died_is_shown_as_dead_within_five_seconds(tmp_path: Path) -> None:
    settings = kept(tmp_path, [])
    with in_a_process(settings) as (process, link):
        address, _, token = link.partition("#")
        async with inside(Shown(address, [token])) as page:
            pulse = page.locator("#pulse")
            for how in (signal.SIGSTOP, signal.SIGKILL):
                await expect(pulse).to_have_text("live")
                process.send_signal(how)
                await expect(pulse).to_contain_text("No answer since", timeout=5000)
                process.send_signal(signal.SIGCONT)


@contextmanager
def in_a_process(settings: Settings) -> Generator[tuple["subprocess.Popen[str]", str]]:
    """`incident-mcp console` as a person starts it, and the link that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "incident_mcp.cli.__main__", "console"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "server"), "INCIDENT_HOME": str(settings.home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield process, next(line for line in process.stdout if "http://" in line).split()[-1]
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_fits_wide_and_narrow_screens_and_has_no_barrier_that_axe_finds(
    tmp_path: Path, scheme: Any
) -> None:
    async with beside(tmp_path) as (here, console):
        await here.call("assess_incident")
        async with inside(console, viewport={"width": 1400, "height": 1000}, color_scheme=scheme) as page:
            await expect(page.locator("svg.chain .box")).to_have_count(5)
            await expect(page.locator("svg.health")).to_have_count(1)
            await looks_right(page, tmp_path / f"wide-{scheme}.png")
            await page.set_viewport_size({"width": 390, "height": 844})
            await looks_right(page, tmp_path / f"narrow-{scheme}.png")
            await page.get_by_text("Stop changes").click()
            await no_barrier(page)
            await here.call("verify_fix", **CHECKOUT)
            await expect(page.locator("li.verdict")).to_contain_text("not recovered")
            for path in ("incidents", f"incidents/{await name_of(page)}/postmortem"):
                await page.goto(console.address + path)
                await looks_right(page, tmp_path / f"{path[:9]}-{scheme}.png")


async def name_of(page: Page) -> str:
    return page.url.rpartition("/")[2]


async def looks_right(page: Page, picture: Path) -> None:
    """Nothing sticks out to the side, the colours are the scheme's, and axe finds nothing serious."""
    await page.screenshot(path=picture, full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    red = await page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
    assert red < 60 if dark else red > 200
    await no_barrier(page)


async def no_barrier(page: Page) -> None:
    if not AXE.is_file():
        how = "no axe-core: `make axe` brings it (npm needed)"
        if os.environ.get("INCIDENT_REQUIRE_CHROMIUM") == "1":
            pytest.fail(how, pytrace=False)
        pytest.skip(how)
    await page.evaluate(AXE.read_text() + "; 0")
    found = await page.evaluate("axe.run().then((told) => told.violations)")
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], one["nodes"][0]["html"][:200]) for one in serious]


async def test_without_the_token_there_is_only_the_login_and_it_works_once(tmp_path: Path) -> None:
    async with shown(kept(tmp_path, [])) as console, browsing() as context, browsing() as elsewhere:
        first = console.link
        page = await context.new_page()
        await page.goto(console.address + "#wrong-token")
        await expect(page.get_by_role("alert")).to_contain_text("not the token that the terminal shows")
        await no_barrier(page)
        await page.goto(first)
        await page.wait_for_selector("#live")
        other = await elsewhere.new_page()
        await other.goto(first)
        await expect(other.get_by_role("alert")).to_contain_text("not the token that the terminal shows")
        await other.goto(console.link + "-")
        await other.goto(console.link)
        await other.wait_for_selector("#live")
        assert len(console.tokens) == 3
