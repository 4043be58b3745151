"""The API server disappears in mid-call: nothing is sent twice, and the answer says what is not known."""

from pathlib import Path

from tests.surface.test_approval import both_eras, image
from tests.surface.world import ACCEPT, Mode, always, data_of, world


@both_eras
async def test_a_write_whose_answer_is_lost_is_unknown_and_not_repeated(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        here.sandbox.faults.clear()
        await here.call("preview_change", tool="rollback_workload", arguments=checkout())
        drop_the_real_write(here)
        result = data_of(await here.rollback())
        assert "changed" not in result  # neither true nor false
        assert "Unknown. The write was sent at" in result["summary"][0]
        assert "rollout_history" in result["summary"][0]
        assert len(here.writes()) == 1
        assert image(here) == "1.41"  # it was stored, and only a look can tell
        assert "Unknown. The write was sent" in here.said()
