"""A reading of logs for a person's terminal, and as JSON for programs. Both are cleaned and masked."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incident_mcp.logs.patterns import LogPattern, Reading
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import clock, count, shown
from incident_mcp.workflow.log_lines import TOO_WIDE, PatternLine, pattern_line, read_words

if TYPE_CHECKING:
    from incident_mcp.workflow.host_lines import HostLine

_WIDTH = 160
HOSTS = 10


def as_text(reading: Reading, top: int, hosts: "Sequence[HostLine]" = ()) -> str:
    """Worst first; what is new since the onset before all else."""
    patterns = [pattern for pattern in reading.patterns if not pattern.blank]
    lines = [f"{read_words(reading)}: {count(len(patterns), 'pattern')}{_against(reading)}"]
    tier = None
    for pattern in patterns[:top]:
        if reading.compared and pattern.tier != tier:
            tier = pattern.tier
            lines += ["", f"{tier or 'as before'}"]
        lines += _shown(pattern_line(pattern, reading), pattern)
    if hosts:
        from incident_mcp.workflow.host_lines import host_words

        since = f"since {clock(reading.onset, reading.last)}" if reading.onset else "in the last five minutes"
        lines += ["", f"hosts of this access log, {since}, and in the hour before:"]
        lines += [f"  {host_words(each)}" for each in hosts[:HOSTS]]
    if note := shown(len(patterns[:top]), len(patterns)):
        lines += ["", f"{note}; --top shows more."]
    if reading.coarse:
        lines += ["", f"{TOO_WIDE.capitalize()}."]
    return "\n".join(lines)


def _against(reading: Reading) -> str:
    if reading.compared:
        at = f"before {clock(reading.onset, reading.last)}" if reading.onset else "of the baseline"
        return f"; compared with {reading.compared:,} events {at}"
    return "; nothing before the onset to compare with" if reading.onset else ""


def _shown(line: PatternLine, pattern: LogPattern) -> list[str]:
    code = f" [{line.code}]" if line.code is not None else ""
    before = f" (before: {line.before:,})" if line.before else ""
    head = f"{line.count:>9,}  {line.level:<7}  {quote(pattern.template, _WIDTH)}{code}{before}"
    detail = [f"{line.first or '?'} to {line.last}" if line.last else "", line.burst, line.means, line.values]
    if line.at:
        detail.append(f"at {line.at}")
    rest = "; ".join(part for part in detail if part)
    return [head, *([f"{'':20}{rest}"] if rest else [])]


def as_value(reading: Reading, hosts: "Sequence[HostLine]" = ()) -> str:
    """All patterns, all hosts."""
    value: dict[str, Any] = {
        "lines": reading.lines,
        "bytes": reading.size,
        "onset": reading.onset.isoformat() if reading.onset else None,
        "compared": reading.compared,
        "coarse": reading.coarse,
        "patterns": [_value(pattern, reading) for pattern in reading.patterns],
    }
    if hosts:
        value["hosts"] = [host.model_dump(mode="json", exclude_none=True) for host in hosts]
    return json.dumps(value, ensure_ascii=False, indent=1)


def _value(pattern: LogPattern, reading: Reading) -> dict[str, Any]:
    line = pattern_line(pattern, reading)
    value = line.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    exact = {
        "count": pattern.count,
        "lines": pattern.lines,
        "before": pattern.before if reading.compared else None,
        "first": pattern.first.isoformat() if pattern.first else None,
        "last": pattern.last.isoformat() if pattern.last else None,
    }
    return {**value, **{name: each for name, each in exact.items() if each is not None}}
