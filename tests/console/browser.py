"""A real browser (Debian's Chromium, driven by Playwright) and the console that it looks at, both for one test."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from playwright.async_api import Browser, Page, async_playwright

from incident_mcp.console.running import note_running
from incident_mcp.console.serving import listen, server
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.clock import Clock, system_clock
from incident_mcp.wiring import console

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
                tasks.start_soon(serve, served, taken)
                try:
                    yield here
                finally:
                    served.should_exit = True


async def serve(served: Any, taken: Any) -> None:
    await served.serve(sockets=[taken])


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Skips where there is none, unless it is required (`INCIDENT_REQUIRE_CHROMIUM=1`)."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but {HOW_TO_GET_IT}", pytrace=False)
        pytest.skip(HOW_TO_GET_IT)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"] if os.getuid() == 0 else []
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def inside(here: Shown, **options: Any) -> AsyncGenerator[Page]:
    """A page that is logged in, by the link of the terminal. What its console says or breaks fails the test."""
    async with chromium() as browser:
        page = await browser.new_page(**options)
        page.set_default_timeout(PATIENCE)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        await page.goto(here.link)
        await page.wait_for_selector("#live")
        yield page
        assert complaints == []
