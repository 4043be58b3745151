"""Command line over environment over file; mistakes are told with the key and the place."""

import tomllib
from pathlib import Path

import pytest

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
        ("soak = -1", "soak: Input should be greater"),
        ("soak = 'x", "can't be read"),
        ("protected_namespaces = 3", "protected_namespaces"),
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


def test_a_named_file_that_is_missing_is_an_error(file: Path) -> None:
    with pytest.raises(SettingsError, match="is not there"):
        load_settings()


def test_every_key_can_be_set_by_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("")
    values = {
        "kubeconfig": "/k", "context": "c", "namespace": "n", "user": "u", "home": "/h", "allow_writes": "1",
        "postmortems": "p", "request_timeout": "3", "tool_timeout": "4", "plan_life": "5", "soak": "6",
        "protected_namespaces": '["x"]', "silence": '["INC404"]', "read_certificates": "0",
        "try_hosts": "0",
    }  # fmt: skip
    assert set(values) == set(Settings.model_fields)
    for key, value in values.items():
        monkeypatch.setenv(f"INCIDENT_{key.upper()}", value)
    settings = load_settings()
    defaults = Settings.model_construct()
    assert all(getattr(settings, key) != getattr(defaults, key) for key in values)


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
        assert f"{key} = " in text, key
    file.write_text(text)
    monkeypatch.delenv("INCIDENT_TRY_HOSTS")
    given = tomllib.loads(text)
    loaded, defaults = load_settings(), Settings.model_construct()
    assert {key: getattr(loaded, key) for key in given} == {key: getattr(defaults, key) for key in given}
