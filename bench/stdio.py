"""An MCP server as a client starts it: over stdio, protocol 2025-11-25, spoken by hand: no client is measured."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

PROTOCOL = "2025-11-25"


class Session:
    """One running server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._number = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, method: str, params: object) -> dict[str, Any]:
        """The whole answer; notifications on the way are dropped. Raises `RuntimeError` when the server ends."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        assert self._process.stdout
        for line in self._process.stdout:
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == self._number:
                return answer
        raise RuntimeError(f"the server ended instead of answering {method}")

    def call(self, tool: str, arguments: Mapping[str, object]) -> tuple[float, dict[str, Any]]:
        """Seconds until the whole answer was here, and the result. Raises `RuntimeError` when it is an error."""
        began = time.perf_counter()
        answer = self.ask("tools/call", {"name": tool, "arguments": arguments})
        took = time.perf_counter() - began
        result = answer.get("result")
        if result is None or result.get("isError"):
            raise RuntimeError(f"{tool} failed: {str(answer)[:500]}")
        return took, result

    def greet(self) -> None:
        about = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
        self.ask("initialize", about)
        self._send({"method": "notifications/initialized"})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()


@contextmanager
def session(command: list[str], environment: Mapping[str, str]) -> Generator[Session]:
    """A server that has been greeted; it ends with the block."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        text=True,
    ) as process:
        try:
            running = Session(process)
            running.greet()
            yield running
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
