"""Log files of the pods that kwok plays, in the kubelet's own format (CRI): `TIME STREAM F TEXT`.

Healthy pods share one file, to which a line is added every few seconds. A crashing pod gets a file of its own for each
run, dated as that run was: the stage that crashes it writes a `Logs` object, which is watched here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.controlplane.api import Api, ApiError, Json
from tests.controlplane.components import CONF

LOGS_PATH = "/apis/kwok.x-k8s.io/v1alpha1/logs"
RUN = timedelta(milliseconds=900)  # how long a crashing container lives
PAST = timedelta(minutes=10)  # how far back the log of the healthy begins
BEAT_SECONDS = 5.0
AGAIN_SECONDS = 0.2


def cri_line(when: datetime, text: str, stream: str = "stdout") -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z {stream} F {text}\n"


def cri_lines(text: str, begin: datetime, end: datetime) -> Iterator[str]:
    """Lines of `STREAM TEXT`, spread evenly over the time of a run."""
    lines = text.splitlines()
    step = (end - begin) / max(1, len(lines))
    for number, line in enumerate(lines):
        stream, _, rest = line.partition(" ")
        yield cri_line(begin + step * number, rest, stream)


class PodLogs:
    """Keeps the log files of one control plane, in threads that end with `stop` or with the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._healthy = folder / "healthy.log"
        self._stopped = threading.Event()

    def start(self, api: Api) -> None:
        self.folder.mkdir(exist_ok=True)
        now = datetime.now(UTC)
        text = (CONF / "logs" / "healthy.txt").read_text()
        beats = range(int(PAST.total_seconds() // BEAT_SECONDS), 0, -1)
        past = [cri_line(now - timedelta(seconds=BEAT_SECONDS) * beat, "GET /healthz 200 1ms") for beat in beats]
        self._healthy.write_text("".join([*cri_lines(text, now - PAST, now - PAST), *past]))
        for keep in (self._beat, lambda: self._follow(api)):
            threading.Thread(target=keep, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _beat(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            with open(self._healthy, "a") as log:
                log.write(cri_line(datetime.now(UTC), "GET /healthz 200 1ms"))

    def _follow(self, api: Api) -> None:
        while not self._stopped.is_set():
            try:
                for event in api.watch(LOGS_PATH):
                    if event["type"] in ("ADDED", "MODIFIED"):
                        _write_run(event["object"])
            except ApiError:
                pass  # the API server is away; look again when it is back
            self._stopped.wait(AGAIN_SECONDS)


def _write_run(logs: Json) -> None:
    """Write the file that a `Logs` object of the crash stage asks for, whole or not at all."""
    wanted = logs["metadata"].get("annotations", {})
    if "control-plane/file" not in wanted:
        return
    file = Path(wanted["control-plane/file"])
    if file.exists():
        return
    end = instant(wanted["control-plane/finished"])
    version = re.sub(r".*:", "", wanted["control-plane/image"])
    text = (CONF / "logs" / f"{wanted['control-plane/text']}.txt").read_text().replace("{version}", version)
    draft = file.with_suffix(".draft")
    draft.write_text("".join(cri_lines(text, end - RUN, end)))
    draft.rename(file)


def instant(text: str) -> datetime:
    """RFC 3339 with nanoseconds, of which Python keeps the micros."""
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
