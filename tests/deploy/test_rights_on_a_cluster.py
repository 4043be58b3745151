"""The manifests applied to a real API server: enough for the tools, and nothing beyond."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_mcp.cli.checkup.rbac import manifests
from incident_mcp.cluster.access import Need
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.observe import observe
from incident_mcp.mitigate.actions.rollback_workload import RollbackArguments, RollbackWorkload
from incident_mcp.mitigate.actions.scale_workload import ScaleArguments, ScaleWorkload
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import Forbidden
from incident_mcp.vocabulary.plan import Draft
from incident_mcp.vocabulary.policy import Policy
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.workflow.permissions import permissions, reader_role, writer_role
from tests.cluster.connection.harness import connected
from tests.controlplane.api import Json
from tests.controlplane.control_plane import ControlPlane, KubectlError
from tests.controlplane.scenario import BadRollout, bad_rollout

NAMESPACE = "incident-mcp"
RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
AGENT = "incident-mcp/test"


@dataclass(frozen=True)
class Accounts:
    """Kubeconfigs of the accounts that the manifests make, and of one that is bound to nothing."""

    reader: Path
    writer: Path
    nobody: Path


@pytest.fixture(scope="module")
def accounts(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    control_plane.require("controllers", "users")  # on a borrowed cluster the manifests may be in use
    folder = tmp_path_factory.mktemp("accounts")
    control_plane.apply(manifests(), NAMESPACE)
    control_plane.kubectl("create", "serviceaccount", "nobody", "-n", NAMESPACE)
    names = ("incident-mcp-reader", "incident-mcp-writer", "nobody")
    yield Accounts(*(kubeconfig_of(control_plane, name, folder) for name in names))
    control_plane.kubectl("delete", "--ignore-not-found", "--wait=false", "-f", "-", input=manifests())


def kubeconfig_of(control_plane: ControlPlane, account: str, folder: Path) -> Path:
    """As somebody makes one who follows the comment at the top of the manifest."""
    token = control_plane.kubectl("create", "token", account, "-n", NAMESPACE).strip()
    config = yaml.safe_load(control_plane.kubectl("config", "view", "--raw", "--minify"))
    config["users"][0]["user"] = {"token": token}
    path = folder / f"{account}.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(scope="module")
def shop(control_plane: ControlPlane) -> Iterator[BadRollout]:
    with control_plane.new_namespace() as name:
        yield bad_rollout(control_plane, name)


def checkout(shop: BadRollout) -> Ref:
    return Ref(kind="Deployment", namespace=shop.namespace, name="checkout")


async def test_the_reader_works_with_every_reading_tool_everywhere(accounts: Accounts) -> None:
    async with connected(accounts.reader) as api:
        tools = await permissions(api, namespace=None)
    reading = {tool.state for tool in tools if not tool.writer}
    rest = {tool.tool: tool.state for tool in tools if tool.writer}
    assert reading == {"works"}
    assert set(rest.values()) == {"does not work"}
    assert {"rollback_workload", "scale_workload", "cordon_node"} <= set(rest)


async def test_a_readers_preview_is_shown_and_says_it_would_be_refused(accounts: Accounts, shop: BadRollout) -> None:
    async with connected(accounts.reader) as api:
        draft = await rollback(api, shop)
    assert "patch" in draft.refused
    assert (draft.preview_complete, draft.risk) == (False, "high")
    assert "image checkout:1.42 -> 1.41" in draft.diff


async def test_the_writer_works_with_every_tool(accounts: Accounts) -> None:
    async with connected(accounts.writer) as api:
        tools = await permissions(api, namespace=None)
    assert {tool.state for tool in tools} == {"works"}


async def test_without_a_role_no_tool_works(accounts: Accounts) -> None:
    async with connected(accounts.nobody) as api:
        tools = await permissions(api, namespace="default")
    told = {tool.tool: tool.state for tool in tools}
    assert told.pop("hand_off") == "works in part"  # its brief is of the record
    assert set(told.values()) == {"does not work"}


async def test_a_look_of_the_reader_misses_nothing_but_secrets(accounts: Accounts, shop: BadRollout) -> None:
    async with connected(accounts.reader) as api:
        whole = await observe(api, Scope(), clock=system_clock)
        one = await observe(api, Scope(namespace=shop.namespace, workload=checkout(shop)), clock=system_clock)
    for seen in (whole, one):
        refused = [part for part in seen.not_checked if "Forbidden" in part.why]
        assert all(part.what.startswith("Secrets") for part in refused), refused
        assert any(workload.ref == checkout(shop) for workload in seen.workloads)
        assert seen.logs


ROLES: list[tuple[str, Callable[[], frozenset[Need]]]] = [
    ("reader", reader_role),
    ("writer", lambda: reader_role() | writer_role()),
]


@pytest.mark.parametrize(("account", "role"), ROLES, ids=["reader", "writer"])
def test_nothing_more_is_granted(
    control_plane: ControlPlane, accounts: Accounts, account: str, role: Callable[[], frozenset[Need]]
) -> None:
    """All that the API server lists, less what it grants to any service account."""
    own = rules(control_plane, getattr(accounts, account)) - rules(control_plane, accounts.nobody)
    assert own == {(need.verb, need.group, as_rbac_names_it(need)) for need in role()}


def as_rbac_names_it(need: Need) -> str:
    return f"{need.resource}/{need.subresource}" if need.subresource else need.resource


def rules(control_plane: ControlPlane, kubeconfig: Path) -> set[tuple[str, str, str]]:
    """What `kubectl auth can-i --list` prints, before it is printed."""
    body: Json = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": "default"},
    }
    said = control_plane.kubectl("create", "--raw", RULES, "-f", "-", input=json.dumps(body), kubeconfig=kubeconfig)
    listed: list[dict[str, Any]] = json.loads(said)["status"]["resourceRules"]
    return {
        (verb, group, resource)
        for rule in listed
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


WRITES = [
    ("patch a workload", ["patch", "deployment/checkout", "--type=json", "-p", "[]"]),
    ("scale", ["scale", "deployment/checkout", "--replicas=0"]),
    ("restart", ["rollout", "restart", "deployment/checkout"]),
    ("delete a workload", ["delete", "deployment/checkout"]),
    ("delete pods", ["delete", "pods", "-l", "app=checkout"]),
    ("create", ["create", "configmap", "made-by-a-reader"]),
    ("run a command", ["exec", "deployment/checkout", "--", "true"]),
    ("read Secrets", ["get", "secrets"]),
    ("open a way in", ["create", "token", "default"]),
]


@pytest.mark.parametrize("command", [command for _, command in WRITES], ids=[name for name, _ in WRITES])
def test_the_reader_is_refused(
    control_plane: ControlPlane, accounts: Accounts, shop: BadRollout, command: list[str]
) -> None:
    with pytest.raises(KubectlError, match="orbidden"):
        control_plane.kubectl("-n", shop.namespace, *command, kubeconfig=accounts.reader)


GRANTED = ("patch a workload", "scale", "restart", "delete pods", "run a command")
BEYOND = [each for each in WRITES if each[0] not in GRANTED]


@pytest.mark.parametrize("command", [command for _, command in BEYOND], ids=[name for name, _ in BEYOND])
def test_the_writer_may_patch_delete_pods_and_run_commands_in_them_and_no_more(
    control_plane: ControlPlane, accounts: Accounts, shop: BadRollout, command: list[str]
) -> None:
    with pytest.raises(KubectlError, match="orbidden"):
        control_plane.kubectl("-n", shop.namespace, *command, kubeconfig=accounts.writer)


async def rollback(api: Api, shop: BadRollout) -> Draft:
    target = checkout(shop)
    arguments = RollbackArguments(
        kind=target.kind, namespace=shop.namespace, name=target.name, revision=None, suspend_sync=False
    )
    return await RollbackWorkload(api, system_clock).preview(arguments)


async def carry_out(api: Api, draft: Draft) -> None:
    for write in draft.writes:
        await api.patch(write.path, write.body, content_type=write.content_type, user_agent=AGENT)


async def test_the_writer_scales_and_rolls_back_where_it_is_bound(
    control_plane: ControlPlane, accounts: Accounts
) -> None:
    with control_plane.new_namespace() as name:
        shop = bad_rollout(control_plane, name)
        async with connected(accounts.writer) as api:
            await carry_out(api, await rollback(api, shop))
            control_plane.wait("it is rolled back", lambda: shop.revision() == shop.bad_revision + 1)
            shop.wait_healthy()
            arguments = ScaleArguments(
                kind="Deployment", namespace=name, name="checkout", replicas=4, suspend_sync=False
            )
            await carry_out(api, await ScaleWorkload(api, system_clock, Policy).preview(arguments))
    assert shop.checkout()["spec"]["replicas"] == 4


async def test_bound_in_one_namespace_the_writer_changes_nothing_elsewhere(
    control_plane: ControlPlane, accounts: Accounts, shop: BadRollout, tmp_path: Path
) -> None:
    """The RoleBinding that the comment in writer.yaml gives for single namespaces, for an account of its own."""
    control_plane.kubectl("create", "serviceaccount", "narrow", "-n", NAMESPACE)
    role = ["--clusterrole=incident-mcp-reader", f"--serviceaccount={NAMESPACE}:narrow"]
    control_plane.kubectl("create", "clusterrolebinding", "narrow-reads", *role)
    with control_plane.new_namespace() as other:
        control_plane.apply(commented_binding(other, "narrow"), other)
        async with connected(kubeconfig_of(control_plane, "narrow", tmp_path)) as api:
            there = {tool.tool: tool for tool in await permissions(api, namespace=other)}
            assert there["rollback_workload"].state == "works"
            assert not there["rollback_workload"].everywhere
            with pytest.raises(Forbidden) as refused:
                await carry_out(api, (await rollback_by_reader(accounts, shop)))
    control_plane.kubectl("delete", "clusterrolebinding", "narrow-reads")
    assert (refused.value.verb, refused.value.resource) == ("patch", "deployments.apps")


async def rollback_by_reader(accounts: Accounts, shop: BadRollout) -> Draft:
    async with connected(accounts.writer) as api:
        return await rollback(api, shop)


def commented_binding(namespace: str, account: str) -> Json:
    """The RoleBinding in writer.yaml's comment."""
    lines = manifests().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("#   apiVersion"))
    text = "\n".join(line[4:] for line in lines[start : start + 5])
    binding: Json = yaml.safe_load(text.replace("NAMESPACE", namespace))
    binding["subjects"][0]["name"] = account
    return binding
