"""Private keys, encoded keys and signed tokens: secrets by their own shape."""

from incident_mcp.text.secrets.kind import EDGE, RUN_EDGE, Kind, prefixed

_GAP = r"(?:\s|\\[nr])"
_BASE64 = r"[A-Za-z0-9+/=]"
_HEADERS = rf"(?:{_GAP}*(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash|MessageID):[^\n\\]*)*"

KEYS = (
    # The end may be missing (a cut log line), so the body counts by itself: base64 in lines.
    Kind(
        "private key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        rf"{_HEADERS}(?:{_GAP}*+{_BASE64}{{16,}}+)*+"
        rf"(?:{_GAP}*+{_BASE64}{{0,80}}{_GAP}*+-----END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----)?",
        ("private key",),
    ),
    # The same read line by line, as logs are: the lines of a key between its head and its foot.
    Kind(
        "base64 block",
        r"(?m)^[ \t|>]{0,16}(?=[A-Za-z0-9+/]{0,70}[A-Z])(?=[A-Za-z0-9+/]{0,70}[a-z])(?=[A-Za-z0-9+/]{0,70}[0-9])"
        r"(?P<secret>[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{70}|[A-Za-z0-9+/]{76})[ \t]{0,16}$",
    ),
    Kind("PuTTY key", r"PuTTY-User-Key-File-\d: [^\n]*(?:\n(?!Private-MAC)[^\n]*){1,200}", ("putty-user-key-file",)),
    Kind(
        "encoded private key",  # base64 of "-----BEGIN", but not of "-----BEGIN CERT"
        rf"{EDGE}LS0tLS1CRUdJTi(?!BDRVJU)[A-Za-z0-9+/]{{20,}}={{0,2}}",
        ("ls0tls1crudjti",),
    ),
    prefixed("age key", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}", hints=("age-secret-key-1",)),
    Kind(
        "JWT",
        rf"{RUN_EDGE}e(?:yJ|wog)[A-Za-z0-9_-]{{8,}}\.[A-Za-z0-9_-]{{8,}}(?:\.[A-Za-z0-9_-]*)*",
        ("eyj", "ewog"),
    ),
    Kind("password hash", r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}", ("$2",)),
    Kind("password hash", r"\$argon2(?:id|i|d)\$[^\s\"']{20,}", ("$argon2",)),
    Kind(
        "password hash",
        r"\$[156]\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}",
        ("$1$", "$5$", "$6$"),
    ),
    Kind(
        "password hash",
        r"\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{20,}={0,2}",
        ("sha}", "sha256}", "sha512}"),
        ignore_case=True,
    ),
)
