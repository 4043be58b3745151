"""How serious a line says it is, and its message: plain text, JSON, klog and logfmt, if it says so itself.

A word such as `failed` proves nothing (`0 failed`, `failover`); only a level at a line's head or in its field does, and
an exception that begins the line: the one row of a trace that is left where lines are looked for by a text.
"""

import re

from incident_mcp.logs.json_lines import json_message
from incident_mcp.logs.level import WORDS, Level

_KLOG = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+\] (.*)", re.DOTALL)
_HEAD = re.compile(
    r"^(?:\S+ ){0,3}?[\[<(]?(ERROR|FATAL|CRITICAL|PANIC|SEVERE|WARN(?:ING)?|INFO|DEBUG|TRACE|NOTICE)\b[\]>):]?"
)
_LOGFMT_LEVEL = re.compile(r"\b(?:level|lvl|severity)=\"?(\w+)")
_LOGFMT_MESSAGE = re.compile(r"\b(?:msg|message)=(?:\"((?:[^\"\\]|\\.)*)\"|(\S+))")
_LOGFMT_ERROR = re.compile(r"\b(?:err|error)=(?:\"((?:[^\"\\]|\\.)*)\"|(\S+))")
_PREFIXED = re.compile(r"[^{}]{1,120}(\{\".*\})\s*$", re.DOTALL)
_DOTNET = re.compile(r"^(fail|crit|warn): [\w.`+<>-]+\[\d+\]")
_RAISED = re.compile(r"(?:Caused by: )?(?:[A-Za-z_$][\w$]*[./])*[A-Z][\w$]*(?:Error|Exception)(?:: \S|$)")
_GRAVEST: tuple[Level, ...] = ("error", "warning", "info")


def level_and_message(text: str) -> tuple[Level, str]:
    """`info` where the line does not say. The message is what it says beside stamp and level, with its error."""
    if text.startswith("{") and (parsed := json_message(text)):
        return parsed
    if klog := _KLOG.fullmatch(text):
        return _wrapped(WORDS[klog[1].lower()], klog[2])
    if found := _LOGFMT_LEVEL.search(text):
        return WORDS.get(found[1].lower(), "info"), _logfmt(text)
    if (inner := _PREFIXED.match(text)) and (parsed := json_message(inner[1], strict=True)):
        return parsed
    if head := _HEAD.match(text) or _DOTNET.match(text):
        return WORDS[head[1].lower()], text
    return ("error" if _RAISED.match(text) else "info"), text


def _wrapped(level: Level, message: str) -> tuple[Level, str]:
    """A record in JSON inside a line of another form: its own message, and the graver of both levels."""
    parsed = json_message(message, strict=True) if message.startswith("{") else None
    if parsed is None:
        return level, message
    return (level if _GRAVEST.index(level) < _GRAVEST.index(parsed[0]) else parsed[0]), parsed[1]


def _logfmt(text: str) -> str:
    found = (pattern.search(text) for pattern in (_LOGFMT_MESSAGE, _LOGFMT_ERROR))
    said = ": ".join((each[1] or each[2] or "") for each in found if each)
    return said or text
