"""Everything a person can set, in one validated place: command line over environment over one TOML file.

The file is `settings.toml` in the user's configuration folder (`$XDG_CONFIG_HOME/incident-mcp`, else
`~/.config/incident-mcp`), or the one that `INCIDENT_SETTINGS` names. Each key has an environment variable of its own,
`INCIDENT_` and the key in capitals (`INCIDENT_PROMETHEUS__URL` for `url` of `[prometheus]`). Secrets never stand in it:
keys that need one take a file's path or a variable's name.
`examples/settings.toml` lists every key with its default; a test keeps it complete.
"""

import getpass
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from incident_mcp.communicate.places import (
    EmailPlace,
    GithubPlace,
    JiraPlace,
    PagerDutyPlace,
    Places,
    SlackPlace,
    StatuspagePlace,
)
from incident_mcp.executor.place import ListenPlace
from incident_mcp.logs.place import LokiPlace, VictoriaLogsPlace
from incident_mcp.metrics.place import PrometheusPlace
from incident_mcp.mitigate.flags.place import FlagsPlace
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.services.place import Place
from incident_mcp.vocabulary.actor import Actor, KnownBy
from incident_mcp.vocabulary.errors import SettingsError

PREFIX = "INCIDENT_"


def settings_file(environment: Mapping[str, str]) -> Path:
    """Where the settings file is looked for; it need not exist unless `INCIDENT_SETTINGS` names it."""
    named = environment.get("INCIDENT_SETTINGS")
    if named:
        return Path(named).expanduser()
    return _folder(environment, "XDG_CONFIG_HOME", ".config") / "settings.toml"


def _folder(environment: Mapping[str, str], variable: str, below_home: str) -> Path:
    root = environment.get(variable)
    return (Path(root) if root else Path.home() / below_home) / "incident-mcp"


