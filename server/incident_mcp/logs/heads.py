"""A line's message: what is left when stamp, level, thread, logger and the like are taken from its head.

A head is taken off only if it begins as one, with a time or a level; a message that begins with a number keeps it.
Access logs are cut to request and status: addresses, referrers and browsers say nothing about what went wrong.
"""

import re

from incident_mcp.logs.levels import Level, level_and_message

_TIME = (
    r"\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?"
    r"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?"
    r"|\d\d/\d\d/\d\d \d\d:\d\d:\d\d|\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{6} \d{6}|\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|\d{8}-\d{1,2}:\d{1,2}:\d{1,2}(?::\d+)?|\d{4}\.\d\d\.\d\d|\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d+|1\d{9}(?:\.\d+)?)\]?"
)
_LEVEL = (
    r"[\[<(]?(?i:error|fatal|critical|panic|severe|warn(?:ing)?|info|debug|trace|notice|log|alert|emerg|crit|err"
    r"|[VDIWEF](?= ))\b[\]>)]?:?"
)
_START = re.compile(rf"(?:- )?(?:\S+ ){{0,2}}?{_TIME}(?=[\s:|,-]|$)|{_LEVEL}(?=\s)")
_PIECE = re.compile(
    rf"\s*(?:{_TIME}(?=[\s:|,-]|$)|{_LEVEL}(?=[\s-]|$)|[-|:,*](?=\s)"
    r"|\[[^\]]{0,120}\](?=[\s:-])|\d+(?=[\s|])|\d+:[A-Z](?= )|\(\d+\)"
    r"|[A-Za-z_$][\w$]*(?:[./][\w$]+)+(?:\[[^\]]*\])?:?(?=\s)|[\w$.-]*[A-Z][\w$.]*[a-z][\w$.]*:(?=\s)|\|)"
)
_LOGGER = re.compile(r"\s*[A-Za-z_$][\w$.]*(?:/[\w$.]+)*\s+[-:] (?=\S)")
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
    if syslog := _MONTH.match(text):
        if tag := _SYSLOG.match(text, syslog.end()):
            return text[tag.end() :] or text
    start = _START.match(text)
    if start is None:
        return text
    at = start.end()
    for _ in range(8):
        piece = _PIECE.match(text, at)
        if piece is None or piece.end() >= len(text):
            break
        at = piece.end()
    return text[at:].strip() or text
