"""`incident-mcp sandbox`: a cluster for kubectl, of which nothing is left when it is stopped."""

import os
import signal
import sys
from pathlib import Path

import anyio
import pytest
from anyio.streams.text import TextReceiveStream

from tests.cli.running import LONGEST, ROOT


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_stopped_as_soon_as_its_kubeconfig_is_known_it_takes_that_along(how: signal.Signals) -> None:
    command = [sys.executable, "-m", "incident_mcp.cli.__main__", "sandbox", "healthy"]
    with anyio.fail_after(LONGEST):
        async with await anyio.open_process(
            command, env={**os.environ, "PYTHONPATH": str(ROOT / "server")}, start_new_session=True
        ) as process:
            assert process.stdout is not None
            kubeconfig = Path((await TextReceiveStream(process.stdout).receive()).strip())
            process.send_signal(how)
            assert await process.wait() == 0
    assert not kubeconfig.parent.exists()
