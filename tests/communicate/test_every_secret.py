"""Every kind of secret, in every input that feeds a message: none goes out, to the public or to colleagues."""

from pathlib import Path

import pytest
from mcp.types import ElicitResult

from incident_mcp.communicate.leaks import leaks
from tests.communicate.telling import IMPACT, Talk, talk
from tests.communicate.test_page import page, triggered
from tests.surface.test_secrets_stay import SHORT, TEXTS, check
from tests.surface.world import data_of
from tests.text.secret_samples import SAMPLES

EACH = ElicitResult(action="accept", content={f"send_{number}": True for number in range(1, 10)})


def check_services(told: Talk) -> None:
    """Nothing of it arrived anywhere, nor stands in a question or the record."""
    bodies = [seen.body.decode() for local in (told.slack, told.page, told.duty, told.github) for seen in local.writes]
    check("a service", *bodies)
    check("a question", *told.here.questions)
    check("the record", told.here.said(), *(str(entry.data) for entry in told.here.entries()))


@pytest.mark.parametrize(("text", "secret"), [(text, secret) for _, text, secret in SAMPLES])
def test_a_public_text_holds_it_back_and_the_refusal_does_not_show_it(text: str, secret: str) -> None:
    found = leaks(f"Payments fail.\n{text}", "the public text")
    assert any("a secret" in one.what for one in found), text
    check("the refusal", *map(str, found))


@pytest.mark.parametrize("where", ["impact", "eta", "public"])
async def test_no_argument_brings_one_into_a_public_text(tmp_path: Path, where: str) -> None:
    longest = {"impact": 450, "eta": 90, "public": 3900}[where]
    async with talk(tmp_path) as told:
        for text in TEXTS:
            if len(text) < longest:
                refused = await told.refused(**{where: f"Since noon {text}"})
                assert "The public text may not go out. It holds" in refused, text
                check("the refusal", refused)
        assert told.here.questions == []
        check_services(told)


async def test_none_reaches_colleagues_by_the_record_or_by_an_edit(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        for start in range(0, len(TEXTS), 5):
            words = "\n".join(TEXTS[start : start + 5])
            for kind in ("impact", "root_cause", "fix"):
                await told.here.call("record_entry", kind=kind, text=words[:4000])
            drafted = await told.post(impact=f"Trouble number {start}.", to=["slack", "statuspage"])
            edited = await told.post(impact=IMPACT, internal=words[:3500], to=["slack", "statuspage"])
            assert (drafted["changed"], edited["changed"]) == (True, True), (drafted, edited)
        assert len(told.slack.messages) > 20
        check_services(told)


async def test_none_reaches_a_pager_or_a_tracker(tmp_path: Path) -> None:
    async with talk(tmp_path, channels=("pagerduty", "github")) as told:
        triggered(told)["title"] = SHORT[0]
        for start in range(0, len(SHORT), 6):
            note = await page(told, do="note", alert="PT4KHLK", text="\n".join(SHORT[start : start + 6]))
            assert note["changed"] is True, note
            told.answers.append(EACH)
            filed = data_of(await told.here.call("create_follow_ups", items=SHORT[start : start + 6]))
            assert filed["changed"] is True, filed
        assert len(told.github.issues) > 20
        check_services(told)
