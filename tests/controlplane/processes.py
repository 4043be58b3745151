"""Child processes that never outlive the tests.

Each is the leader of its own session, writes to its own log file, and is stopped politely for two seconds and then not.
If this process itself is killed, the kernel ends the children (`launch.py`).
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
GRACE_SECONDS = 2.0
CLASH = "address already in use"

_children: set[Child] = set()


class PortClash(Exception):
    """Somebody took a port between the moment it was found free and the moment it was used."""


class Child:
    """One running program."""

    def __init__(self, name: str, command: list[str], logs_folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = logs_folder / f"{name}.log"
        launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *command]
        with open(self.log, "ab") as log:
            self._process = _in_lasting_thread(
                lambda: subprocess.Popen(
                    launch,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=dict(environment),
                    start_new_session=True,
                )
            )
        _children.add(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def check(self) -> None:
        """Raise when the program has ended by itself, with the end of its log."""
        if self.running:
            return
        end = self.log.read_text(errors="replace")[-2000:]
        if CLASH in end:
            raise PortClash(f"{self.name}: {CLASH}")
        raise RuntimeError(f"{self.name} ended with code {self._process.returncode}. The end of {self.log}:\n{end}")

    def signal(self, number: signal.Signals) -> None:
        if self.running:
            os.killpg(self.pid, number)

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def stop(self) -> None:
        stop_all([self])

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait(GRACE_SECONDS)

    def wait(self, seconds: float) -> None:
        """Wait for the end; kill when it does not come in time."""
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self._process.wait()
        _children.discard(self)


def stop_all(children: Iterable[Child], grace: float = GRACE_SECONDS) -> None:
    """Ask all at once, then wait for each; the grace is shared, so the whole takes no longer than that."""
    stopping = list(children)
    for child in stopping:
        child.resume()
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in stopping:
        child.wait(deadline - time.monotonic())


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that are free now. Held together, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


@atexit.register
def _stop_what_is_left() -> None:
    stop_all(list(_children))


_starts: queue.SimpleQueue[tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]]
_starts = queue.SimpleQueue()


def _in_lasting_thread(start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a program from the one thread that lives as long as this process (see `launch.py` for why)."""
    future: Future[subprocess.Popen[bytes]] = Future()
    _starts.put((start, future))
    return future.result()


def _keep_starting() -> None:
    while True:
        start, future = _starts.get()
        try:
            future.set_result(start())
        except OSError as error:
            future.set_exception(error)


threading.Thread(target=_keep_starting, name="starts control planes", daemon=True).start()
