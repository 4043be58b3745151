"""Runs a credential plugin so that it can't hurt: no terminal, a time-out, bounded output, no children left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE

import anyio
from anyio.abc import ByteReceiveStream, Process

_STDOUT_MOST = 1024 * 1024
_STDERR_TAIL = 4096

# What a client hands to its MCP servers is not the plugin's: keys of the assistant, and settings of ours.
_WITHHELD = ("ANTHROPIC_", "CLAUDE", "MCP_", "INCIDENT_")


@dataclass(frozen=True, slots=True)
class Finished:
    code: int
    stdout: bytes
    stderr: bytes
    """The last 4 KB."""


class TooMuchOutput(Exception):
    """The plugin wrote more than a credential can be."""


def plugin_environment(
    environment: Mapping[str, str], own: Mapping[str, str], withheld: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The process's environment without secrets that are not the plugin's, and what the kubeconfig adds."""
    inherited = {
        name: value
        for name, value in environment.items()
        if name not in withheld and not name.upper().startswith(_WITHHELD)
    }
    return {**inherited, **own}


async def run(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> Finished:
    """Runs to the end. Raises TimeoutError, TooMuchOutput, or OSError when it does not start.

    The plugin gets a session of its own, so that ending it ends what it started.
    """
    process = await _start(command, environment)
    async with process:
        try:
            with anyio.fail_after(seconds):
                return await _finish(process)
        except BaseException:
            _kill(process)
            with anyio.CancelScope(shield=True):  # reaped here, or the event loop finds a child that it does not know
                await process.wait()
            raise


async def _start(command: Sequence[str], environment: Mapping[str, str]) -> Process:
    # Shielded: who gives up while it starts would leave the plugin's children behind.
    with anyio.CancelScope(shield=True):
        return await anyio.open_process(
            command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
    raise AssertionError("a shielded scope without a deadline does not end early")


async def _finish(process: Process) -> Finished:
    stdout, stderr = bytearray(), bytearray()
    overflow = False

    async def read_stdout(stream: ByteReceiveStream) -> None:
        nonlocal overflow
        async for chunk in stream:
            stdout.extend(chunk)
            if len(stdout) > _STDOUT_MOST:
                overflow = True
                tasks.cancel_scope.cancel()

    async def read_stderr(stream: ByteReceiveStream) -> None:
        # Read on, else the pipe fills and the plugin stands still; keep the end, which tells why it failed.
        async for chunk in stream:
            stderr.extend(chunk)
            del stderr[:-_STDERR_TAIL]

    async with anyio.create_task_group() as tasks:
        if process.stdout and process.stderr:
            tasks.start_soon(read_stdout, process.stdout)
            tasks.start_soon(read_stderr, process.stderr)
    if overflow:
        raise TooMuchOutput
    return Finished(await process.wait(), bytes(stdout), bytes(stderr))


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
