"""Secrets by the name they are given: `password=…`, `"apiKey": "…"`, `token: …`.

After `=`, or as the value of a quoted key, anything is a secret. After `name: ` it may be a sentence (`token: expired`,
`Unexpected token: }`), so there a password must not be an everyday word, and a token must have a digit or be long.
The names serve for keys of structured data too.
"""

import re

from incident_mcp.text.secrets.kind import Kind

_WORDS = r"(?:pass(?:word|wd|phrase|code)|(?<=[_.-])pass|(?<=[_.-])pw|bindpw|pwd(?!\\{0,4}[\"']?\s{0,4}[:=]\s{0,4}/))"
# What comes before `key` is looked at only where `key` was found: five times as fast as an alternation of whole names.
_KEYS = (
    "secret|private|encryption|signing|master|session|shared|account|auth|api|access|app|application|license|storage|"
    "service|ssh"
)
_BEFORE_KEY = "|".join(f"(?<={word}key)|(?<={word}[_-]key)" for word in _KEYS.split("|"))
_TOKENS = (
    rf"(?:key(?:{_BEFORE_KEY})|secret|token|credentials?|cookie|dockerconfigjson|dockercfg|data(?<=client-key-data)|"
    r"string(?:(?<=connectionstring)|(?<=connection[_-]string))|url(?:(?<=sas[_-]url)|(?<=webhook[_-]url)))"
)
_QUOTED_VALUE = r"(?P<q>\\{0,4}[\"'])(?P<secret_quoted>(?!(?P=q)|\$\{|\*{3})(?:(?!(?P=q))(?:\\.|[^\n])){1,8192})"
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
_DIGIT_OR_LONG = r"(?:(?=[^\s\"'&;]{8})(?=[^\s\"'&;0-9]{0,64}[0-9])|(?=[^\s\"'&;]{24}))[A-Za-z0-9]"


def _named(name: str, key: str, loose: str, hints: tuple[str, ...]) -> Kind:
    """The four ways to assign: a quoted value, `key=bare`, `key = value` or `key: value`, and `key:value`."""
    ways = (
        rf"\\{{0,4}}[\"']?\s{{0,4}}(?:=>?|:=|:)\s{{0,4}}{_OBJECT_NAME}{_QUOTED_VALUE}",
        rf"\\{{0,4}}[\"']?=(?![=>]){_OBJECT_NAME}(?P<secret_bare>{_NOTHING}{_BARE})",
        rf"\\{{0,4}}[\"']?\s{{0,4}}(?:=|:=|:)[ \t]{{1,4}}(?P<secret_loose>{_NOTHING}{loose})",
        rf"\\{{0,4}}[\"']?:(?P<secret_tight>{_NOTHING}{loose})",
    )
    return Kind(name, f"{key}(?:{'|'.join(ways)})", hints, ignore_case=True)


ASSIGNMENTS = (
    _named("password", _WORDS, f"{_EVERYDAY}{_BARE}", ("pass", "pwd", "pw")),
    _named(
        "secret",
        _TOKENS,
        f"{_DIGIT_OR_LONG}{_BARE}",
        ("key", "secret", "token", "credential", "connection", "docker", "webhook", "cookie", "sas"),
    ),
)

_NAMES = re.compile(
    r"(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|credentials?|authorization|cookie|connectionstring|clientkeydata|"
    rf"dockerconfigjson|dockercfg|(?:{_KEYS}|secretaccess)key)$"
)


def names_a_secret(key: str) -> bool:
    """True when a key of structured data says that its value is secret: `DB_PASSWORD`, `clientSecret`, `Set-Cookie`."""
    return _NAMES.search(re.sub(r"[^a-z0-9]", "", key.lower())) is not None
