"""The fixture `control_plane`: one real API server for all tests of a session.

Where it comes from, first match:

1. `INCIDENT_TEST_KUBECONFIG`: somebody's cluster (kind, say), used as it is;
2. the build of `make control-plane`: a whole cluster of our own, up in about five seconds;
3. `KUBEBUILDER_ASSETS`: envtest's etcd and kube-apiserver; no controllers, so nothing rolls out.

Without any, tests that ask for it are skipped with one line that says how to get it. With
`INCIDENT_REQUIRE_CONTROL_PLANE=1` whatever is missing fails instead: so `.ci/run` never passes by skipping.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.controlplane import build
from tests.controlplane.control_plane import ControlPlane, missing

HOW_TO_GET_ONE = (
    "no control plane: `make control-plane` builds it once (12 minutes, needs Go), "
    "or set KUBEBUILDER_ASSETS or INCIDENT_TEST_KUBECONFIG"
)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A running control plane, shared by the session; see `ControlPlane` for what it can do."""
    folder = tmp_path_factory.mktemp("control-plane")
    running = _borrowed(folder) or _started(folder)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """A fresh namespace on the control plane, deleted after the test."""
    with control_plane.new_namespace() as name:
        yield name


@contextmanager
def own_control_plane(folder: Path) -> Generator[ControlPlane]:
    """A control plane for one test alone, which may leave it as it likes: never somebody's cluster."""
    running = _started(folder)
    try:
        yield running
    finally:
        running.stop()


def _borrowed(folder: Path) -> ControlPlane | None:
    kubeconfig = os.environ.get("INCIDENT_TEST_KUBECONFIG")
    if not kubeconfig:
        return None
    return ControlPlane(Path(kubeconfig).expanduser(), _kubectl(build.cache_folder() / "bin"), folder)


def _started(folder: Path) -> ControlPlane:
    programs = build.cache_folder() / "bin"
    if not build.is_built(programs.parent):
        assets = os.environ.get("KUBEBUILDER_ASSETS")
        if not assets:
            missing(HOW_TO_GET_ONE)
        programs = Path(assets).expanduser().resolve()
        for program in ("etcd", "kube-apiserver"):
            if not (programs / program).exists():
                missing(f"KUBEBUILDER_ASSETS={assets} has no {program}")
    return ControlPlane.start(programs, folder, _kubectl(programs))


def _kubectl(programs: Path) -> Path:
    """The kubectl beside the other programs, else the one on the PATH."""
    beside = programs / "kubectl"
    found = beside if beside.exists() else shutil.which("kubectl")
    if not found:
        missing(f"there is no kubectl in {programs} or on the PATH")
    return Path(found)
