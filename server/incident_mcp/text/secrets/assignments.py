"""Secrets by the name they are given: `password=…`, `"apiKey": "…"`, `token: …`.

After `=`, or as the value of a quoted key, anything is a secret. After `name: ` it may be a sentence (`token: expired`,
`Unexpected token: }`), so there a password must not be an everyday word, and a token must have a digit or be long.
The names serve for keys of structured data too.
"""

import re

from incident_mcp.text.secrets.kind import Kind

_WORDS = r"(?:pass(?:word|wd|phrase|code)|(?<=[_.-])pass|(?<=[_.-])pw|bindpw|pwd(?!\\{0,4}[\"']?\s{0,4}[:=]\s{0,4}/))"
_KEYS = (
    "secret|private|encryption|signing|master|session|shared|account|auth|api|access|app(?:lication)?|license|storage|"
    "service|ssh"
)
_TOKENS = (
    rf"(?:secret[_-]?access[_-]?key|(?:{_KEYS})[_-]?key|secret|token|credentials?|connection[_-]?string|client-key-data|sas[_-]?url|"
    r"\.?dockerconfigjson|dockercfg|access[_-]?key[_-]?secret|webhook[_-]?url|cookie)"
)
_QUOTED_VALUE = r"(?P<q>\\{0,4}[\"'])(?P<secret>(?!(?P=q)|\$\{|\*{3})(?:(?!(?P=q))(?:\\.|[^\n])){1,8192})"
_NOTHING = (
    r"(?!\$[({]|\*{3}|\{\{|<(?:redacted|masked|hidden|none|nil|unset|empty|set)|%[sv]|&|;|"
    r"(?:null|none|nil|true|false|undefined|redacted|masked|hidden|yes|no|unset|empty|required|optional)(?![^\s,;\]})\"']))"
)
_EVERYDAY = (
    r"(?!(?:is|was|has|must|not|does|did|can|cannot|could|should|will|for|from|in|on|to|of|at|and|or|the|a|an|wrong|bad|too|"
    r"invalid|incorrect|expired|missing|required|unknown|mismatch|rejected|failed|failure|error|authentication|denied|changed|"
    r"reset|updated|length|policy|unsupported|unexpected|empty|ok|accepted|never|no|none|null|nil|true|false|yes|set|unset|"
    r"string|secret|password|token)(?![^\s,;.:!?)\"']))"
)
# A structured log names a Secret as namespace/name; that is no secret.
_OBJECT_NAME = r"(?!(?<=secret=)[\"']?[a-z][a-z0-9-]{0,62}/[a-z][a-z0-9.-]{0,252}(?![^\s,;\"')]))"
_BARE = r"[^\s\"'&;]+"

_HINTS_WORDS = ("pass", "pwd", "pw")
_HINTS_TOKENS = ("key", "secret", "token", "credential", "connection", "docker", "webhook", "cookie", "sas")


def _named(name: str, key: str, rest: str, hints: tuple[str, ...]) -> Kind:
    return Kind(name, rf"{key}{rest}", hints, ignore_case=True)


def _family(name: str, key: str, loose: str, hints: tuple[str, ...]) -> tuple[Kind, ...]:
    return (
        _named(name, key, rf"\\{{0,4}}[\"']?\s{{0,4}}(?:=>?|:=|:)\s{{0,4}}{_OBJECT_NAME}{_QUOTED_VALUE}", hints),
        _named(name, key, rf"\\{{0,4}}[\"']?=(?![=>]){_OBJECT_NAME}(?P<secret>{_NOTHING}{_BARE})", hints),
        _named(name, key, rf"\\{{0,4}}[\"']?\s{{0,4}}(?:=|:=|:)[ \t]{{1,4}}(?P<secret>{_NOTHING}{loose})", hints),
        _named(name, key, rf"\\{{0,4}}[\"']?:(?P<secret>{_NOTHING}{loose})", hints),
    )


ASSIGNMENTS = (
    *_family("password", _WORDS, rf"{_EVERYDAY}{_BARE}", _HINTS_WORDS),
    *_family(
        "secret",
        _TOKENS,
        r"(?:(?=[^\s\"'&;]{8})(?=[^\s\"'&;0-9]{0,64}[0-9])|(?=[^\s\"'&;]{24}))[A-Za-z0-9]" + _BARE,
        _HINTS_TOKENS,
    ),
)

_NAMES = re.compile(
    r"(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|credentials?|authorization|cookie|connectionstring|clientkeydata|"
    rf"dockerconfigjson|dockercfg|(?:{_KEYS}|secretaccess)key)$"
)


def names_a_secret(key: str) -> bool:
    """True when a key of structured data says that its value is secret: `DB_WORDS`, `clientSecret`, `Set-Cookie`."""
    return _NAMES.search(re.sub(r"[^a-z0-9]", "", key.lower())) is not None
