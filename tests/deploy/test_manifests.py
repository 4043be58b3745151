"""The manifests in `deploy/`: exactly what the tools' table needs, nothing more, and as `doctor --rbac` prints them."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from incident_mcp.cli.checkup.rbac import FILES, manifests
from incident_mcp.cluster.access import Need
from incident_mcp.workflow.permissions import TOOLS, reader_role, writer_role
from tests.cli.running import ROOT, incident_mcp

ROLES = {"reader.yaml": reader_role, "writer.yaml": writer_role}


def documents(file: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((ROOT / "deploy" / file).read_text()))


def of_kind(file: str, kind: str) -> list[dict[str, Any]]:
    return [document for document in documents(file) if document["kind"] == kind]


def granted(rules: list[dict[str, Any]]) -> Iterator[Need]:
    """One need for each verb, group and resource of RBAC rules."""
    for rule in rules:
        for group in rule["apiGroups"]:
            for written in rule["resources"]:
                resource, slash, subresource = written.partition("/")
                name = f"{resource}{f'.{group}' if group else ''}{slash}{subresource}"
                yield from (Need(verb, name) for verb in rule["verbs"])


@pytest.mark.parametrize("file", FILES)
def test_a_role_grants_exactly_what_the_table_needs(file: str) -> None:
    (role,) = of_kind(file, "ClusterRole")
    needs = list(granted(role["rules"]))
    assert sorted(needs) == sorted(ROLES[file]())


@pytest.mark.parametrize("file", FILES)
def test_no_rule_has_a_wildcard(file: str) -> None:
    (role,) = of_kind(file, "ClusterRole")
    assert "*" not in str(role["rules"])


def test_the_reader_sees_no_secret_and_changes_nothing() -> None:
    assert {need.verb for need in reader_role()} == {"get", "list"}
    assert not any("secrets" in need.name for need in (*reader_role(), *writer_role()))


def test_certificates_are_a_right_of_their_own_that_nobody_is_bound_to() -> None:
    (role,) = documents("certificates.yaml")
    assert list(granted(role["rules"])) == [Need("get", "secrets")]
    assert "certificates.yaml" not in FILES


def test_monitoring_is_a_right_of_its_own_to_two_services_by_name() -> None:
    (role,), (binding,) = of_kind("monitoring.yaml", "Role"), of_kind("monitoring.yaml", "RoleBinding")
    assert list(granted(role["rules"])) == [Need("get", "services/proxy")]
    assert role["rules"][0]["resourceNames"] == ["prometheus:9090", "alertmanager:9093"]
    assert binding["subjects"][0]["name"] == "incident-mcp-reader"
    assert "monitoring.yaml" not in FILES


def test_the_writer_patches_evicts_and_deletes_pods_runs_commands_in_them_and_no_more() -> None:
    beyond = {str(need) for need in writer_role() if need.verb != "patch"}
    assert beyond == {"create pods/eviction", "delete pods", "create pods/exec", "get pods/exec"}


def test_every_binding_names_a_role_and_an_account_that_the_manifests_make() -> None:
    made = {(each["kind"], each["metadata"]["name"]) for file in FILES for each in documents(file)}
    for file in FILES:
        for binding in of_kind(file, "ClusterRoleBinding"):
            assert ("ClusterRole", binding["roleRef"]["name"]) in made
            for subject in binding["subjects"]:
                assert (subject["kind"], subject["name"]) in made
                assert subject["namespace"] == "incident-mcp"


def test_the_reading_account_is_bound_to_the_reader_role_alone() -> None:
    bound = {
        (binding["roleRef"]["name"], subject["name"])
        for file in FILES
        for binding in of_kind(file, "ClusterRoleBinding")
        for subject in binding["subjects"]
    }
    assert bound == {
        ("incident-mcp-reader", "incident-mcp-reader"),
        ("incident-mcp-reader", "incident-mcp-writer"),
        ("incident-mcp-writer", "incident-mcp-writer"),
    }


async def test_doctor_prints_both_manifests_as_one_stream() -> None:
    done = await incident_mcp("doctor", "--rbac")
    assert (done.returncode, done.stdout, done.stderr) == (0, manifests(), "")
    assert list(yaml.safe_load_all(done.stdout)) == [each for file in FILES for each in documents(file)]


def test_the_manifests_ship_in_the_wheel() -> None:
    assert '"deploy" = "incident_mcp/deploy"' in (ROOT / "pyproject.toml").read_text()


def test_every_tool_has_its_line_in_the_table_once() -> None:
    assert len({tool.tool for tool in TOOLS}) == len(TOOLS)
