"""One or more samples of each kind of secret, put together from parts so that no scanner takes this file for a leak.

Each sample is (kind, text, what must not remain); `ORDINARY` looks a little like a secret and must stay as it is.
"""

_MIXED = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4gJ6kL8nP0rS2tV4wX6z"
_LOWER = "a3d5g7j9m1p3s5v7y9b2d4f6k8n0r2t4w6z8c1e3h5"
_HEX = "3f2a91c07d5e4b86" * 12


def _mixed(size: int) -> str:
    return (_MIXED * 8)[:size]


def _hex(size: int) -> str:
    return _HEX[:size]


def _token(kind: str, *parts: str) -> tuple[str, str, str]:
    secret = "".join(parts)
    return kind, f"request failed, sent {secret} to the server", secret


_BODY = "\n".join((_mixed(64), _mixed(60)[::-1] + "AAAA", _mixed(30) + "=="))
_UUID = f"{_hex(8)}-{_hex(4)}-{_hex(4)}-{_hex(4)}-{_hex(12)}"
_JWT = f"ey{'J'}{_mixed(20)}.ey{'J'}{_mixed(40)}.{_mixed(43)}"
_JWT_PLAIN = f"ewo{'g'}{_mixed(20)}.ewog{_mixed(40)}.{_mixed(43)}"

SHAPES = (
    _token("private key", "-----BEGIN RSA PRIV", "ATE KEY-----\n", _BODY, "\n-----END RSA PRIV", "ATE KEY-----"),
    _token("private key", "-----BEGIN OPENSSH PRIV", "ATE KEY-----\\n", _mixed(64), "\\n", _mixed(20),
        "\\n-----END OPENSSH PRIV", "ATE KEY-----"),
    _token("private key", "-----BEGIN EC PRIV", "ATE KEY-----\n", _mixed(64)),
    _token(
        "private key",
        "-----BEGIN RSA PRIV", "ATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,", _hex(32).upper(), "\n\n",
        _BODY, "\n-----END RSA PRIV", "ATE KEY-----",
    ),
    _token("private key", "-----BEGIN PGP PRIV", "ATE KEY BLOCK-----\nVersion: GnuPG v2\n\n", _BODY,
        "\n-----END PGP PRIV", "ATE KEY BLOCK-----"),
    ("base64 block", f"first\n{_mixed(64)}\nlast", _mixed(64)),
    ("PuTTY key", f"PuTTY-User-Key-File-{3}: ssh-rsa\nPrivate-Lines: 1\n{_mixed(30)}\nPrivate-MAC: ", _mixed(30)),
    _token("encoded private key", "LS0tLS1CRUd", "JTi", _mixed(60)),
    _token("age key", "AGE-SECRET-", "KEY-1", _mixed(58).upper()),
    _token("JWT", _JWT),
    _token("JWT", _JWT_PLAIN),
    ("JWT", f'{{"body":"line\\n{_JWT}"}}', _JWT),
    _token("password hash", "$2b$12", "$", _mixed(53)),
    _token("password hash", "$argon2id", "$v=19$m=65536,t=3,p=4$", _mixed(22), "$", _mixed(43)),
    _token("password hash", "$6", "$", _mixed(8), "$", _mixed(86)),
    _token("password hash", "{SS", "HA}", _mixed(32)),
)  # fmt: skip