class Settings(BaseSettings):
    """The settings of one process. Durations are seconds."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    kubeconfig: str | None = Field(None, description="Kubeconfig path(s); else KUBECONFIG, else ~/.kube/config.")
    context: str | None = Field(None, description="Kubeconfig context; else the kubeconfig's current one.")
    namespace: str | None = Field(None, description="Default namespace; else the context's, else `default`.")
    user: str | None = Field(None, description="Your name in the record; else the OS user's.")
    home: Path = Field(
        default_factory=lambda: _folder(os.environ, "XDG_STATE_HOME", ".local/state"),
        description="State folder: the record lives here.",
    )
    policy: Path | None = Field(
        None, description="The policy of changes; else `policy.toml` beside the settings file's usual place."
    )
    allow_writes: bool = Field(False, description="Offer the tools that change the cluster (each asks a person).")
    postmortems: Path = Field(Path("postmortems"), description="Folder for postmortems, under the working folder.")
    runbooks: Path = Field(Path("runbooks"), description="Folder of runbooks (*.md) that are quoted where they fit.")
    request_timeout: float = Field(15.0, gt=0, le=300, description="Seconds one request to the API server may take.")
    tool_timeout: float = Field(
        20.0, gt=0, le=600, description="Seconds a reading tool may take; the rest is not checked."
    )
    soak: float = Field(60.0, ge=0, le=3600, description="Seconds that verify_fix watches for relapses.")
    read_certificates: bool = Field(
        True, description="Read the certificates that Ingresses and Gateways name (never their keys)."
    )
    try_hosts: bool = Field(
        True, description="Try each host of a route that is hurt once from here: one HEAD, without credentials."
    )
    silence: tuple[str, ...] = Field(
        (),
        description="Findings not to be told: `INC404`, `INC163 batch`, `INC101 shop/checkout`; `*` for any letters.",
    )
    prometheus: PrometheusPlace | None = Field(None, description="Prometheus, or what speaks its API; `[prometheus]`.")
    alertmanager: Place | None = Field(None, description="Alertmanager, by its v2 API; `[alertmanager]`.")
    loki: LokiPlace | None = Field(None, description="Loki, whose logs are read before the pods' own; `[loki]`.")
    victorialogs: VictoriaLogsPlace | None = Field(None, description="VictoriaLogs, likewise; `[victorialogs]`.")
    shared: SharedPlace | None = Field(None, description="A team's PostgreSQL with everybody's record; `[shared]`.")
    executor: Path | None = Field(
        None, description="The socket of the separated executor, which alone writes; else this server writes itself."
    )
    listen: ListenPlace = Field(
        default_factory=ListenPlace, description="Where an executor listens, and to whom; `[listen]`."
    )
    unleash: FlagsPlace | None = Field(None, description="Unleash, by its admin API; `[unleash]`.")

    slack: SlackPlace | None = Field(None, description="A Slack channel that is told; `[slack]`.")
    statuspage: StatuspagePlace | None = Field(None, description="A page of Atlassian Statuspage; `[statuspage]`.")
    email: EmailPlace | None = Field(None, description="Stakeholders who are told by mail; `[email]`.")
    pagerduty: PagerDutyPlace | None = Field(None, description="PagerDuty, by its REST API; `[pagerduty]`.")

    github: GithubPlace | None = Field(None, description="A repository whose issues hold follow-ups; `[github]`.")
    jira: JiraPlace | None = Field(None, description="A project of Jira Cloud, likewise; `[jira]`.")

    @field_validator("silence")
    @classmethod
    def _silences(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        if lines:
            from incident_mcp.investigate.silence import silence

            for line in lines:
                silence(line)
        return lines

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = settings_file(os.environ)
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=path))

    @property
    def person(self) -> Actor:
        """Who is at the keyboard, and how we know: INCIDENT_USER, the settings file, or the OS user."""
        if self.user:
            known: KnownBy = "INCIDENT_USER" if os.environ.get("INCIDENT_USER") == self.user else "settings file"
            return Actor(role="person", name=self.user, known_by=known)
        return Actor(role="person", name=_os_user(), known_by="OS user")

    @property
    def policy_file(self) -> Path:
        """Where the policy is looked for; it must be there only where `policy` names it."""
        return self.policy or _folder(os.environ, "XDG_CONFIG_HOME", ".config") / "policy.toml"

    @property
    def unmonitored(self) -> "Settings":
        """Without the servers beside the cluster, and the team's record: a sandbox is nobody's concern."""
        own = ("prometheus", "alertmanager", "loki", "victorialogs", "unleash", "shared", "executor")
        beside = (*own, *Places.model_fields)
        return self.model_copy(update=dict.fromkeys(beside))

    @property
    def secret_variables(self) -> frozenset[str]:
        """Names of environment variables that hold secrets of ours."""
        places = (self.prometheus, self.alertmanager, self.loki, self.victorialogs, self.unleash)
        services = (self.slack, self.statuspage, self.pagerduty, self.github, self.jira)
        tokens = {place.token_variable for place in (*places, *services) if place}
        passwords = {place.password_variable for place in (self.shared, self.email) if place}
        return frozenset(name for name in tokens | passwords if name)

    @property
    def channels(self) -> Places:
        """Where the others are told."""
        return Places(**{name: getattr(self, name) for name in Places.model_fields})

    @property
    def journal(self) -> Path:
        return self.home.expanduser() / "journal.sqlite3"


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return f"uid {os.getuid()}"


def load_settings(**options: Any) -> Settings:
    """Read file and environment under the command line's options (those that are None were not given).

    Raises `SettingsError` that names the file or variable and what is wrong with it.
    """
    given = {name: value for name, value in options.items() if value is not None}
    path = settings_file(os.environ)
    if os.environ.get("INCIDENT_SETTINGS") and not path.is_file():
        raise SettingsError(f"INCIDENT_SETTINGS names {path}, which is not there.", "Mend the variable, or remove it.")
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_problems(error, path), f"Known keys: {', '.join(Settings.model_fields)}.") from error
    except (OSError, ValueError) as error:  # unreadable, or not TOML: the message names the line
        raise SettingsError(f"The settings file {path} can't be read: {error}.", "Mend or move the file.") from error


def _problems(error: ValidationError, path: Path) -> str:
    lines = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
    return f"The settings ({path}, or {PREFIX}* in the environment) are wrong: {'; '.join(lines)}."
