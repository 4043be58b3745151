"""Where a server stands and how it is asked, as the settings say it.

Secrets are named, never written: by the file or the environment variable that holds one.
"""

import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from incident_mcp.vocabulary.value import Value

SECONDS = 2.0
URL = r"^https?://[^@/?#\s]+(/[!-\"$->A-~@]*)?$"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110, 5.6.2)."""


class Place(Value):
    """A server behind a URL, or a Service of the cluster that is reached through the API server's proxy."""

    url: str | None = Field(None, pattern=URL, description="Its address, path included.")
    service: str | None = Field(
        None,
        pattern=r"^[a-z0-9-]+/(https:)?[a-z0-9-]+(:[a-z0-9-]+)?$",
        description="Or a Service of the cluster, `monitoring/prometheus:9090`; needs `get` on `services/proxy` there.",
    )
    token_file: Path | None = Field(default=None, description="The file that holds its bearer token.")
    token_variable: str | None = Field(default=None, description="Or the environment variable that holds it.")
    user: str | None = Field(default=None, description="For basic authentication: the token is the password.")
    ca: Path | None = Field(default=None, description="The authority (PEM) of its certificate; else the system's.")
    headers: dict[str, str] = Field({}, description="Sent along, for example X-Scope-OrgID; no secrets.")
    context: str | None = Field(default=None, description="The kubeconfig context that it watches; else every one.")
    timeout: float = Field(SECONDS, gt=0, le=30, description="Seconds one request may take.")

    @field_validator("url")
    @classmethod
    def _callable(cls, url: str | None) -> str | None:
        if url is not None and (not urlsplit(url).hostname or urlsplit(url).port == 0):  # a wrong port raises
            raise ValueError("it names no host and port that can be called")
        return url

    @field_validator("headers")
    @classmethod
    def _no_secrets(cls, headers: dict[str, str]) -> dict[str, str]:
        from incident_mcp.text.secrets.assignments import names_a_secret

        for name, value in headers.items():
            if not _TOKEN.fullmatch(name) or not (value.isascii() and value.isprintable()):
                raise ValueError(f"{name!r} is no header that can be sent")
            if name.lower() in ("authorization", "cookie") or names_a_secret(name):
                raise ValueError(f"the header {name} would hold a secret: use token_file or token_variable")
        return headers

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.service is None):
            raise ValueError("give either url or service")
        if self.service and (self.secret or self.user or self.ca or self.headers):
            raise ValueError("the API server's proxy passes no token, user, ca or headers on: give url for those")
        if self.token_file and self.token_variable:
            raise ValueError("give either token_file or token_variable")
        if self.secret and self.url:
            check_secret(self.url)
        return self

    @property
    def secret(self) -> bool:
        return bool(self.token_file or self.token_variable)


def check_secret(url: str) -> None:
    """Raises `ValueError` for an address that a token must not be sent to."""
    if url.startswith("http:") and not _loopback(url):
        raise ValueError("over plain http anybody on the way could read the token: use https")


def _loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
