"""Command line over environment over file; mistakes are told with the key and the place."""

import re
import tomllib
from pathlib import Path

import pytest

from incident_mcp.communicate.places import (
    EmailPlace,
    GithubPlace,
    JiraPlace,
    PagerDutyPlace,
    SlackPlace,
    StatuspagePlace,
)
from incident_mcp.logs.place import LokiPlace, VictoriaLogsPlace
from incident_mcp.metrics.place import Queries
from incident_mcp.mitigate.flags.place import FlagsPlace
from incident_mcp.settings import Settings, load_settings
from incident_mcp.vocabulary.errors import SettingsError

EXAMPLE = Path(__file__).parents[2] / "examples" / "settings.toml"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("INCIDENT_SETTINGS", str(path))
    return path


def test_the_command_line_beats_the_environment_which_beats_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('context = "from-file"\nuser = "file"\nsoak = 5')
    monkeypatch.setenv("INCIDENT_CONTEXT", "from-environment")
    monkeypatch.setenv("INCIDENT_SOAK", "7")
    settings = load_settings(soak=9, context=None)
    assert (settings.soak, settings.context, settings.user) == (9, "from-environment", "file")


def test_the_file_lies_in_the_users_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "incident-mcp").mkdir()
    (tmp_path / "incident-mcp" / "settings.toml").write_text('context = "prod-eu"')
    assert load_settings().context == "prod-eu"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("contxt = 1", "contxt: Extra inputs"),
        ('[prometheus]\nurl = "https://p:99999"', "Port out of range"),
        ('[prometheus]\nurl = "https://p/ünïcode"', "prometheus.url: String should match"),
        ('[prometheus]\nurl = "https://p"\nheaders = { "a b" = "c" }', "is no header that can be sent"),
        ("[prometheus]", "prometheus: Value error, give either url or service"),
        ('[prometheus]\nurl = "https://p/"\ntoken = "hunter2"', "prometheus.token: Extra inputs"),
        ('[prometheus]\nurl = "https://u:hunter2@p/"', "prometheus.url: String should match"),
        (
            '[prometheus]\nurl = "https://p/"\nheaders = { Authorization = "hunter2" }',
            "use token_file or token_variable",
        ),
        ('[prometheus]\nurl = "https://p/"\nheaders = { X-Api-Key = "hunter2" }', "use token_file or token_variable"),
        ('[prometheus]\nurl = "http://p/"\ntoken_variable = "T"', "over plain http anybody"),
        ('[alertmanager]\nservice = "monitoring/am:9093"\nuser = "u"', "passes no token, user, ca or headers on"),
        ('[prometheus]\nservice = "../secrets"', "prometheus.service: String should match"),
        ('[prometheus]\nurl = "https://p"\n[prometheus.queries]\nlatency = "x{a={workload}}"', "stands in quotes"),
        ("soak = -1", "soak: Input should be greater"),
        ("soak = 'x", "can't be read"),
        ("policy = 3", "policy: Input is not a valid path"),
        ('silence = ["INC999"]', "there is no finding INC999"),
        ('silence = ["INC404 Shop!"]', "is not CODE, CODE NAMESPACE or CODE NAMESPACE/NAME"),
    ],
)
def test_a_mistake_in_the_file_is_named(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert told in str(caught.value)
    assert str(file) in str(caught.value)
    assert "Nothing was changed." in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_named_file_that_is_missing_is_an_error(file: Path) -> None:
    with pytest.raises(SettingsError, match="is not there"):
        load_settings()


def test_every_key_can_be_set_by_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("")
    values = {
        "kubeconfig": "/k", "context": "c", "namespace": "n", "user": "u", "home": "/h", "allow_writes": "1",
        "postmortems": "p", "runbooks": "r", "request_timeout": "3", "tool_timeout": "4", "policy": "/p", "soak": "6",
        "silence": '["INC404"]',
        "read_certificates": "0", "try_hosts": "0",
        "prometheus": '{"url": "https://p.example"}', "alertmanager": '{"url": "https://a.example"}',
        "shared": '{"url": "postgresql://d.example/incidents"}',
        "unleash": '{"url": "https://u.example", "token_file": "/t"}',
        "executor": "/run/x.sock", "listen": '{"socket": "/run/y.sock"}',
        "slack": '{"channel": "C1", "token_file": "/t"}',
        "statuspage": '{"page": "p1", "token_file": "/t"}',
        "email": '{"host": "m.example", "sender": "a@b.example", "to": ["c@d.example"]}',
        "pagerduty": '{"sender": "a@b.example", "user_id": "P1", "service_id": "P2", "token_file": "/t"}',
        "github": '{"repository": "a/b", "token_file": "/t"}',
        "jira": '{"url": "https://j.example", "user": "a@b.example", "project": "OPS", "token_file": "/t"}',
        "loki": '{"url": "https://l.example"}', "victorialogs": '{"url": "https://v.example"}',
    }  # fmt: skip
    assert set(values) == set(Settings.model_fields)
    for key, value in values.items():
        monkeypatch.setenv(f"INCIDENT_{key.upper()}", value)
    settings = load_settings()
    defaults = Settings.model_construct()
    assert all(getattr(settings, key) != getattr(defaults, key) for key in values)


def test_a_key_of_a_section_has_a_variable_of_its_own(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[prometheus]\nurl = "https://p"\nuser = "7"\n[prometheus.queries]\ntraffic = "x"')
    monkeypatch.setenv("INCIDENT_PROMETHEUS__URL", "https://other")
    found = load_settings().prometheus
    assert found is not None
    assert (found.url, found.user, found.queries.traffic) == ("https://other", "7", "x")


def test_the_sections_of_the_example_are_right_when_somebody_uncomments_them(file: Path) -> None:
    lines = EXAMPLE.read_text().partition("# [prometheus]")
    keys = [line[2:] for line in (lines[1] + lines[2]).splitlines() if re.match(r"# (\[|\w+ = )", line)]
    either_or = ("service = ", "token_variable = ", "password_variable = ")
    file.write_text("\n".join(line for line in keys if not line.startswith(either_or)))
    settings = load_settings()
    assert settings.prometheus
    assert settings.prometheus.queries.error_rate
    assert settings.alertmanager
    assert settings.unleash
    assert settings.slack
    assert settings.statuspage
    assert settings.email
    assert settings.pagerduty
    assert settings.github
    assert settings.jira
    assert settings.loki
    assert settings.loki.pod_label == "pod"
    assert settings.victorialogs
    named = {line.partition(" = ")[0] for line in keys}
    places = {*LokiPlace.model_fields, *VictoriaLogsPlace.model_fields, *FlagsPlace.model_fields}
    places |= {*SlackPlace.model_fields, *StatuspagePlace.model_fields, *EmailPlace.model_fields}
    places |= {*PagerDutyPlace.model_fields, *GithubPlace.model_fields, *JiraPlace.model_fields}
    assert named | {"components", "escalation"} >= places | set(Queries.model_fields)


def test_the_record_says_how_the_name_is_known(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("")
    assert load_settings().person.known_by == "OS user"
    file.write_text('user = "ada"')
    assert (load_settings().person.name, load_settings().person.known_by) == ("ada", "settings file")
    monkeypatch.setenv("INCIDENT_USER", "grace")
    assert (load_settings().person.name, load_settings().person.known_by) == ("grace", "INCIDENT_USER")


def test_the_example_file_names_every_key_and_holds_the_defaults(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = EXAMPLE.read_text()
    for key in Settings.model_fields:
        assert f"{key} = " in text or f"[{key}]" in text, key
    file.write_text(text)
    monkeypatch.delenv("INCIDENT_TRY_HOSTS")
    given = tomllib.loads(text)
    loaded, defaults = load_settings(), Settings.model_construct()
    assert {key: getattr(loaded, key) for key in given} == {key: getattr(defaults, key) for key in given}


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:hunter2@db/incidents", "postgresql://db/incidents?password=hunter2", "mysql://db/incidents"],
)
def test_the_url_of_the_shared_record_holds_no_password(file: Path, url: str) -> None:
    file.write_text(f'[shared]\nurl = "{url}"')
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "hunter2" not in str(told.value)
