"""All that the gate holds back costs the simple incident nothing: under the shipped policy, without any passphrase, one
question is asked from the first look to the postmortem, and it is answered with one tick.
"""

from pathlib import Path

import pytest
from mcp.types import ElicitResult

from incident_mcp.vocabulary.entry import EntryKind
from tests.gate.test_policy import EXAMPLE
from tests.surface.test_approval import image
from tests.surface.world import ACCEPT, CHECKOUT, MODES, Mode, World, data_of, world


@pytest.mark.parametrize("mode", MODES)
async def test_the_simple_incident_asks_once(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def after_two_seconds() -> ElicitResult:
        held[0].clock.forward(seconds=2)
        return ACCEPT

    async with world(tmp_path, mode, after_two_seconds, policy=EXAMPLE) as here:  # the shipped values
        held.append(here)
        found = data_of(await here.call("assess_incident"))
        assert found["propose"]["tool"] == "rollback_workload"
        page = data_of(await here.call("preview_change", **found["propose"]))
        changed = data_of(await here.call(found["propose"]["tool"], **found["propose"]["arguments"]))
        assert (changed["changed"], changed["plan"]) == (True, page["plan"])
        fixed = data_of(await here.call("verify_fix", **CHECKOUT))
        assert fixed["verdict"] == "recovered", fixed
        await here.call("update_incident", status="resolved")
        assert not (await here.call("write_postmortem")).is_error
        assert image(here) == "1.41"
        assert len(here.writes()) == 1
        kinds = [entry.kind for entry in here.entries()]
        assert (kinds.count(EntryKind.QUESTION), kinds.count(EntryKind.ANSWER), kinds.count(EntryKind.PLAN)) == (
            1,
            1,
            1,
        )
        [question], [form] = here.questions, here.forms
        assert [len(line) <= 76 for line in question.split("\n")] == [True] * 3
        [(name, box)] = form["properties"].items()
        assert (name, box["type"], form["required"]) == ("approve", "boolean", ["approve"])
        assert "default" not in box