CLOUDS = (
    _token("AWS access key", "AK", "IA", _mixed(16).upper()),
    _token("AWS access key", "AS", "IA", _mixed(16).upper()),
    _token("AWS session token", "IQoJ", _mixed(200)),
    _token("AWS Bedrock key", "ABSK", _mixed(110)),
    ("signed URL", f"GET https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature={_hex(64)}&x=1", _hex(64)),
    ("signed URL", f"https://storage.googleapis.com/b/o?X-Goog-Signature={_hex(128)}", _hex(128)),
    ("signed URL", f"https://a.blob.core.windows.net/c/b?sv=2024&sig={_mixed(40)}%3D", _mixed(40)),
    _token("Google API key", "AI", "za", _mixed(35)),
    _token("Google OAuth token", "ya", "29.", _mixed(60)),
    _token("Google OAuth token", "1//", "0", _mixed(50)),
    _token("Google client secret", "GOC", "SPX-", _mixed(28)),
    (
        "Azure account key",
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={_mixed(86)}==;Suffix=x",
        _mixed(86),
    ),
    ("Azure account key", f"Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey={_mixed(43)}=", _mixed(43)),
    _token("Azure client secret", "aB3", "8Q~", _mixed(34)),
    _token("Azure DevOps token", _mixed(76), "AZ", "DO", "1x2Y"),
    _token("DigitalOcean token", "dop_", "v1_", _hex(64)),
    _token("Alibaba access key", "LT", "AI", _mixed(20)),
    _token("Cloudflare key", "v1", ".0-", _hex(24), "-", _hex(146)),
    _token("Vault token", "hv", "s.", _mixed(30)),
    _token("Vault token", "hv", "b.", _mixed(90)),
    _token("Terraform token", _mixed(14), ".atlas", "v1.", _mixed(67)),
    _token("Doppler token", "dp", ".st.", "prd.", _mixed(40)),
    _token("1Password token", "ops_", "eyJ", _mixed(120)),
    _token("Pulumi token", "pul", "-", _hex(40)),
    _token("Tailscale key", "tskey", "-auth-", _mixed(12), "-", _mixed(32)),
    _token("Fly token", "FlyV1 ", "fm2_", _mixed(80)),
    _token("Heroku key", "HRKU", "-", _mixed(60)),
    _token("OpenShift token", "sha256", "~", _mixed(43)),
    _token("Databricks token", "da", "pi", _hex(32)),
    _token("PlanetScale token", "pscale", "_pw_", _mixed(43)),
    _token("Supabase token", "sbp", "_", _hex(40)),
)

CODE_HOSTS = (
    _token("GitHub token", "gh", "p_", _mixed(36)),
    _token("GitHub token", "gh", "s_", _mixed(36)),
    _token("GitHub token", "github", "_pat_", _mixed(22), "_", _mixed(40)),
    ("GitHub token", f'"line\\nghp{"_"}{_mixed(36)}"', _mixed(36)),
    _token("GitLab token", "gl", "pat-", _mixed(20)),
    _token("GitLab token", "gl", "rt-", _mixed(20)),
    _token("GitLab token", "GR", "1348941", _mixed(20)),
    _token("Bitbucket token", "AT", "BB", _mixed(32)),
    _token("Atlassian token", "ATA", "TT3", _mixed(170)),
    _token("npm token", "npm", "_", _mixed(36)),
    _token("PyPI token", "py", "pi-AgE", _mixed(120)),
    _token("RubyGems token", "ruby", "gems_", _hex(48)),
    _token("crates.io token", "c", "io", _mixed(32)),
    _token("NuGet key", "o", "y2", _LOWER + "q"),
    _token("Docker Hub token", "dckr", "_pat_", _mixed(27)),
    _token("Artifactory token", "AK", "Cp", _mixed(70)),
    _token("SonarQube token", "sq", "p_", _hex(40)),
    _token("CircleCI token", "CCI", "PAT_", _mixed(22), "_", _hex(40)),
    _token("Buildkite token", "bk", "ua_", _hex(40)),
    _token("Postman key", "PM", "AK-", _hex(24), "-", _hex(34)),
)

SERVICES = (
    _token("Slack token", "xox", "b-", "123456789012-", _mixed(24)),
    _token("Slack token", "xa", "pp-1-", _mixed(40)),
    ("Slack webhook", f"post https://hooks.slack.{'com'}/services/T{_hex(8)}/B{_hex(8)}/{_mixed(24)}", _mixed(24)),
    ("Discord webhook", f"https://discord.{'com'}/api/webhooks/1234567890123/{_mixed(68)}", _mixed(68)),
    _token("Discord token", "M", _mixed(23), ".", _mixed(6), ".", _mixed(27)),
    (
        "Teams webhook",
        f"https://x.webhook.office.{'com'}/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/{_hex(32)}",
        _hex(32),
    ),
    _token("Telegram token", "123456789", ":AA", _mixed(33)),
    _token("Stripe key", "sk", "_live_", _mixed(24)),
    _token("Stripe key", "wh", "sec_", _mixed(32)),
    _token("Square token", "sq0", "atp-", _mixed(22)),
    _token("Shopify token", "shp", "at_", _hex(32)),
    _token("Braintree token", "access_token", "$production$", _hex(16), "$", _hex(32)),
    _token("SendGrid key", "SG", ".", _mixed(22), ".", _mixed(43)),
    _token("Mailgun key", "key", "-", _hex(32)),
    _token("Mailchimp key", _hex(32), "-us", "12"),
    _token("Twilio key", "S", "K", _hex(32)),
    _token("Brevo key", "xkey", "sib-", _hex(64), "-", _mixed(16)),
    _token("Grafana token", "gl", "sa_", _mixed(32), "_", _hex(8)),
    _token("New Relic key", "NR", "AK-", _mixed(27).upper()),
    _token("Sentry token", "sntry", "u_", _hex(64)),
    _token("Dynatrace token", "dt0", "c01.", _mixed(24).upper(), ".", (_mixed(52) + _mixed(12)).upper()),
    _token("Honeycomb key", "hca", "ik_", _LOWER + _LOWER),
    _token("Linear key", "lin", "_api_", _mixed(40)),
    _token("Notion token", "nt", "n_", _mixed(46)),
    _token("Figma token", "fig", "d_", _mixed(40)),
    _token("Airtable token", "p", "at", _mixed(14), ".", _hex(64)),
    _token("LaunchDarkly key", "sd", "k-", _UUID),
    _token("Anthropic key", "sk", "-ant-", "api03-", _mixed(90)),
    _token("OpenAI key", "sk", "-proj-", _mixed(60)),
    _token("OpenAI key", "sk", "-", _mixed(48)),
    _token("Hugging Face token", "h", "f_", _mixed(34)),
    _token("Replicate token", "r", "8_", _mixed(37)),
    _token("Groq key", "gs", "k_", _mixed(52)),
    _token("xAI key", "xa", "i-", _mixed(80)),
)

