"""Collapsed lines without the words that say nothing about their kind: values of fields, browsers, referrers.

`"user":"alice"` and `"user":"bob"` in a JSON line are one kind, whatever else the line holds; the fields that carry
its message, error and level stay. Marks stay too, each in its place, because times and codes are found by them.
"""

import re

from incident_mcp.logs.collapse import MARK

_TOLD = (
    rb"msg|message|event|@message|text|log|level|severity|lvl|levelname|log\.level|@level"
    rb"|error|err|exception|reason|cause|stack\w*|exc_info"
)
_JSON_FIELD = re.compile(rb'"(?!(?:' + _TOLD + rb')")([^"\\]+)":\s?"((?:[^"\\]|\\.)*)"')
_LOGFMT_FIELD = re.compile(rb"(?<=\s)(?!(?:" + _TOLD + rb')=)([\w.@/-]+)=("(?:[^"\\]|\\.)*"|[^\s"]+)')
_ACCESS = re.compile(rb'" \x01 (?:\x01|-)')
_LETTERS = bytes([*range(65, 91), *range(97, 123), *range(128, 256)])
_LONG_WORD = re.compile(rb"[A-Za-z_]{32,}")


def canonical(key: bytes) -> bytes:
    """The same for all lines of a kind; as many marks as `key` has, in the same order."""
    if key[:1] == b"{" or b' {"' in key:
        return _JSON_FIELD.sub(_emptied, key)
    if access := _ACCESS.search(key):
        return key[: access.end()] + key[access.end() :].translate(None, _LETTERS)
    if b'msg="' in key or b"msg=" in key or (key[1:2] == MARK and b'] "' in key):
        return _LOGFMT_FIELD.sub(_emptied, key)
    return _LONG_WORD.sub(b"", key) if len(key) > 32 else key


def _emptied(field: re.Match[bytes]) -> bytes:
    return b"%b=%b" % (field[1], MARK * field[2].count(MARK))
