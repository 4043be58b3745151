"""Where a team's shared record stands, as the settings say it. The password is named, never written."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from incident_mcp.vocabulary.value import Value


class SharedPlace(Value):
    """A PostgreSQL database, by its URL without the password (libpq's own URL form)."""

    url: str = Field(
        pattern=r"^postgres(ql)?://\S+$",
        description="`postgresql://incident@db.example.com/incidents?sslmode=verify-full`",
    )
    password_file: Path | None = Field(default=None, description="The file that holds the password.")
    password_variable: str | None = Field(default=None, description="Or the environment variable that holds it.")
    timeout: float = Field(default=3.0, gt=0, le=30, description="Seconds to wait for a connection or a statement.")

    @field_validator("url")
    @classmethod
    def _no_password(cls, url: str) -> str:
        if urlsplit(url).password is not None or "password=" in (urlsplit(url).query or ""):
            raise ValueError("it holds a password: use password_file or password_variable")
        return url

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.password_file and self.password_variable:
            raise ValueError("give either password_file or password_variable")
        return self

    @property
    def shown(self) -> str:
        """Host and database, for a line that a person reads."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or 'local'}{parts.path}"