_HUNTER = "hunter2" + "!x"

PLACES = (
    ("password in URL", f"dial postgres://shop:{_HUNTER}@db.shop:5432/orders failed", _HUNTER),
    ("password in URL", f"amqp://guest:p@ss{_HUNTER}@mq:5672/%2f", _HUNTER),
    ("password in URL", f"redis://:{_HUNTER}@cache:6379/0", _HUNTER),
    ("token in URL", f"git clone https://{_mixed(24)}@git.example.com/x.git", _mixed(24)),
    ("secret in URL", f"GET /v1/pay?user=7&api_key={_mixed(20)}&x=1 500", _mixed(20)),
    ("database login", f"jdbc:oracle:thin:scott/{_HUNTER}@//db:1521/x", _HUNTER),
    ("authorization header", f"> Authorization: Bearer {_mixed(30)}", _mixed(30)),
    ("authorization header", f'{{"Authorization": "Basic {_mixed(20)}=="}}', _mixed(20)),
    ("authorization header", f"authorization: {_mixed(40)}", _mixed(40)),
    ("authorization header", f"Authorization: Digest username=x, response={_hex(32)}", _hex(32)),
    ("bearer token", f"using bearer {_mixed(30)} for upstream", _mixed(30)),
    ("basic login", f"header was Basic {_mixed(20)}==", _mixed(20)),
    ("PagerDuty token", f"Token token={_mixed(20)}", _mixed(20)),
    ("secret header", f"X-Api-Key: {_LOWER}", _LOWER),
    ("secret header", f"X-Vault-Token: {_mixed(26)}", _mixed(26)),
    ("secret header", f"PRIVATE-TOKEN: {_mixed(20)}", _mixed(20)),
    ("secret header", f'"DD-API-KEY": "{_hex(32)}"', _hex(32)),
    ("cookie", f"Cookie: theme=dark; session={_mixed(20)}; a=b", _mixed(20)),
    ("cookie", f"Set-Cookie: sid={_mixed(20)}; HttpOnly", _mixed(20)),
    ("session id", f"POST /login;JSESSIONID={_hex(32)} 200", _hex(32)),
    ("secret on a command line", f"exec: tool login --user me --password {_HUNTER} --verbose", _HUNTER),
    ("secret on a command line", f"args: [--api-token '{_mixed(20)}']", _mixed(20)),
    ("password on a command line", f"mysql -h db -u root -p{_HUNTER} shop", _HUNTER),
    ("password on a command line", f"curl -s -u admin:{_HUNTER} https://x", _HUNTER),
    ("password on a command line", f"redis-cli -h cache -a {_HUNTER} ping", _HUNTER),
)

