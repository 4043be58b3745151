"""Keys of the clouds and of what holds infrastructure together."""

from incident_mcp.text.secrets.kind import Kind, prefixed

CLOUDS = (
    prefixed(
        "AWS access key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])", hints=("akia", "asia", "abia", "acca")
    ),
    prefixed("AWS session token", r"(?:FwoG|IQoJ|FQoG)[A-Za-z0-9+/]{80,}={0,2}", hints=("fwog", "iqoj", "fqog")),
    prefixed("AWS Bedrock key", r"ABSK[A-Za-z0-9+/]{80,}={0,2}", hints=("absk",)),
    Kind(
        "signed URL",
        r"[?&](?:X-Amz-(?:Signature|Security-Token|Credential)|X-Goog-(?:Signature|Credential)|sig|Signature)="
        r"(?P<secret>[^&\s\"'<>]{16,})",
        ("x-amz-", "x-goog-", "sig=", "signature="),
        ignore_case=True,
    ),
    prefixed("Google API key", r"AIza[A-Za-z0-9_-]{35}", hints=("aiza",)),
    prefixed("Google OAuth token", r"ya29\.[A-Za-z0-9_-]{20,}", r"1//0[A-Za-z0-9_-]{40,}", hints=("ya29.", "1//0")),
    prefixed("Google client secret", r"GOCSPX-[A-Za-z0-9_-]{20,}", hints=("gocspx-",)),
    Kind(
        "Azure account key",
        r"(?:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<secret>[^;\s\"'&]{20,}(?:&[^;\s\"']*)?)",
        ("accountkey=", "sharedaccess"),
        ignore_case=True,
    ),
    Kind("Azure client secret", r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])", ("q~",)),
    prefixed("Azure DevOps token", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", hints=("azdo",)),
    prefixed("DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}", hints=("_v1_",)),
    prefixed("Alibaba access key", r"LTAI[A-Za-z0-9]{12,30}(?![A-Za-z0-9])", hints=("ltai",)),
    prefixed("Cloudflare key", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}", hints=("v1.0-",)),
    prefixed("Vault token", r"hv[sbr]\.[A-Za-z0-9_-]{24,}", hints=("hvs.", "hvb.", "hvr.")),
    Kind("Terraform token", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}", (".atlasv1.",)),
    prefixed("Doppler token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{30,}", hints=("dp.",)),
    prefixed("1Password token", r"ops_eyJ[A-Za-z0-9+/_-]{40,}={0,2}", hints=("ops_eyj",)),
    prefixed("Pulumi token", r"pul-[a-f0-9]{40}", hints=("pul-",)),
    prefixed("Tailscale key", r"tskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{16,}", hints=("tskey-",)),
    prefixed(
        "Fly token", r"FlyV1 fm\d_[A-Za-z0-9+/=_,-]{40,}", r"fo1_[A-Za-z0-9_-]{40,}", hints=("fm1_", "fm2_", "fo1_")
    ),
    prefixed("Heroku key", r"HRKU-[A-Za-z0-9_-]{36,}", hints=("hrku-",)),
    prefixed("OpenShift token", r"sha256~[A-Za-z0-9_-]{40,}", hints=("sha256~",)),
    prefixed("Databricks token", r"dapi[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])", hints=("dapi",)),
    prefixed("PlanetScale token", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.-]{32,}", hints=("pscale_",)),
    prefixed("Supabase token", r"sb(?:p|_secret)_[A-Za-z0-9_-]{30,}", hints=("sbp_", "sb_secret_")),
)
