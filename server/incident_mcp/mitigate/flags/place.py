"""Where the feature-flag server stands, as the settings say it. Its token is named, never written."""

from pathlib import Path

from pydantic import Field

from incident_mcp.services.place import URL
from incident_mcp.services.service_place import SECONDS, ServicePlace

KIND = "Unleash flag"
"""What stands for one of its flags where an object is meant."""


class FlagsPlace(ServicePlace):
    """Unleash behind a URL."""

    url: str = Field(pattern=URL, description="Its address, without /api.")
    token_file: Path | None = Field(default=None, description="The file that holds an admin or personal token.")
    timeout: float = Field(default=SECONDS, gt=0, le=30, description="Seconds one request may take.")
