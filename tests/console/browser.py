"""A real browser (Debian's Chromium, driven by Playwright) and the console that it looks at, both for one test."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from incident_mcp.console.running import note_running
from incident_mcp.console.serving import listen, server
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.clock import Clock, system_clock
from incident_mcp.wiring import console
from tests.controlplane.waiting import wait_for

REQUIRED = "INCIDENT_REQUIRE_CHROMIUM"
HOW_TO_GET_IT = "no Chromium: `apt-get install chromium` (Debian's package) brings it"
PATIENCE = 15_000
"""Milliseconds that a test waits for what must come."""


@dataclass
class Shown:
    """A console that is served, the tokens that its terminal was told, and its address."""

    address: str
    tokens: list[str] = field(default_factory=list[str])

    @property
    def link(self) -> str:
        return f"{self.address}#{self.tokens[-1]}"


@asynccontextmanager
async def shown(settings: Settings, clock: Clock = system_clock) -> AsyncGenerator[Shown]:
    """The console over these settings, until the test is over."""
    with listen(0) as taken:
        port = taken.getsockname()[1]
        here = Shown(f"http://127.0.0.1:{port}/")
        served = server(console(settings, port, here.tokens.append, clock))
        with note_running(settings.home, port):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(served.serve, sockets=[taken]))
                try:
                    yield here
                finally:
                    served.should_exit = True


@cache
def chromium_running() -> str:
    """Where the one Chromium of these tests listens. Skips where there is none, unless it is required."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but {HOW_TO_GET_IT}", pytrace=False)
        pytest.skip(HOW_TO_GET_IT)
    folder = Path(tempfile.mkdtemp(prefix="incident-chromium-"))
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    options = ("--headless", "--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={folder}")
    process = subprocess.Popen(
        [program, *options, *as_root, "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(_end, process, folder)
    told = folder / "DevToolsActivePort"
    wait_for("Chromium tells its port", lambda: told.is_file() and len(told.read_text().split()) == 2, 60)
    return f"http://127.0.0.1:{told.read_text().split()[0]}"


def _end(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def browsing(**options: Any) -> AsyncGenerator[BrowserContext]:
    """A browser that has seen nothing yet."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium_running())
        context = await browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            await context.close()


@asynccontextmanager
async def inside(here: Shown, **options: Any) -> AsyncGenerator[Page]:
    """A page that is logged in, by the link of the terminal. What its console says or breaks fails the test."""
    async with browsing(**options) as context:
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        await page.goto(here.link)
        await page.wait_for_selector("#live")
        yield page
        assert complaints == []
