"""The house's own rules, read from its source: who may mint a permit, open outside text, or call the write methods."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "server" / "incident_mcp"


def calls(path: Path) -> set[str]:
    """The bare and dotted names that a file calls."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    found.add(name)
                case ast.Attribute(value=ast.Name(id="sa"), attr=attribute):
                    found.add(f"sa.{attribute}")  # SQLAlchemy's statements, on the record's own tables
                case ast.Attribute(attr=attribute):
                    found.add(f".{attribute}")
                case _:
                    pass
    return found


def callers(name: str) -> set[str]:
    return {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if name in calls(path)}


def test_only_the_gate_mints_permits() -> None:
    assert callers("Permit") == {"gate/execution.py"}


def test_only_actions_send_writes_and_only_with_a_permit() -> None:
    assert callers("send") <= {"mitigate/writing.py"}
    assert callers("send_command") == {"mitigate/actions/run_diagnostic.py"}


def test_a_command_in_a_container_has_one_way_out() -> None:
    assert callers("run_command") == {"cluster/writes.py"}
    assert callers(".upgraded") == {"cluster/container_exec.py"}


@pytest.mark.parametrize("method", [".patch", ".delete"])
def test_only_one_file_uses_the_clients_write_methods(method: str) -> None:
    assert callers(method) == {"cluster/writes.py"}


def test_only_one_file_changes_something_beside_the_cluster() -> None:
    assert callers(".transmit") == {"cluster/outside_writes.py"}
    assert callers("transmit") == {"mitigate/flags/unleash.py", "communicate/service.py"}


def test_a_mail_leaves_from_one_file_and_only_with_a_permit() -> None:
    assert callers(".data") == {"communicate/channels/email.py"}
    assert callers("check_permit") == {
        "cluster/outside_writes.py", "cluster/writes.py", "communicate/channels/email.py",
    }  # fmt: skip


def test_only_writes_and_access_reviews_create() -> None:
    assert callers(".create") <= {"cluster/writes.py", "cluster/access.py"}


def test_outside_text_is_opened_in_text_alone() -> None:
    assert {path.split("/")[0] for path in callers("open_untrusted")} <= {"text", "logs"}


def test_nothing_reaches_into_outside_text_another_way() -> None:
    touching = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if "._raw" in path.read_text()}
    assert touching == {"vocabulary/untrusted.py"}


def test_the_clock_is_read_in_one_place() -> None:
    now = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if ".now(" in path.read_text() and "datetime.now(" in path.read_text()
    }
    assert now == {"vocabulary/clock.py"}
