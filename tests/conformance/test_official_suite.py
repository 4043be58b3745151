"""The protocol's official suite, over our URL: against the product, and against the fixtures that the suite asks for.

`make conformance` installs it once, into the cache folder. docs/clients.md: what passes, and why the rest does not.
"""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.running import ROOT

INSTALLED = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "incident-mcp" / "conformance"
PROGRAMS = INSTALLED / "node_modules" / ".bin"
NO_FIXTURES = {
    "server-initialize",
    "ping",
    "tools-list",
    "resources-list",
    "prompts-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
}
"""What a server without the suite's own tools, resources and prompts can be asked."""
NOT_SERVED = {
    "logging-set-level",
    "tools-call-with-logging",
    "tools-call-sampling",
    "server-sse-polling",
    "json-schema-2020-12",
}
LISTED = re.compile(r"^([✓✗]) ([\w-]+): \d+ passed, \d+ failed$", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if (PROGRAMS / "conformance").exists():
        return
    words = "the protocol's official suite is not installed: make conformance"
    if os.environ.get("INCIDENT_REQUIRE_CONFORMANCE"):
        pytest.fail(words)
    pytest.skip(words)


def test_the_product_passes_what_needs_no_fixture(tmp_path: Path) -> None:
    with served("tests.conformance.ours", tmp_path) as url:
        assert passed(url) >= NO_FIXTURES


def test_a_server_of_the_same_pieces_passes_all_that_ours_could_serve(tmp_path: Path) -> None:
    with served("tests.conformance.fixtures", tmp_path) as url:
        good = passed(url)
    assert not good & NOT_SERVED, "take these out of NOT_SERVED and out of docs/clients.md"
    assert len(good) == 27, sorted(good)


def test_the_page_names_what_is_not_served_and_why() -> None:
    page = (ROOT / "docs" / "clients.md").read_text()
    assert {name for name in NOT_SERVED if f"`{name}`" in page} == NOT_SERVED


@contextmanager
def served(module: str, home: Path) -> Generator[str]:
    environment = os.environ | {"INCIDENT_HOME": str(home), "PYTHONPATH": f"{ROOT / 'server'}:{ROOT}"}
    process = subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE, env=environment, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def passed(url: str) -> set[str]:
    command = [PROGRAMS / "node", PROGRAMS / "conformance", "server", "--suite", "all", "--url", url]
    said = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False).stdout
    results = LISTED.findall(said)
    assert len(results) == 32, said[-2000:]
    return {name for mark, name in results if mark == "✓"}
