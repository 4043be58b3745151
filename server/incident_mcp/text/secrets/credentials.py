"""Secrets by where they stand: in a URL, in a header, on a command line."""

from incident_mcp.text.secrets.kind import Kind

_SCHEMES = r"(?:basic|bearer|token|apikey|negotiate|ntlm|hmac|genie[_-]?key|sso-key|splunk|bot|oauth)"
_SEPARATOR = r"\\{0,4}[\"']?\s{0,4}[:=]\s{0,4}\\{0,4}[\"']?"
_COLON = _SEPARATOR.replace("[:=]", ":")
_WITH_DIGIT = r"(?=[^\s\"'0-9]{0,200}[0-9])"

CREDENTIALS = (
    Kind(
        "password in URL",
        r"(?<=://)[^\s:/@\"'<>]{0,256}:(?P<secret>(?!\$\{|\*{3})[^\s/\"'<>]{1,1024})@",
        ("://",),
    ),
    # A long "user" without a password is a token (https://TOKEN@host).
    Kind("token in URL", r"(?<=://)(?P<secret>[A-Za-z0-9_.~%+=-]{20,})@", ("://",)),
    Kind(
        "secret in URL",
        r"[?&](?:access_token|refresh_token|id_token|api_?key|auth|authorization|client_secret|code|key|secret|token|jwt|password|pass)="
        r"(?P<secret>[^&\s\"'<>#]{6,})",
        ("?", "&"),
        ignore_case=True,
    ),
    Kind(
        "database login",
        r"jdbc:oracle:[a-z]{2,6}:[^\s/@]{1,128}/(?P<secret>[^\s@]{1,256})@",
        ("jdbc:oracle:",),
        ignore_case=True,
    ),
    Kind(
        "authorization header",
        rf"authorization{_SEPARATOR}(?P<secret>{_SCHEMES} {{1,4}}[^\s\"',;]{{4,}}"
        r"|(?:digest|signature|hawk|aws4-hmac-sha256) [^\n]{8,}"
        rf"|{_WITH_DIGIT}[^\s\"',;]{{12,}})",
        ("authorization",),
        ignore_case=True,
    ),
    Kind(
        "bearer token",
        rf"\bbearer {{1,4}}(?P<secret>{_WITH_DIGIT}[A-Za-z0-9._~+/-]{{12,}}={{0,2}})",
        ("bearer ",),
        ignore_case=True,
    ),
    Kind(
        "basic login",
        r"\bbasic {1,4}(?P<secret>(?=[A-Za-z+/]{0,80}[0-9=])[A-Za-z0-9+/]{12,}={0,2})(?![\w-])",
        ("basic ",),
        ignore_case=True,
    ),
    Kind("PagerDuty token", r"token token=(?P<secret>[^\s\"',;]{8,})", ("token token=",), ignore_case=True),
    Kind(
        "secret header",
        r"\b(?:x-[a-z-]{0,30}(?:key|token|secret|auth|signature)|(?:private|job|deploy)-token|(?:dd-)?(?:api|application)-key|"
        rf"circle-token|x-csrf){_COLON}(?P<secret>[^\s\"',;]{{8,}})",
        ("x-", "-token", "-key"),
        ignore_case=True,
    ),
    Kind(
        "cookie",
        rf"\bcookie{_SEPARATOR}(?P<secret>[\w!#$%&*+.^`|~-]{{1,128}}=[^\n\"']*)",
        ("cookie",),
        ignore_case=True,
    ),
    Kind(
        "session id",
        r"\b(?:jsessionid|phpsessid|asp\.net_sessionid|sessionid|session_id|connect\.sid|sid)=(?P<secret>[^\s;&,\"']{8,})",
        ("sess", "sid="),
        ignore_case=True,
    ),
    Kind(
        "secret on a command line",
        r"(?<![\w-])--[a-z0-9-]{0,40}(?:password|passwd|passphrase|token|secret|api-?key|credentials?) {1,4}[\"']?"
        r"(?P<secret>(?!-|\$)[^\s\"']+)",
        ("--",),
        ignore_case=True,
    ),
    Kind(
        "password on a command line",
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]{0,200}? -p(?P<secret>[^\s\"'-][^\s\"']*)",
        ("mysql", "mariadb"),
    ),
    Kind(
        "password on a command line",
        r"\b(?:curl|wget)\b[^\n]{0,200}? (?:-u|--user)[ =]?[\"']?[^\s:\"']{1,128}:(?P<secret>[^\s\"']+)",
        ("curl", "wget"),
    ),
    Kind(
        "password on a command line",
        r"\b(?:sshpass -p|redis-cli[^\n]{0,200}? -a) {0,4}[\"']?(?P<secret>[^\s\"']+)",
        ("sshpass", "redis-cli"),
    ),
)
