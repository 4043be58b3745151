"""A line's message: what is left when stamp, level, thread, logger and the like are taken from its head.

A head is taken off only if it begins as one, with a time or a level; a message that begins with a number keeps it.
Access logs are cut to request and status: addresses, referrers and browsers say nothing about what went wrong.
"""

import re

from incident_mcp.logs.levels import Level, level_and_message

_TIME = (
    r"\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?"
    r"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?"
    r"|\d\d/\d\d/\d\d \d\d:\d\d:\d\d|\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{6} \d{6}|\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|\d{8}-\d{1,2}:\d{1,2}:\d{1,2}(?::\d+)?|\d{4}\.\d\d\.\d\d|\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d+|1\d{9}(?:\.\d+)?)\]?"
)
_LEVEL = (
    r"[\[<(]?(?i:error|fatal|critical|panic|severe|warn(?:ing)?|info|debug|trace|notice|log|alert|emerg|crit|err"
    r"|[VDIWEF](?= ))\b[\]>)]?:?"
)
_START = re.compile(rf"(?:- )?(?:\S+ ){{0,2}}?{_TIME}(?=[\s:|,-]|$)|{_LEVEL}(?=\s)")
_TIME_AGAIN = re.compile(rf"\s*{_TIME}(?=[\s:|,-]|$)")
_LEVEL_PIECE = re.compile(rf"\s*{_LEVEL}(?=[\s-]|$)")
_FILLER = re.compile(r"\s*(?:-{1,3}|[|:,*]|\d+(?=[\s|])|\d+:[A-Z](?= )|\(\d+\)|\|)(?=\s)")
_DASH = re.compile(r"\s*[-:](?=\s+\S)")
_BRACKETS = re.compile(r"\s*\[(?:[^\[\]]|\[[^\[\]]*\]){0,250}\](?=[\s:-])")
_LOGGER = re.compile(
    r"\s*(?![\w.$]*(?:Exception|Error)\b)(?:"
    r"([\w$-]+(?:[./][\w$-]+)+(?:\[[^\]]*\])?|[\w$-]*[A-Z][\w$]*|[a-z][\w-]*(?=\[\d+\]))(?:\[\d+\])?:(?=\s)"
    r"|[A-Za-z_$][\w$-]*(?:[./][\w$-]+)*\s+(?=[-:] |\[)(?:[-:] )?)"
)
_SYSLOG = re.compile(r"\s*(?:[\w./@-]+ ){1,2}?([\w./()-]+(?:\(\w+\))?)(?:\[\d+\])?: ")
_MONTH = re.compile(r"(?:- \S+ \S+ \S+ )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d ")
_ACCESS = re.compile(r"\"([A-Z]{3,8}) ([^\"\s]*)(?: HTTP/[\d.]+)?\" ([1-5]\d\d) ")
_QUERY = re.compile(r"[?;#].*")


def message_of(text: str) -> tuple[Level, str]:
    """How serious the line is, and its message; never empty where the line is not."""
    level, said = level_and_message(text)
    if said != text:
        return level, said
    if access := _ACCESS.search(text):
        return level, f"{access[1]} {_QUERY.sub('?…', access[2])}"
    return level, headless(said)


def headless(text: str) -> str:
    """The line without its head."""
    if (syslog := _MONTH.match(text)) and (tag := _SYSLOG.match(text, syslog.end())):
        return text[tag.end() :] or text
    start = _START.match(text)
    if start is None:
        return text
    return text[_end_of_head(text, start) :].strip() or text


def _end_of_head(text: str, start: re.Match[str]) -> int:
    """Times, one level, numbers and brackets in any order; the logger's name ends it."""
    at, levelled = start.end(), _LEVEL_PIECE.fullmatch(start[0]) is not None
    bracketed = False
    for _ in range(8):
        if bracketed and (dash := _DASH.match(text, at)):
            return dash.end()
        brackets = _BRACKETS.match(text, at)
        bracketed = bracketed or brackets is not None
        piece = _TIME_AGAIN.match(text, at) or _FILLER.match(text, at) or brackets
        if piece is None and not levelled:
            piece = _LEVEL_PIECE.match(text, at)
            levelled = piece is not None
        if piece is None:
            logger = _LOGGER.match(text, at)
            return _after_logger(text, logger.end()) if logger and logger.end() < len(text) else at
        if piece.end() >= len(text):
            return at
        at = piece.end()
    return at


def _after_logger(text: str, at: int) -> int:
    brackets = _BRACKETS.match(text, at)
    at = brackets.end() if brackets and brackets.end() < len(text) else at
    filler = _FILLER.match(text, at)
    return filler.end() if filler and text[filler.start() : filler.end()].strip() in ("-", ":", "|") else at
