"""Keys of the services that applications call: chat, payment, mail, monitoring, models."""

from incident_mcp.text.secrets.kind import Kind, prefixed

_CHAT = (
    prefixed(
        "Slack token",
        r"xox[abceoprs]-[A-Za-z0-9-]{10,}",
        r"xoxe\.xox[bp]-[A-Za-z0-9-]{10,}",
        r"xapp-\d-[A-Za-z0-9-]{10,}",
        hints=("xox", "xapp-"),
    ),
    Kind(
        "Slack webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9_/-]{20,})",
        ("hooks.slack.com/",),
    ),
    Kind(
        "Discord webhook",
        r"discord(?:app)?\.com/api/webhooks/(?P<secret>\d{10,}/[A-Za-z0-9_-]{40,})",
        ("/api/webhooks/",),
    ),
    Kind("Discord token", r"(?<![\w-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}"),
    Kind("Teams webhook", r"\.office\.com/webhook(?:b2)?/(?P<secret>[A-Za-z0-9@/_-]{36,})", (".office.com/webhook",)),
    prefixed("Telegram token", r"\d{8,10}:AA[A-Za-z0-9_-]{33}", hints=(":aa",)),
)
_PAYMENT = (
    prefixed(
        "Stripe key",
        r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}",
        r"whsec_[A-Za-z0-9+/]{24,}={0,2}",
        hints=("_live_", "_test_", "whsec_"),
    ),
    prefixed("Square token", r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}", hints=("sq0",)),
    prefixed("Shopify token", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}", hints=("shpat_", "shpca_", "shppa_", "shpss_")),
    Kind("Braintree token", r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}", ("access_token$",)),
)
_MAIL = (
    prefixed("SendGrid key", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", hints=("sg.",)),
    prefixed("Mailgun key", r"key-[a-f0-9]{32}(?![A-Za-z0-9])", hints=("key-",)),
    prefixed("Mailchimp key", r"[a-f0-9]{32}-us\d{1,2}(?![A-Za-z0-9])", hints=("-us",)),
    prefixed("Twilio key", r"SK[a-f0-9]{32}(?![A-Za-z0-9])", hints=("sk",)),
    prefixed("Brevo key", r"xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}", hints=("xkeysib-",)),
)
_MONITORING = (
    prefixed(
        "Grafana token",
        r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",
        r"glc_[A-Za-z0-9+/]{32,}={0,2}",
        hints=("glsa_", "glc_"),
    ),
    prefixed(
        "New Relic key", r"NR(?:AK|II|JS|AL|RA)-[A-Za-z0-9_-]{19,}", hints=("nrak-", "nrii-", "nrjs-", "nral-", "nrra-")
    ),
    prefixed("Sentry token", r"sntry[su]_[A-Za-z0-9+/=_-]{40,}", hints=("sntrys_", "sntryu_")),
    prefixed("Dynatrace token", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}", hints=("dt0",)),
    prefixed("Honeycomb key", r"hc[abx](?:ik|lk|mk)_[a-z0-9]{40,}", hints=("ik_", "lk_", "mk_")),
)
_WORK = (
    prefixed("Linear key", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}", hints=("lin_",)),
    prefixed(
        "Notion token", r"ntn_[A-Za-z0-9]{40,}", r"secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])", hints=("ntn_", "secret_")
    ),
    prefixed("Figma token", r"fig[do][a-z]?_[A-Za-z0-9_-]{38,}", hints=("figd", "figo")),
    prefixed("Airtable token", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", hints=("pat",)),
    prefixed(
        "LaunchDarkly key",
        r"(?:sdk|api|mob)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
        hints=("sdk-", "api-", "mob-"),
    ),
)
_MODELS = (
    prefixed("Anthropic key", r"sk-ant-[A-Za-z0-9_-]{20,}", hints=("sk-ant-",)),
    prefixed(
        "OpenAI key", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}", r"sk-[A-Za-z0-9]{32,}", hints=("sk-",)
    ),
    prefixed("Hugging Face token", r"(?:hf|api_org)_[A-Za-z0-9]{34}", hints=("hf_", "api_org_")),
    prefixed("Replicate token", r"r8_[A-Za-z0-9]{37}", hints=("r8_",)),
    prefixed("Groq key", r"gsk_[A-Za-z0-9]{40,}", hints=("gsk_",)),
    prefixed("xAI key", r"xai-[A-Za-z0-9]{60,}", hints=("xai-",)),
)

SERVICES = (*_CHAT, *_PAYMENT, *_MAIL, *_MONITORING, *_WORK, *_MODELS)
