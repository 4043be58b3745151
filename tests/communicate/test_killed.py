"""`kill -9` while messages are being sent: none goes out twice, and the record tells which went out."""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio

from incident_mcp.record.plans import PlanStory
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.wiring import open_desk
from incident_sandbox import serve_sandbox
from tests.communicate import killed_while_telling
from tests.communicate.services import TOKEN, LocalSlack, LocalStatuspage, served
from tests.surface.test_after_a_crash import intended

KILLS = int(os.environ.get("INCIDENT_TEST_KILLS", "2"))
"""How often the process is killed; `make soak` does it 50 times."""


class Later:
    """The clock of somebody who looks when nothing can be on its way any more."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=6)


async def test_no_message_goes_out_twice_and_the_record_tells_which_went_out(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - moments, not secrets
    (tmp_path / "token").write_text(TOKEN)
    slack, page = LocalSlack(), LocalStatuspage()
    seen: dict[str, int] = {}
    async with serve_sandbox("healthy") as sandbox, served(slack), served(page):
        for number in range(KILLS):
            given = [str(sandbox.kubeconfig), str(tmp_path), str(number), slack.url, page.url]
            name = await killed(given, tmp_path, chance.uniform(0, 0.6))
            plan, told, sent = await afterwards(given, name)
            markers = {str(write.target.kind): str(write.body) for write in plan.draft.writes}
            arrived = {
                "Slack channel": sum(_marker(one) in markers["Slack channel"] for one in slack.messages),
                "status page": sum(
                    f"number {number}." in str(update["body"])
                    for one in page.incidents.values()
                    for update in one["incident_updates"]
                ),
            }
            assert max(arrived.values()) <= 1, arrived
            assert sorted(sent) == sorted(kind for kind, times in arrived.items() if times), told.outcome_text
            assert told.outcome != "unknown", told.outcome_text
            how = f"{told.outcome or 'not begun'}{', told by the services' if told.settled else ''}"
            seen[how] = seen.get(how, 0) + 1
    assert len(slack.writes) == len(slack.messages)
    print(f"killed {KILLS} times: {seen}")
    assert KILLS < 50 or any("told by the services" in how for how in seen), "none came in between"


def _marker(message: dict[str, object]) -> str:
    metadata = message["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["event_payload"]["marker"])  # pyright: ignore[reportUnknownArgumentType]


async def killed(given: list[str], home: Path, after: float) -> str:
    """Run one update in a process of its own and kill it so many seconds after its intent; returns the plan's id."""
    command = [sys.executable, killed_while_telling.__file__, *given]
    async with await anyio.open_process(command, stdin=subprocess.PIPE, stderr=None) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        said = b""
        while b"\n" not in said:
            said += await process.stdout.receive()
        plan = said.split()[1].decode()
        await process.stdin.send(b"go\n")
        await intended(home / "journal.sqlite3", plan)
        with anyio.move_on_after(after):
            await process.wait()
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
    return plan


async def afterwards(given: list[str], name: str) -> tuple[Plan, PlanStory, list[str]]:
    """The plan, what became of it as another process tells it a while later, and which messages its record holds."""
    kubeconfig, home, _, slack, page = given
    settings = killed_while_telling.settings_of(kubeconfig, Path(home), slack, page)
    desk = await open_desk(settings, {}, Later())
    try:
        found = await desk.record.current(None)
        assert found is not None
        await desk.gate.reconcile(found.id, desk.person)
        plan, told = await desk.gate.plan(name)
        entries = await desk.record.of_plan(name)
        return plan, told, [str(one.data["channel"]) for one in entries if one.kind is EntryKind.UPDATE]
    finally:
        await desk.api.aclose()
