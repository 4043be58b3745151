"""One sandbox a test; every wait is bounded."""

from collections.abc import AsyncIterator

import anyio
import pytest

from tests.sandbox.client import Kube, served


@pytest.fixture
async def bad() -> AsyncIterator[Kube]:
    with anyio.fail_after(20):
        async with served("bad-rollout") as kube:
            yield kube


@pytest.fixture
async def well() -> AsyncIterator[Kube]:
    with anyio.fail_after(20):
        async with served("healthy") as kube:
            yield kube
