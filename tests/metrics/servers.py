"""The real Prometheus and Alertmanager, each on a free port of the loopback, with a folder of its own, ended with it.

A Prometheus gets its past by `promtool tsdb create-blocks-from openmetrics`, so a test has three hours of history
without waiting for any; the history goes on for a while after now, so that it is not stale when a slow test asks.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.controlplane.processes import Child, free_ports
from tests.controlplane.waiting import wait_for

REQUIRED = "INCIDENT_REQUIRE_PROMETHEUS"
HOW_TO_GET_THEM = "no {}: `apt-get install prometheus prometheus-alertmanager` bring it (their services are not needed)"
SCRAPE_SECONDS = 15
PAST, AHEAD = timedelta(hours=3), timedelta(minutes=20)

Curve = Callable[[float], float]
"""A counter's increase a second, or a gauge's value, by seconds since the onset."""


@dataclass
class History:
    """Series to come, around an onset that lies some minutes back."""

    onset: datetime
    lines: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def counter(self, name: str, labels: dict[str, str], rate: Curve, until: float | None = None) -> None:
        """A counter that grows by `rate`; not scraped any more `until` seconds after the onset, if given."""
        total = 1000.0
        for at in self._times(until):
            total += rate(at) * SCRAPE_SECONDS
            self._add(name, "counter", labels, total, at)

    def gauge(self, name: str, labels: dict[str, str], value: Curve) -> None:
        for at in self._times(None):
            self._add(name, "gauge", labels, value(at), at)

    def _times(self, until: float | None) -> list[int]:
        now = (datetime.now(UTC) - self.onset).total_seconds()
        first, last = int(now - PAST.total_seconds()), int(now + AHEAD.total_seconds())
        times = range(first - first % SCRAPE_SECONDS, last, SCRAPE_SECONDS)
        return [at for at in times if until is None or at <= until]

    def _add(self, name: str, kind: str, labels: dict[str, str], value: float, at: float) -> None:
        held = ",".join(f"{label}={json.dumps(text, ensure_ascii=False)}" for label, text in labels.items())
        family = name.removesuffix("_total")
        head = [f"# TYPE {family} {'unknown' if kind == 'counter' and family == name else kind}"]
        self.lines.setdefault(family, head).append(f"{name}{{{held}}} {value:g} {self.onset.timestamp() + at:.3f}")

    def text(self) -> str:
        return "\n".join([line for lines in self.lines.values() for line in lines] + ["# EOF", ""])


@contextmanager
def prometheus(
    folder: Path, history: History | None = None, rules: str = "", address: str = "127.0.0.1"
) -> Generator[str]:
    """Its URL, once it answers, on this address of the machine."""
    program = _program("prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    if history is not None:
        (folder / "history.txt").write_text(history.text())
        command = [_program("promtool"), "tsdb", "create-blocks-from", "openmetrics", folder / "history.txt", data]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    (folder / "rules.yml").write_text(rules)
    ruled = f"rule_files: [{folder}/rules.yml]\n" if rules else ""
    (folder / "prometheus.yml").write_text(f"global: {{scrape_interval: 1h, evaluation_interval: 1s}}\n{ruled}")
    flags = [
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=1d",
    ]
    with _running("prometheus", program, folder, flags, address) as url:
        yield url


@contextmanager
def alertmanager(folder: Path, address: str = "127.0.0.1") -> Generator[str]:
    """Its URL, once it answers. A critical alert inhibits warnings of the same namespace."""
    program = _program("prometheus-alertmanager")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alertmanager.yml").write_text(
        "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
        "inhibit_rules:\n"
        "- {source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [namespace]}\n"
    )
    flags = [f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data", "--cluster.listen-address="]
    with _running("alertmanager", program, folder, flags, address) as url:
        yield url


def post(url: str, body: Any) -> Any:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def fire(url: str, name: str, since: datetime, labels: dict[str, str], **annotations: str) -> None:
    """Raise an alert, as Prometheus does; returns when it is listed."""
    alert = {
        "labels": {"alertname": name, **labels},
        "annotations": annotations,
        "startsAt": since.isoformat(),
        "endsAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    post(f"{url}/api/v2/alerts", [alert])

    def listed() -> bool:
        with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=10) as answer:
            alerts = json.load(answer)
        return any(each["labels"] == alert["labels"] and each["status"]["state"] != "unprocessed" for each in alerts)

    wait_for(f"{name} is listed", listed)


def silence(url: str, name: str) -> None:
    now = datetime.now(UTC)
    post(
        f"{url}/api/v2/silences",
        {
            "matchers": [{"name": "alertname", "value": name, "isRegex": False}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "tests",
            "comment": "known",
        },
    )


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        _missing(HOW_TO_GET_THEM.format(name))
    return found


def _missing(what: str) -> NoReturn:
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but {what}", pytrace=False)
    pytest.skip(what)


@contextmanager
def _running(name: str, program: str, folder: Path, flags: list[str], address: str) -> Generator[str]:
    (port,) = free_ports(1)
    command = [program, *flags, f"--web.listen-address={address}:{port}"]
    child = Child(name, command, folder, {"PATH": os.environ["PATH"]})
    url = f"http://{address}:{port}"
    try:
        _wait_ready(child, url)
        yield url
    finally:
        child.stop()


def _wait_ready(child: Child, url: str) -> None:
    deadline = time.monotonic() + 30

    def ready() -> bool:
        child.check()
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    wait_for(f"{child.name} is ready", ready, deadline - time.monotonic())
