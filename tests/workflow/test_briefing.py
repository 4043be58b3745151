"""A brief for a specialist: from the record, with ids, and for those who read code with the place where it fails."""

import json
import subprocess
from pathlib import Path

import pytest

from incident_mcp.reach.repository import named_by
from tests.surface.world import CHECKOUT, data_of, text_of, world


async def test_a_brief_tells_what_is_known_ruled_out_and_open_with_its_entries(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None) as here:
        found = data_of(await here.call("assess_incident"))["findings"][0]
        await here.call("diagnose_workload", **CHECKOUT)
        brief = data_of(
            await here.call("hand_off", specialist="devops-troubleshooter", question="Is the network to blame?")
        )
    known = "\n".join(brief["known"])
    assert f"{found['entry']} finding: Deployment shop/checkout: checkout:1.42 wants PAYMENT_URL" in known
    assert f"{found['evidence_entry']} evidence: " in known
    assert any("OOMKilled" in one and one.startswith("e") for one in brief["ruled_out"])
    assert any("was this the cause?" in one for one in brief["open"])
    assert "record_entry" in brief["answer"]
    assert "code" not in brief
    assert brief["entry"].startswith("e")
    assert len(json.dumps(brief)) < 8000


async def test_a_brief_for_code_names_the_failing_place_the_images_and_the_commits_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path / "checkout")
    monkeypatch.chdir(tmp_path / "checkout")
    async with world(tmp_path, "2026-07-28", None) as here:
        await here.call("assess_incident")
        brief = data_of(await here.call("hand_off", specialist="python-pro", question="Why does it want PAYMENT_URL?"))
    code, image = brief["code"], "registry.example/shop/checkout"
    assert code["at"] == "«/app/checkout/settings.py:58 load_settings»"
    assert (code["before"], code["after"]) == (f"{image}:1.41", f"{image}:1.42")
    assert "PAYMENT_URL" in code["error"]
    assert code["entry"].startswith("e")
    (commit,) = code["commits"]
    assert commit.endswith(" Read PAYMENT_URL ‹at once›»")
    assert not (tmp_path / "checkout" / "started").exists()


def repository(folder: Path) -> None:
    """Two tagged commits; its own settings would start a program, which must not happen."""
    folder.mkdir()

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=ada", "-c", "user.email=ada@shop.example")
        subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    for tag, subject in (("v1.41", "Take cards"), ("v1.42", "Read PAYMENT_URL «at once»")):
        git("commit", "--quiet", "--allow-empty", "--message", subject)
        git("tag", tag)
    git("config", "core.fsmonitor", f"touch {folder / 'started'}")
    git("config", "gpg.program", f"touch {folder / 'started'}")
    git("config", "log.showSignature", "true")


def test_a_template_names_its_commit_by_a_mark_or_its_tag() -> None:
    template = {
        "metadata": {"annotations": {"org.opencontainers.image.revision": "3f9a2c1d", "team": "0000000"}},
        "spec": {"containers": [{"image": "registry.example:5000/shop/checkout:1.42-b7e23ec@sha256:00"}]},
    }
    assert named_by(template) == ("3f9a2c1d", "b7e23ec", "v3f9a2c1d", "1.42-b7e23ec", "v1.42-b7e23ec")
    assert named_by({"spec": {"containers": [{"image": "checkout:--output=x"}]}}) == ()
    assert named_by({}) == ()


async def test_a_brief_wants_an_incident_and_a_question(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        refused = await here.call("hand_off", specialist="python-pro", question="Why?")
        assert "no incident has been opened" in text_of(refused)
        await here.call("open_incident", title="checkout is down")
        assert "needs a question" in text_of(await here.call("hand_off", specialist="python-pro", question=" "))
