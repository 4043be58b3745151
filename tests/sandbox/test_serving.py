"""Starting, stopping, and keeping out of the way."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from incident_sandbox import ManualClock, scenario_names, serve_sandbox
from tests.sandbox.client import CORE, Kube, served


def test_three_scenarios_are_there() -> None:
    assert scenario_names() == [
        "bad-rollout",
        "certificate-expired",
        "dependency-down",
        "dns",
        "healthy",
        "node-lost",
        "oom",
    ]


async def test_an_unknown_scenario_names_those_that_exist() -> None:
    with pytest.raises(
        ValueError, match="no scenario 'outage'; there are bad-rollout, certificate-expired, dependency-down, dns, "
    ):
        async with serve_sandbox("outage"):
            pass


async def test_an_answer_does_not_wait_for_the_clients_delayed_acknowledgement(well: Kube) -> None:
    """Those are 40 ms, each time, on a connection that is kept."""
    took: list[float] = []
    for _ in range(9):
        begun = time.monotonic()
        await well.get("/version")
        took.append(time.monotonic() - begun)
    assert sorted(took)[4] < 0.03


async def test_it_ends_at_once_with_a_watch_and_a_followed_log_open() -> None:
    with anyio.fail_after(20):
        async with served("healthy", clock=lambda: datetime.now(UTC)) as kube:
            pod = (await kube.names(f"{CORE}/pods?labelSelector=app=frontend"))[0]
            begun = 0.0
            async with anyio.create_task_group() as readers:  # both streams end of themselves, and in good order
                for path in (f"{CORE}/pods?watch=1", f"{CORE}/pods/{pod}/log?follow=true"):
                    started = anyio.Event()
                    readers.start_soon(_read, kube, path, started)
                    await started.wait()
                begun = time.monotonic()
                await kube.sandbox.stop()
            assert time.monotonic() - begun < 5  # a stream that nobody ends goes on for minutes


async def _read(kube: Kube, path: str, started: anyio.Event) -> None:
    async for _ in kube.lines(path):
        started.set()


async def test_it_leaves_neither_tasks_nor_files_behind(tmp_path: Path) -> None:
    import asyncio

    before = asyncio.all_tasks()
    async with serve_sandbox("healthy") as sandbox:
        folder = sandbox.kubeconfig.parent
        assert sandbox.kubeconfig.stat().st_mode & 0o077 == 0
    assert asyncio.all_tasks() == before
    assert not folder.exists()
    async with serve_sandbox("healthy", folder=tmp_path / "kept") as sandbox:
        pass
    assert sandbox.kubeconfig.exists()


async def test_an_error_inside_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError):
        async with serve_sandbox("healthy"):
            raise LookupError


async def test_two_sandboxes_run_side_by_side() -> None:
    async with served("healthy") as one, served("bad-rollout") as other:
        assert one.sandbox.url != other.sandbox.url
        assert (await one.get(f"{CORE}/pods"))["items"] != (await other.get(f"{CORE}/pods"))["items"]


async def test_the_same_scenario_is_the_same_every_time() -> None:
    async with served() as one, served() as other:
        assert await one.get("/api/v1/pods") == await other.get("/api/v1/pods")


def test_importing_the_package_costs_nothing() -> None:
    code = "import incident_sandbox, sys; print(*(m for m in ('uvicorn', 'yaml', 'cryptography') if m in sys.modules))"
    source = Path(sys.modules["incident_sandbox"].__file__ or "").parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


async def test_with_the_system_clock_the_cluster_lives_by_itself() -> None:
    with anyio.fail_after(20):
        async with serve_sandbox("bad-rollout") as sandbox:
            begun = sandbox.cluster.engine.now
            while sandbox.cluster.engine.now <= begun:
                await anyio.sleep(0.02)


async def test_with_a_manual_clock_time_stands_still() -> None:
    clock = ManualClock()
    async with serve_sandbox("bad-rollout", clock=clock) as sandbox:
        before = sandbox.cluster.store.revision
        await anyio.sleep(0.3)
        assert sandbox.cluster.store.revision == before
        sandbox.cluster.advance(60)
        assert sandbox.cluster.store.revision > before
        assert clock.now().minute == 15
