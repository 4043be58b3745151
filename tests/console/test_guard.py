"""Who may ask the console anything, as a client sees it that is no browser and lies as it likes."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from incident_mcp.console.running import note_running, running_at
from incident_mcp.console.serving import listen
from incident_mcp.record.journal import Journal
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.wiring import console
from tests.console.kept import NAME, kept, told

PORT = 8420
ADDRESS = f"http://127.0.0.1:{PORT}"
OURS = {"Origin": ADDRESS}
ONE = f"/incidents/{NAME}"
PAGES = ("/", "/incidents", ONE, f"{ONE}/live", f"{ONE}/postmortem", "/plans/x")
FORMS = ("/stop", "/plans/x/approve", "/plans/x/decline", "/plans/x/reopen")


@asynccontextmanager
async def client(settings: Settings, *, enter: bool = True) -> AsyncGenerator[AsyncClient]:
    tokens: list[str] = []
    app = console(settings, PORT, tokens.append, system_clock)
    async with AsyncClient(transport=ASGITransport(app), base_url=ADDRESS) as one:
        if enter:
            answer = await login(one, tokens[-1])
            assert answer.status_code == 303
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
        yield one


async def login(one: AsyncClient, token: str, wanted: str = "/") -> Response:
    return await one.post("/login", data={"token": token, "next": wanted}, headers=OURS)


async def test_every_page_forbids_scripts_and_styles_that_are_not_the_consoles_own_files(tmp_path: Path) -> None:
    async with client(kept(tmp_path, [])) as one:
        for path in (*PAGES, "/static/console.js", "/nowhere"):
            answer = await one.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "<style" not in answer.text
            assert " style=" not in answer.text
            assert " onclick=" not in answer.text
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["cache-control"] == "no-store"


async def test_who_is_not_in_sees_nothing_of_the_record_and_changes_nothing(tmp_path: Path) -> None:
    async with client(kept(tmp_path, []), enter=False) as one:
        for path in PAGES:
            answer = await one.get(path)
            assert (answer.status_code, "checkout" in answer.text.replace(NAME, "")) == (401, False)
        for path in FORMS:
            assert (await one.post(path, data={}, headers=OURS)).status_code == 401
        assert not (tmp_path / "stopped").exists()


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:1", "127.0.0.1", ""])
async def test_a_name_that_somebody_points_at_this_machine_is_not_answered(tmp_path: Path, host: str) -> None:
    async with client(kept(tmp_path, [])) as one:
        assert (await one.get("/incidents", headers={"Host": host})).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": f"http://localhost:{PORT}"},
        {"Origin": "http://127.0.0.1:1"},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
        {**OURS, "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_from_elsewhere_is_refused_also_with_the_right_cookie(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with client(kept(tmp_path, [])) as one:
        for path in FORMS:
            answer = await one.post(path, data={"why": "x"}, headers=headers)
            assert answer.status_code == 403
            assert "Nothing was changed" in answer.text
        assert not (tmp_path / "stopped").exists()


async def test_a_form_without_the_sessions_own_secret_or_too_large_changes_nothing(tmp_path: Path) -> None:
    async with client(kept(tmp_path, [])) as one:
        for given in ({}, {"secret": ""}, {"secret": "guessed"}):
            assert (await one.post("/stop", data=given, headers=OURS)).status_code == 403
        assert (await one.post("/stop", data={"secret": "x" * 20_000}, headers=OURS)).status_code == 413
        assert not (tmp_path / "stopped").exists()


async def test_a_login_leads_to_the_consoles_own_pages_only(tmp_path: Path) -> None:
    tokens: list[str] = []
    app = console(kept(tmp_path, []), PORT, tokens.append, system_clock)
    async with AsyncClient(transport=ASGITransport(app), base_url=ADDRESS) as one:
        places = {"//evil.example": "/", "https://evil.example": "/", "/plans/7f3a91c2": "/plans/7f3a91c2"}
        for wanted, place in places.items():
            assert (await login(one, tokens[-1], wanted)).headers["location"] == place


def test_it_listens_on_this_machine_alone_and_is_named_only_while_it_listens(tmp_path: Path) -> None:
    with listen(0) as taken:
        host, port = taken.getsockname()
        assert host == "127.0.0.1"
        taken.listen()
        assert running_at(tmp_path) == ""
        with note_running(tmp_path, port):
            assert running_at(tmp_path) == f"http://127.0.0.1:{port}/"
        assert running_at(tmp_path) == ""
    (tmp_path / "console.json").write_text(json.dumps({"port": port}))
    assert running_at(tmp_path) == "", "the note of one that was killed"


async def test_what_is_due_and_what_is_left_behind_is_told_and_a_broken_file_of_passphrases_hides_nothing(
    tmp_path: Path,
) -> None:
    due = (system_clock() - timedelta(minutes=5)).isoformat()
    settings = kept(
        tmp_path,
        [
            told(EntryKind.SEVERITY, "Severity SEV-1", severity="SEV-1", told_by="ada"),
            told(EntryKind.DEBT, "Left behind", state="owed", what="Node node-2 is cordoned", due=due, number=1),
        ],
    )
    (tmp_path / "approvers.json").write_text("broken")
    async with client(settings) as one:
        page = (await one.get(f"/incidents/{NAME}")).text
        assert "Status update due in" in page
        assert "Node node-2 is cordoned" in page
        assert '<li class="late">Left behind' in page
        assert "SEV-1" in page


async def test_a_record_that_can_no_longer_be_read_is_told_as_such(tmp_path: Path) -> None:
    settings = kept(tmp_path, [])
    async with client(settings) as one:
        journal = Journal(settings.journal, system_clock)
        journal._db.execute("ALTER TABLE entries RENAME TO gone")
        answer = await one.get(f"/incidents/{NAME}/live")
        journal._db.execute("ALTER TABLE gone RENAME TO entries")
        journal.close()
        assert answer.status_code == 503
        assert "The record" in answer.text
        assert (await one.get("/incidents/no-such")).status_code == 404
