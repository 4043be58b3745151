"""What the logs of failing containers mean, per workload: the same thing said by thirty pods is said once.

A meaning counts only for containers that fail, which is why their logs were read. Of one that is well it counts when it
says the same again and again, and still does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_mcp.logs.causes import LogCause
from incident_mcp.logs.meanings import Meaning, recognise_each
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Evidence
from incident_mcp.vocabulary.observation import LogSeen, Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

SPREAD = "logs read"
"""The source of an evidence that counts the logs in which a line stands."""
LOUD = 5
A_MOMENT = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that means something, and where it stands."""

    log: LogSeen
    time: datetime | None
    text: Untrusted


@dataclass(frozen=True, slots=True)
class Said:
    """One meaning, as the containers of one workload said it."""

    target: Ref
    container: str
    meaning: Meaning
    lines: tuple[Line, ...]

    @property
    def quiet(self) -> bool:
        """Nothing but this tells that anything is wrong."""
        return all(line.log.quiet for line in self.lines)

    def loud(self, now: datetime) -> bool:
        """Said again and again, and a moment ago."""
        last = max((line.time for line in self.lines if line.time), default=None)
        return len(self.lines) >= LOUD and last is not None and now - last <= A_MOMENT

    @property
    def first(self) -> datetime | None:
        return min((line.time for line in self.lines if line.time), default=None)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The latest line, and how widely it was said."""
        latest = max(self.lines, key=lambda line: line.time.timestamp() if line.time else 0.0)
        instance = ", previous instance" if latest.log.previous else ""
        where = f"log of {latest.log.pod.name}{instance}"
        return (
            Evidence(source=where, value=latest.text, at=latest.time),
            Evidence(source=SPREAD, value=self.spread),
        )

    @property
    def spread(self) -> str:
        """`once in each of 3 pods`, `41 times in 2 pods`."""
        pods = {line.log.pod for line in self.lines}
        if len(self.lines) == len(pods):
            return "once in 1 pod" if len(pods) == 1 else f"once in each of {len(pods)} pods"
        return f"{len(self.lines)} times in {count(len(pods), 'pod')}"


def complaints(seen: Observation, pod: Ref, container: str) -> int:
    """Lines of one container's present instance that mean something known, and nothing good."""
    mine = (log for log in seen.logs if (log.pod, log.container, log.previous) == (pod, container, False))
    return sum(len(recognise_each([text for _, text in log.lines])) for log in mine)


def said_of(seen: Observation, *causes: LogCause) -> Iterator[Said]:
    """What the logs say of these causes, by workload, container and meaning; the most often said first."""
    pods = {pod.ref: pod for pod in seen.pods}
    found: dict[tuple[Ref, str, str], list[tuple[Line, Meaning]]] = {}
    for log in seen.logs:
        for at, meaning in recognise_each([text for _, text in log.lines]):
            if meaning.cause in causes:
                pod = pods.get(log.pod)
                target = pod.owner or pod.ref if pod else log.owner or log.pod
                key = (target, log.container, meaning.model_dump_json())
                found.setdefault(key, []).append((Line(log, *log.lines[at]), meaning))
    for (target, container, _), said in sorted(found.items(), key=lambda item: -len(item[1])):
        found_so = Said(target, container, said[0][1], tuple(line for line, _ in said))
        if not found_so.quiet or found_so.loud(seen.at):
            yield found_so
