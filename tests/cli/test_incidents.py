"""`incident-mcp incidents`: the record in a terminal, without a cluster."""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.refs import Cluster
from tests.cli.running import Finished, incident_mcp

ADA = Actor(role="person", name="ada", known_by="OS user")
HERE = Cluster(name="prod", server="https://cluster.example:6443", ca="")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    journal = Journal(made / "journal.sqlite3", system_clock)
    data: dict[str, JsonValue] = {
        "title": "checkout is down",
        "cluster": HERE.model_dump(mode="json"),
        "commander": "ada",
    }
    opened = NewEntry(kind=EntryKind.OPENED, text="Incident opened: checkout is down", actor=ADA, data=data)
    journal.append("checkout", HERE.server, opened)
    journal.append("checkout", HERE.server, NewEntry(kind=EntryKind.NOTE, text="customers can't pay", actor=ADA))
    journal.close()
    return made


async def incidents(home: Path, *arguments: str) -> Finished:
    return await incident_mcp("incidents", *arguments, environment={"INCIDENT_HOME": str(home)})


async def test_list_and_show_tell_incidents_and_their_entries(home: Path) -> None:
    listed = await incidents(home, "list")
    assert listed.returncode == 0
    assert "checkout is down" in listed.stdout
    assert "prod" in listed.stdout
    shown = await incidents(home, "show", "checkout")
    assert [line.split("  ")[-1] for line in shown.stdout.splitlines()] == [
        "ada: Incident opened: checkout is down",
        "ada: customers can't pay",
    ]
    assert json.loads((await incidents(home, "list", "--json")).stdout)[0]["status"] == "open"
    assert len(json.loads((await incidents(home, "show", "checkout", "--json")).stdout)) == 2


async def test_an_export_is_taken_on_another_machine_and_shows_the_same(home: Path, tmp_path: Path) -> None:
    file, there = tmp_path / "checkout.jsonl", tmp_path / "there"
    assert (await incidents(home, "export", "checkout", "-o", str(file))).returncode == 0
    taken = await incidents(there, "import", str(file))
    assert (taken.returncode, taken.stdout) == (0, "2 of 2 lines were new.\n")
    assert (await incidents(there, "show", "checkout")).stdout == (await incidents(home, "show", "checkout")).stdout
    assert (await incidents(there, "export", "checkout")).stdout.encode() == file.read_bytes()


async def test_verify_names_what_was_edited_and_ends_with_an_error(home: Path) -> None:
    well = await incidents(home, "verify")
    assert well.returncode == 0
    assert "2 entries, head " in well.stdout
    with sqlite3.connect(home / "journal.sqlite3") as db:
        db.executescript("DROP TRIGGER entries_hold")
        db.execute("UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'pay', 'buy') AS BLOB) WHERE seq = 2")
    done = await incidents(home, "verify")
    assert done.returncode == 1
    assert "entry 2 of writer" in done.stderr
    assert "was changed after it was written" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "chekout"], "There is no incident chekout. "),
        (["export", "nothing"], "There is no incident nothing. "),
        (["import", "nowhere.jsonl"], "nowhere.jsonl can't be read: No such file or directory. "),
        (["export", "checkout", "-o", "/nowhere/x"], "/nowhere/x can't be written: No such file or directory. "),
    ],
)
async def test_a_mistake_is_told_in_a_paragraph(home: Path, arguments: list[str], told: str) -> None:
    done = await incidents(home, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"incident-mcp: {told}")
    assert "Traceback" not in done.stderr


async def test_a_file_that_is_no_export_leaves_the_record_alone(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("buy milk\n")
    done = await incidents(home, "import", str(file))
    assert done.returncode == 1
    assert "Line 1 of the file can't be taken" in done.stderr
    assert "Nothing was imported." in done.stderr
    assert (await incidents(home, "verify")).returncode == 0


async def test_the_report_counts_over_incidents_as_tables_json_and_csv(home: Path) -> None:
    journal = Journal(home / "journal.sqlite3", system_clock)
    found = {"cause": "missing-environment", "target": "Deployment shop/checkout", "root": True}
    for name in ("checkout", "checkout-2"):
        if name != "checkout":
            data: dict[str, JsonValue] = {"title": name, "cluster": HERE.model_dump(mode="json"), "commander": "ben"}
            journal.append(name, HERE.server, NewEntry(kind=EntryKind.OPENED, text="opened", actor=ADA, data=data))
        for kind, more in (
            (EntryKind.FINDING, found),
            (EntryKind.SEVERITY, {"severity": "SEV-2", "told_by": "ada"}),
            (EntryKind.STATUS, {"status": "acknowledged", "reason": "seen"}),
        ):
            journal.append(name, HERE.server, NewEntry(kind=kind, text=str(kind), actor=ADA, data=dict(more)))
    owe(journal, "checkout-2", "Node node-1 is cordoned", timedelta(days=-2))
    owe(journal, "checkout-2", "Node node-2 is cordoned", timedelta(days=2))
    settled = owe(journal, "checkout-2", "Node node-3 is cordoned", timedelta(days=-3))
    over = NewEntry(kind=EntryKind.DEBT, text="settled", actor=ADA, plan="p", data={"state": "settled", "of": settled})
    journal.append("checkout-2", HERE.server, over)
    journal.close()
    shown = (await incidents(home, "report")).stdout
    assert shown.startswith("2 incidents; medians of those whose record holds the milestone.")
    assert "Causes that came back" in shown
    told = json.loads((await incidents(home, "report", "--json")).stdout)
    assert [(group["name"], group["incidents"]) for group in told["by_severity"]] == [("SEV-2", 2)]
    assert told["workloads"] == [{"what": "Deployment shop/checkout", "incidents": ["checkout", "checkout-2"]}]
    (late,) = told["overdue"]
    assert (late["incident"], late["what"], late["owner"]) == ("checkout-2", "Node node-1 is cordoned", "ben")
    assert "Actions open past their date" in shown
    assert "Node node-1 is cordoned" in shown
    assert "Node node-2" not in shown
    assert "Node node-3" not in shown
    header, first, second = (await incidents(home, "report", "--csv")).stdout.splitlines()
    assert header.startswith("incident,opened,severity,status,services,causes,detect_seconds")
    assert first.startswith("checkout,")
    assert header.endswith(",actions_open,actions_overdue")
    assert "SEV-2,acknowledged,Deployment shop/checkout,missing-environment,,0,," in first
    assert (first.endswith(",0,0"), second.endswith(",2,1")) == (True, True)


def owe(journal: Journal, incident: str, what: str, due: timedelta) -> str:
    """The id of the entry that says so."""
    data: dict[str, JsonValue] = {
        "state": "owed", "what": what, "due": (system_clock() + due).isoformat(), "number": 1,
    }  # fmt: skip
    debt = NewEntry(kind=EntryKind.DEBT, text=f"Left behind: {what}", actor=ADA, plan="p", data=data)
    return journal.append(incident, HERE.server, debt).id
