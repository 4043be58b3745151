"""Tokens of code hosts, build systems and package registries."""

from incident_mcp.text.secrets.kind import prefixed

CODE_HOSTS = (
    prefixed(
        "GitHub token",
        r"gh[pousr]_[A-Za-z0-9]{36,}",
        r"github_pat_[A-Za-z0-9_]{22,}",
        hints=("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    prefixed(
        "GitLab token",
        r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|agent|imt|ffct|oas|wt)-[A-Za-z0-9_.-]{20,}",
        r"GR1348941[A-Za-z0-9_-]{20,}",
        hints=(
            "glpat-",
            "gldt-",
            "glr",
            "glcbt-",
            "glptt-",
            "glft-",
            "glsoat-",
            "glagent-",
            "glimt-",
            "glffct-",
            "gloas-",
            "glwt-",
            "gr1348941",
        ),
    ),
    prefixed("Bitbucket token", r"ATBB[A-Za-z0-9]{28,}", hints=("atbb",)),
    prefixed("Atlassian token", r"ATATT3[A-Za-z0-9_=.-]{60,}", hints=("atatt3",)),
    prefixed("npm token", r"npm_[A-Za-z0-9]{36}", hints=("npm_",)),
    prefixed("PyPI token", r"pypi-AgE[A-Za-z0-9_-]{50,}", hints=("pypi-age",)),
    prefixed("RubyGems token", r"rubygems_[a-f0-9]{48}", hints=("rubygems_",)),
    prefixed("crates.io token", r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])", hints=("cio",)),
    prefixed("NuGet key", r"oy2[a-z0-9]{43}(?![A-Za-z0-9])", hints=("oy2",)),
    prefixed("Docker Hub token", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}", hints=("dckr_",)),
    prefixed(
        "Artifactory token",
        r"AKCp[A-Za-z0-9]{60,}",
        r"cmVmdGtuOjAxOj[A-Za-z0-9]{40,}",
        hints=("akcp", "cmvmdgtuojaxoj"),
    ),
    prefixed("SonarQube token", r"sq[pau]_[a-f0-9]{40}", hints=("sqp_", "sqa_", "squ_")),
    prefixed("CircleCI token", r"CCI(?:PAT|PRJ)_[A-Za-z0-9_]{30,}", hints=("ccipat_", "cciprj_")),
    prefixed("Buildkite token", r"bk(?:ua|aj|ct)_[A-Za-z0-9]{30,}", hints=("bkua_", "bkaj_", "bkct_")),
    prefixed("Postman key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}", hints=("pmak-",)),
)
