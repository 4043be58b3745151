"""Several kubeconfig files become one, as kubectl merges them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident_mcp.cluster.kubeconfig import Kubeconfig, choose, load, paths
from tests.cluster.connection.harness import KUBECTL, needs_kubectl

NAMES = st.sampled_from(["red", "blue", "green"])
CLUSTERS = st.fixed_dictionaries(
    {"server": st.sampled_from(["https://one", "https://two", "https://three"])},
    optional={"tls-server-name": NAMES, "insecure-skip-tls-verify": st.booleans()},
)
USERS = st.fixed_dictionaries({}, optional={"token": NAMES, "tokenFile": NAMES, "as": NAMES})
CONTEXTS = st.fixed_dictionaries({"cluster": NAMES, "user": NAMES}, optional={"namespace": NAMES})
FILES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "clusters": st.dictionaries(NAMES, CLUSTERS),
            "users": st.dictionaries(NAMES, USERS),
            "contexts": st.dictionaries(NAMES, CONTEXTS),
            "current-context": st.sampled_from(["", "red", "blue"]),
        },
    ),
    min_size=1,
    max_size=3,
)


@needs_kubectl
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=FILES)
def test_any_files_merge_as_kubectl_merges_them(files: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        written = [_write(Path(folder) / f"{number}", content) for number, content in enumerate(files)]
        ours = load([written[0], Path(folder) / "missing", *written[1:]])
        variable = ":".join([str(written[0]), f"{folder}/missing", *(str(path) for path in written[1:])])
        assert _plain(ours) == _kubectl(variable)


def test_the_first_current_context_counts_and_each_entry_is_the_first_of_its_name(tmp_path: Path) -> None:
    one = _write(tmp_path / "one", {"contexts": {"a": {"cluster": "c", "user": "u"}}, "users": {"u": {"token": "1"}}})
    two = _write(
        tmp_path / "two",
        {
            "current-context": "a",
            "clusters": {"c": {"server": "https://two"}},
            "users": {"u": {"token": "2", "as": "jane"}},
        },
    )
    three = _write(tmp_path / "three", {"current-context": "b", "clusters": {"c": {"server": "https://three"}}})
    chosen = choose(load([one, two, three]), None)
    assert (chosen.context, chosen.cluster.entry.server) == ("a", "https://two")
    # Whole entries: the second file's `as` is not mixed into the first file's user.
    assert (chosen.user.entry.token, chosen.user.entry.as_) == ("1", "")


def test_relative_paths_start_at_the_file_they_stand_in(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = _write(tmp_path / "one" / "config", {"users": {"u": {"tokenFile": "../token"}}})
    two = _write(tmp_path / "two" / "config", {"clusters": {"c": {"certificate-authority": "ca.crt"}}})
    merged = load([one, two])
    assert merged.users["u"].path("../token").resolve() == tmp_path / "token"
    assert merged.clusters["c"].path("ca.crt") == tmp_path / "two" / "ca.crt"
    assert merged.clusters["c"].path("/etc/ca.crt") == Path("/etc/ca.crt")


@pytest.mark.parametrize(
    ("option", "environment", "expected", "origin"),
    [
        ("/a:/b", {"KUBECONFIG": "/c"}, ["/a", "/b"], "--kubeconfig"),
        (None, {"KUBECONFIG": "/c::/d:/c"}, ["/c", "/d"], "KUBECONFIG"),
        (None, {"HOME": "/home/ada"}, ["/home/ada/.kube/config"], ""),
        ("~/k", {"HOME": "/home/ada"}, ["/home/ada/k"], "--kubeconfig"),
    ],
)
def test_which_files_are_read(
    option: str | None, environment: dict[str, str], expected: list[str], origin: str
) -> None:
    files, named_by = paths(option, environment)
    assert ([str(file) for file in files], named_by) == (expected, origin)


def _write(path: Path, content: dict[str, Any]) -> Path:
    listed: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"}
    for plural, single in (("clusters", "cluster"), ("users", "user"), ("contexts", "context")):
        if plural in content:
            listed[plural] = [{"name": name, single: entry} for name, entry in content[plural].items()]
    path.write_text(yaml.safe_dump({**listed, "current-context": content.get("current-context", "")}))
    return path


def _plain(config: Kubeconfig) -> dict[str, Any]:
    return {
        "current": config.current_context,
        "clusters": {
            name: (placed.entry.server, placed.entry.tls_server_name, placed.entry.insecure_skip_tls_verify)
            for name, placed in config.clusters.items()
        },
        "users": {
            name: (placed.entry.token, placed.entry.token_file, placed.entry.as_)
            for name, placed in config.users.items()
        },
        "contexts": {
            name: (placed.entry.cluster, placed.entry.user, placed.entry.namespace)
            for name, placed in config.contexts.items()
        },
    }


def _kubectl(variable: str) -> dict[str, Any]:
    command = [KUBECTL or "", "config", "view", "--raw", "-o", "json"]
    done = subprocess.run(
        command, capture_output=True, check=True, env={"KUBECONFIG": variable, "HOME": "/nonexistent"}
    )
    shown = json.loads(done.stdout)

    def entries(plural: str, single: str, *fields: str) -> dict[str, Any]:
        listed: list[dict[str, Any]] = shown[plural] or []
        return {entry["name"]: tuple(entry[single].get(f, "") or _zero(f) for f in fields) for entry in listed}

    return {
        "current": shown["current-context"],
        "clusters": entries("clusters", "cluster", "server", "tls-server-name", "insecure-skip-tls-verify"),
        "users": entries("users", "user", "token", "tokenFile", "as"),
        "contexts": entries("contexts", "context", "cluster", "user", "namespace"),
    }


def _zero(field: str) -> str | bool:
    return False if field == "insecure-skip-tls-verify" else ""