NAMES = (
    ("password", f"password={_HUNTER}", _HUNTER),
    ("password", f"DB_PASSWORD={_HUNTER} DB_HOST=db", _HUNTER),
    ("password", f"PGPASSWORD='{_HUNTER}' psql", _HUNTER),
    ("password", f"spring.datasource.password = {_HUNTER}", _HUNTER),
    ("password", f'{{"user":"a","password":"two words {_HUNTER}","x":1}}', _HUNTER),
    ("password", f'{{\\"password\\":\\"{_HUNTER}\\",\\"x\\":1}}', _HUNTER),
    ("password", f"password: {_HUNTER}", _HUNTER),
    ("password", f"passphrase: '{_HUNTER}'", _HUNTER),
    ("password", f"Server=db;User Id=sa;Pwd={_HUNTER};Encrypt=true", _HUNTER),
    ("password", f"redis_pass={_HUNTER}", _HUNTER),
    ("password", f'password="a\\"b{_HUNTER}"', _HUNTER),
    ("secret", f"token: {_mixed(20)}", _mixed(20)),
    ("secret", f"token={_LOWER[:8]}", _LOWER[:8]),
    ("secret", f"client_secret={_mixed(20)}", _mixed(20)),
    ("secret", f'"clientSecret": "{_LOWER[:12]}"', _LOWER[:12]),
    ("secret", f"aws_secret_access_key = {_mixed(40)}", _mixed(40)),
    ("secret", f"AWS_SECRET_ACCESS_KEY={_mixed(40)}", _mixed(40)),
    ("secret", f"apiKey: {_mixed(24)}", _mixed(24)),
    ("secret", f"    client-key-data: {_mixed(100)}", _mixed(100)),
    ("secret", f"connection_string={_mixed(30)}", _mixed(30)),
    ("secret", f"signing_key={_mixed(30)}", _mixed(30)),
    ("secret", f'".dockerconfigjson": "{_mixed(60)}"', _mixed(60)),
    ("secret", f"webhook_url='https://x.example/{_mixed(20)}'", _mixed(20)),
)

SAMPLES = (*SHAPES, *CLOUDS, *CODE_HOSTS, *SERVICES, *PLACES, *NAMES)

ORDINARY = (
    "KeyError: 'PAYMENT_URL'",
    "KeyError: 'DB_PASSWORD'",
    "token expired",
    "invalid token: expired",
    "error validating token: token is expired by 3m",
    "Unexpected token: } in JSON at position 4",
    "SyntaxError: Unexpected token < in JSON at position 0",
    "password: incorrect",
    "FATAL: password authentication failed for user \"shop\"",
    "Invalid password: must contain a digit",
    'Error: secret "checkout-db" not found',
    'MountVolume.SetUp failed for volume "creds" : secret "checkout-db" not found',
    "couldn't find key password in Secret shop/checkout-db",
    'E0101 "Failed to retrieve secret" secret="shop/checkout-db" err="forbidden"',
    "secretName: checkout-db-2",
    "imagePullSecrets: [{name: registry-credentials}]",
    "serviceAccountToken: {expirationSeconds: 3607, path: token}",
    "automountServiceAccountToken: false",
    "tokenExpirationSeconds: 3607",
    "maxTokens: 4096 prompt_tokens=812",
    "secretKeyRef: {name: checkout-db, key: password}",
    "password=$(DB_PASSWORD) token=${TOKEN}",
    "password=*** token=<redacted>",
    "PWD=/app OLDPWD=/",
    "pass: 31 fail: 2",
    f"registry.example.com:5000/shop/checkout@sha256:{_hex(64)}",
    f"docker-pullable://registry.example.com:5000/shop/checkout@sha256:{_hex(64)}",
    f"containerd://{_hex(64)}",
    f"uid {_UUID}",
    f"commit {_hex(40)} by deploy-bot",
    "checkout-7c9f8d6b5-x2k4p, pod-template-hash=7c9f8d6b5",
    "Authorization: denied for user deploy-bot",
    "authorization failed: user cannot list pods",
    "Bearer authentication is required",
    "basic auth is off",
    "cookie: not set",
    "https://shop.example.com/checkout?id=41&key=7",
    "http://10.0.0.1:8080/healthz and https://user@host/x",
    "https://api.example.com:8443/x, mail ops@example.com",
    "2026-11-24T02:11:40.123456Z ERROR payment timeout after 3000 ms trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
    'User "system:serviceaccount:shop:checkout" cannot get resource "secrets" in API group ""',
    "Back-off restarting failed container in pod checkout-7c9f8-x2k4p_shop(0b1c8a5e-8f1d-4d7c-9b67-3d1e0f3a2b1c)",
    "task-runner-abcdefghijklmnopqrstuvwxyz-0 is ready",
    "Deployment/monkey-business scaled 3 -> 5, sk-1 done",
    "x-request-id: 4bf92f3577b34da6a3ce929d0e0e4736",
    "-----BEGIN CERTIFICATE-----",
    "java.lang.NullPointerException at com.example.secret.Vault.open(Vault.java:42)",
    "key-value store etcd-0 key=/registry/pods/shop/checkout",
    "AccountKey missing; SharedAccessKey not set",
    "session=closed reason=idle",
    "mysql -p was not given; mysqldump --all",
)  # fmt: skip
