"""What a line in JSON says, under the names that loggers use: level, message, and its error or stack trace.

A trace in a field counts by its root exception. A line that was cut, as long ones are, is read as far as it goes.
"""

import re
from typing import Any, cast

import msgspec

from incident_mcp.logs.level import WORDS, Level
from incident_mcp.logs.traces import trace_of

_LEVEL = ("level", "severity", "lvl", "levelname", "log.level", "@level", "@l", "Level", "LogLevel")
_MESSAGE = ("msg", "message", "event", "@message", "text", "@m", "@mt", "RenderedMessage", "Message")
_STACK = ("stack_trace", "stacktrace", "stack", "exc_info", "exception", "error.stack_trace", "@x", "Exception")
_ERROR = ("error", "err", "error.message", "thrown", *_STACK)
_INNER_MESSAGE = ("message", "msg", "Message", "localizedMessage")
_INNER_STACK = ("stack", "stack_trace", "stacktrace", "StackTrace", "extendedStackTrace")
_BUNYAN = {"50": "error", "60": "error", "40": "warning"}
Fields = dict[str, Any]


def json_message(text: str, *, strict: bool = False) -> tuple[Level, str] | None:
    """Its level, and its message with its error. None if it is no JSON object; `strict`: also without a message."""
    fields = _fields(text)
    if fields is None:
        return _cut(text) if not strict and not text.rstrip().endswith("}") else None
    level = str(_first(fields, _LEVEL)).lower()
    message, error = _first(fields, _MESSAGE), _error(_first(fields, _ERROR))
    if strict and not (message and level):
        return None
    said = ": ".join(str(each) for each in (message, error) if each)
    return WORDS.get(_BUNYAN.get(level, level), "info"), said or text


def json_frame(text: str) -> str:
    """Of the stack trace in one of its fields: the first frame of the application; empty where there is none."""
    fields = _fields(text)
    if fields is None:
        cut = _CUT_ERROR.search(text) if text.startswith("{") else None
        fields = {"stack": _unescaped(cut[1])} if cut else {}
    for name in _ERROR:
        value = fields.get(name)
        stack = _first(cast("Fields", value), _INNER_STACK) if isinstance(value, dict) else value
        if isinstance(stack, str) and "\n" in stack and (trace := trace_of(_headed(stack))):
            return trace.frame
    return ""


def _headed(stack: str) -> str:
    """Go's loggers write a stack without a head: `main.run`, and below it its place."""
    lines = stack.split("\n")
    if not (len(lines) > 1 and lines[1].startswith("\t") and ".go:" in lines[1]):
        return stack
    return "\n".join(("goroutine 1 [running]:", *(each if each[:1] == "\t" else f"{each}()" for each in lines)))


def _error(value: Any) -> str:
    """A message, or the root of a trace; of an object what it calls its message."""
    if isinstance(value, dict):
        known = cast("Fields", value)
        kind, said = _first(known, ("type", "name", "class", "Type")), _first(known, _INNER_MESSAGE)
        if not said and (stack := _first(known, _INNER_STACK)):
            return _error(str(stack))
        return ": ".join(str(each) for each in (kind, said) if each)
    said = str(value)
    if "\n" not in said:
        return said
    trace = trace_of(said)
    return trace.root if trace else said.partition("\n")[0]


_STRING = r"\"\s*:\s*\"((?:[^\"\\]|\\.)*)"


def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\"(?:{'|'.join(map(re.escape, names))}){_STRING}")


_CUT_LEVEL, _CUT_MESSAGE, _CUT_ERROR = _named(_LEVEL), _named(_MESSAGE), _named(_ERROR)


def _cut(text: str) -> tuple[Level, str] | None:
    level, message, error = (pattern.search(text) for pattern in (_CUT_LEVEL, _CUT_MESSAGE, _CUT_ERROR))
    if message is None and error is None:
        return None
    said = ": ".join(_error(_unescaped(each[1])) for each in (message, error) if each)
    return WORDS.get(level[1].lower() if level else "", "info"), said


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').replace("\\\\", "\\")


def _fields(text: str) -> Fields | None:
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):  # brackets within brackets, thousands deep
        return None
    return cast("Fields", fields) if isinstance(fields, dict) else None


def _first(fields: Fields, keys: tuple[str, ...]) -> Any:
    return next((fields[key] for key in keys if fields.get(key) not in (None, "")), "")
