"""Where the services stand that tell the others, as the settings say it. Secrets are named, never written."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from incident_mcp.services.place import URL
from incident_mcp.services.service_place import SECONDS, ServicePlace
from incident_mcp.vocabulary.value import Value

_ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+$"
_ID = r"^[A-Za-z0-9_-]{1,64}$"
"""What a service calls one of its things: it becomes part of a path."""


class SlackPlace(ServicePlace):
    """A channel that a bot may write to and read."""

    url: str = Field(default="https://slack.com/api", pattern=URL)
    channel: str = Field(pattern=_ID, description="The channel's ID (C0123456789), not its name.")
    name: str = Field(default="", max_length=60, description="What people call the channel.")


class StatuspagePlace(ServicePlace):
    """A page of Atlassian Statuspage."""

    url: str = Field(default="https://api.statuspage.io/v1", pattern=URL)
    page: str = Field(pattern=_ID, description="The page's ID.")
    components: dict[str, str] = Field(default={}, description="Names that people use, and those components' IDs.")
    public_hosts: tuple[str, ...] = Field(default=(), description="Hosts that public texts may name.")


class PagerDutyPlace(ServicePlace):
    """PagerDuty, by its REST API."""

    url: str = Field(default="https://api.pagerduty.com", pattern=URL)
    sender: str = Field(pattern=_ADDRESS, description="The mail address of the user in whose name it is written.")
    user_id: str = Field(pattern=_ID, description="The same user's ID: it asks responders to come.")
    service_id: str = Field(pattern=_ID, description="The ID of the service whose on-call is asked.")
    escalation: dict[str, tuple[str, ...]] = Field(
        {}, description="By severity, the IDs of the escalation policies (P...) that are asked to come."
    )


class GithubPlace(ServicePlace):
    """A repository whose issues hold follow-ups."""

    url: str = Field(default="https://api.github.com", pattern=URL)
    repository: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}/[A-Za-z0-9_.-]{1,100}$", description="OWNER/NAME.")


class JiraPlace(ServicePlace):
    """A project of Jira Cloud whose tickets hold follow-ups."""

    url: str = Field(pattern=URL, description="https://SITE.atlassian.net")
    user: str = Field(pattern=_ADDRESS, description="Whose API token it is.")
    project: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,19}$", description="The project's key.")
    issue_type: str = Field(default="Task", max_length=60)


class EmailPlace(Value):
    """A mail server, and the stakeholders who are told by mail."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=587, gt=0, lt=65536)
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="none: only on this machine.")
    sender: str = Field(pattern=_ADDRESS)
    to: tuple[str, ...] = Field(min_length=1, max_length=50)
    user: str | None = None
    password_file: Path | None = Field(default=None, description="The file that holds the user's password.")
    password_variable: str | None = Field(default=None, description="Or the environment variable that holds it.")
    ca: Path | None = Field(default=None, description="The authority (PEM) of its certificate; else the system's.")
    timeout: float = Field(default=SECONDS, gt=0, le=60, description="Seconds each step may take.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        import re

        wrong = [address for address in self.to if not re.fullmatch(_ADDRESS, address)]
        if wrong:
            raise ValueError("`to` holds something that is no mail address")
        secret = (self.password_file is not None) + (self.password_variable is not None)
        if secret != (self.user is not None):
            raise ValueError("a user wants either password_file or password_variable, and they want a user")
        if self.security == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("without TLS anybody on the way could read the mail: use starttls or tls")
        return self


class Places(Value):
    """All of them; None: not set up."""

    slack: SlackPlace | None = None
    statuspage: StatuspagePlace | None = None
    email: EmailPlace | None = None
    pagerduty: PagerDutyPlace | None = None
    github: GithubPlace | None = None
    jira: JiraPlace | None = None
