"""A service beside the cluster that always wants a token, as the settings say it. The token is named, never written."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from incident_mcp.services.place import URL, check_secret
from incident_mcp.vocabulary.value import Value

SECONDS = 10.0


class ServicePlace(Value):
    """A service behind a URL, and the token that it wants."""

    url: str = Field(pattern=URL)
    token_file: Path | None = Field(default=None, description="The file that holds its token.")
    token_variable: str | None = Field(default=None, description="Or the environment variable that holds it.")
    ca: Path | None = Field(default=None, description="The authority (PEM) of its certificate; else the system's.")
    timeout: float = Field(default=SECONDS, gt=0, le=60, description="Seconds one request may take.")

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if (self.token_file is None) == (self.token_variable is None):
            raise ValueError("give either token_file or token_variable")
        check_secret(self.url)
        return self
