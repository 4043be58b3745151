"""How serious a line says it is, and its message: plain text, JSON, klog and logfmt, if it says so itself.

A word such as `failed` proves nothing (`0 failed`, `failover`); only a level at a line's head or in its field does.
"""

import re
from typing import Any, Literal, cast

import msgspec

Level = Literal["error", "warning", "info"]

_WORDS: dict[str, Level] = {
    **dict.fromkeys(["error", "err", "e", "fatal", "f", "critical", "crit", "panic", "severe", "alert"], "error"),
    **dict.fromkeys(["warn", "warning", "w"], "warning"),
    **dict.fromkeys(["info", "debug", "trace", "notice", "information", "verbose", "i", "d"], "info"),
}
_KLOG = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+\] (.*)", re.DOTALL)
_HEAD = re.compile(
    r"^(?:\S+ ){0,3}?[\[<(]?(ERROR|FATAL|CRITICAL|PANIC|SEVERE|WARN(?:ING)?|INFO|DEBUG|TRACE|NOTICE)\b[\]>):]?"
)
_LOGFMT_LEVEL = re.compile(r"\b(?:level|lvl|severity)=\"?(\w+)")
_LOGFMT_MESSAGE = re.compile(r"\b(?:msg|message)=(?:\"((?:[^\"\\]|\\.)*)\"|(\S+))")
_LOGFMT_ERROR = re.compile(r"\b(?:err|error)=(?:\"((?:[^\"\\]|\\.)*)\"|(\S+))")
_LEVEL_KEYS = ("level", "severity", "lvl", "levelname", "log.level", "@level")
_MESSAGE_KEYS = ("msg", "message", "event", "@message", "text")
_ERROR_KEYS = ("error", "err", "exception", "exc_info", "stack_trace")
_BUNYAN = {"50": "error", "60": "error", "40": "warning"}


def level_and_message(text: str) -> tuple[Level, str]:
    """`info` where the line does not say. The message is what it says beside stamp and level, with its error."""
    if text.startswith("{") and (parsed := _json(text)):
        return parsed
    if klog := _KLOG.fullmatch(text):
        return _WORDS[klog[1].lower()], klog[2]
    if found := _LOGFMT_LEVEL.search(text):
        return _WORDS.get(found[1].lower(), "info"), _logfmt(text)
    head = _HEAD.match(text)
    return (_WORDS[head[1].lower()] if head else "info"), text


def _json(text: str) -> tuple[Level, str] | None:
    try:
        fields = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    if not isinstance(fields, dict):
        return None
    known = cast("dict[str, Any]", fields)
    level = str(_first(known, _LEVEL_KEYS)).lower()
    message, error = _first(known, _MESSAGE_KEYS), _first(known, _ERROR_KEYS)
    said = ": ".join(str(each) for each in (message, error) if each)
    return _WORDS.get(_BUNYAN.get(level, level), "info"), said or text


def _first(fields: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((fields[key] for key in keys if key in fields), "")


def _logfmt(text: str) -> str:
    found = (pattern.search(text) for pattern in (_LOGFMT_MESSAGE, _LOGFMT_ERROR))
    said = ": ".join((each[1] or each[2] or "") for each in found if each)
    return said or text
