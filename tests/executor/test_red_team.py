"""An assistant with a shell tries to get past the gate, on a real control plane, and the audit log says what it wrote.

In the advisory mode some of it gets through: SECURITY.md publishes what, and this test holds the two together. In the
separated mode nothing does.
"""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from incident_mcp.cli.checkup.rbac import manifests
from incident_mcp.cli.separated import rights, walk
from incident_mcp.cli.separated.layout import Layout
from incident_mcp.cli.separated.steps import steps
from incident_mcp.gate.approvers import Approvers
from tests.cli.running import ROOT
from tests.controlplane.control_plane import ControlPlane
from tests.executor.intruder import ATTEMPTS, Attempt, Scene, called, honest, hook, name_of, unseen_hook
from tests.executor.machine import Installation, User, installed, new_user, remove_user
from tests.gate.terminal import run_in_a_terminal

LONGEST = 120.0
SECRET = "correct horse battery"
NAME = f"imr{os.getpid() % 100_000}"
SUDO = """\
sudo() {
  if [ "$1" = -u ]; then setpriv --reuid="$2" --regid="$2" --init-groups -- "${@:3}"; else "$@"; fi
}"""
ROW = re.compile(r"^\| (.+?) \| (written|held) \| (written|held) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    with installed() as made:
        yield made


@pytest.fixture(scope="module")
def cluster(control_plane: ControlPlane, place: Installation) -> Iterator[ControlPlane]:
    """With both roles in it, as the set-up prints them, and a kubectl for everybody."""
    control_plane.require("controllers", "users", "audit")
    shutil.copy(control_plane.kubectl_path, place.bin / "kubectl")
    gone = ("wait", "--for=delete", "namespace/incident-mcp", "--timeout=40s")
    control_plane.kubectl(*gone)  # another test's may be on its way out
    by_hand(control_plane, place, rights.manifests())
    yield control_plane
    control_plane.kubectl("delete", "--ignore-not-found", "--wait=false", "-f", "-", input=manifests())


def by_hand(cluster: ControlPlane, place: Installation, lines: str) -> None:
    """Run printed lines as an administrator does; the one here is root already, and may have no sudo."""
    environment = {**os.environ, "KUBECONFIG": str(cluster.kubeconfig), "PATH": f"{place.bin}:{os.environ['PATH']}"}
    script = f"{SUDO}\n{lines}\n"
    words = ["bash", "-eu", "-o", "pipefail"]
    done = subprocess.run(words, input=script, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr


@dataclass
class Stage:
    """Where one round of attempts is played."""

    cluster: ControlPlane
    place: Installation
    assistant: User
    person: User
    namespace: str
    scene: Scene
    said: dict[str, str] = field(default_factory=dict[str, str])

    def play(self, attempts: Sequence[Attempt]) -> None:
        """Let the assistant try; when it waits for the person, the person types a passphrase at the own prompt."""
        words = self.assistant.command(self.place.python, *called(self.scene, *attempts))
        environment = self.assistant.environment | self.place.environment
        process = subprocess.Popen(
            words, env=environment, cwd=self.assistant.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin
        assert process.stdout
        late = threading.Timer(LONGEST, process.kill)
        late.start()
        with process:
            for line in process.stdout:
                told = json.loads(line)
                if "turn" in told:
                    self.persons_turn(told["turn"])
                    process.stdin.write("\n")
                    process.stdin.flush()
                else:
                    self.said[told["attempt"]] = told["said"]
        late.cancel()
        assert process.returncode == 0, self.said

    def persons_turn(self, said: list[str]) -> None:
        """The person runs this in the own shell, and types the passphrase that is asked for."""
        path = f"{':'.join(self.scene.bins)}:/usr/bin:/bin"
        login = [f"{name}={value}" for name, value in {**self.person.environment, "PATH": path}.items()]
        words = self.person.command("env", "-i", *login, "/bin/sh", "-c", shlex.join(["incident-mcp", *said]))
        self.said[f"the person: {said[0]}"] = run_in_a_terminal(words, [("ada's passphrase", SECRET)], {}).shown

    def written(self) -> set[str]:
        """The attempts that got through, by the API server's books."""
        return {
            event.name
            for event in self.cluster.audit_events(self.namespace)
            if event.wrote and event.user.startswith("system:serviceaccount:incident-mcp:")
        }


@contextmanager
def waiting_terminal(person: User, program: str) -> Generator[str]:
    """A terminal of the person in which a passphrase is asked for."""
    child, master = pty.fork()
    if child == 0:
        words = person.command(program, "stop", "--lift", "--as", "ada")
        os.execvpe(words[0], words, person.environment)  # noqa: S606
    try:
        terminal = os.readlink(f"/proc/{child}/fd/0")
        os.chown(terminal, person.uid, 0)
        shown = b""
        while b"passphrase" not in shown:
            shown += os.read(master, 4096)
        yield terminal
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(master)


@pytest.fixture
def jobs(cluster: ControlPlane) -> Iterator[str]:
    """A namespace with a CronJob for each attempt."""
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "registry.example/x:1"}]}
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    with cluster.new_namespace("red-team") as namespace:
        for attempt in (*ATTEMPTS, honest):
            made = {"metadata": {"name": name_of(attempt)}, "spec": spec}
            cluster.api.create(f"/apis/batch/v1/namespaces/{namespace}/cronjobs", made)
        yield namespace


def owned(user: User, *paths: Path) -> None:
    for path in paths:
        os.chown(path, user.uid, -1)


@pytest.fixture
def advisory(cluster: ControlPlane, place: Installation, jobs: str) -> Iterator[Stage]:
    """Assistant and person are one user, who holds everything: as it is without the separated mode."""
    with new_user(f"{NAME}v") as user:
        config, state, kube = (
            user.home / below for below in (".config/incident-mcp", ".local/state/incident-mcp", ".kube")
        )
        for folder in (config, state, kube, user.home / "bin"):
            user.run("mkdir", "-p", folder)
        by_hand(cluster, place, rights.writer(Layout(user=user.name, config=kube)))
        (config / "settings.toml").write_text(f'kubeconfig = "{kube / "kubeconfig"}"\n')
        Approvers(state).set("ada", SECRET)
        owned(user, config / "settings.toml", Approvers(state).path)
        with waiting_terminal(user, place.program) as terminal:
            scene = Scene(
                namespace=jobs,
                kubectl=str(place.bin / "kubectl"),
                kubeconfig=str(kube / "kubeconfig"),
                terminal=terminal,
                bins=(str(user.home / "bin"), str(place.bin)),
                folders=(str(config), str(state), str(kube)),
            )
            yield Stage(cluster, place, user, user, jobs, scene)


@pytest.fixture
def separated(
    cluster: ControlPlane, place: Installation, jobs: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """As `init --separated` sets it up, and the lines that it leaves to people."""
    monkeypatch.setattr(walk, "strangers", nobody)
    folder = place.folder / "machine"
    folder.mkdir()
    with new_user(f"{NAME}s") as assistant, new_user(f"{NAME}p") as person, executors(folder, place) as layout:
        list(walk.done(layout, [assistant.name], [person.name]))
        for step in steps(layout, [assistant.name], [person.name]):
            if step.by_hand and "passphrase" not in step.title and "start it" not in step.title:
                by_hand(cluster, place, step.by_hand)
        list(walk.done(layout, [assistant.name], [person.name]))
        enrol(layout)
        with running(layout) as executor, waiting_terminal(person, place.program) as terminal:
            mine = (assistant.home / below for below in (".config/incident-mcp", ".local/state/incident-mcp", ".kube"))
            scene = Scene(
                namespace=jobs,
                kubectl=str(place.bin / "kubectl"),
                kubeconfig=str(assistant.home / rights.READER),
                terminal=terminal,
                bins=(str(person.home / "bin"), str(place.bin)),
                folders=(str(layout.config), str(layout.state), str(person.home), *map(str, mine)),
                holder=executor,
                socket=str(layout.socket),
            )
            yield Stage(cluster, place, assistant, person, jobs, scene)


def nobody(layout: Layout) -> list[Path]:
    return []


@contextmanager
def executors(folder: Path, place: Installation) -> Generator[Layout]:
    """Names and places of an executor of this test, all gone afterwards."""
    layout = Layout(
        user=f"{NAME}e",
        clients=f"{NAME}c",
        approvers=f"{NAME}a",
        config=folder / "etc",
        state=folder / "lib",
        run=folder / "run",
        units=folder,
        unit=f"{NAME}.service",
        program=(place.program,),
    )
    try:
        yield layout
    finally:
        remove_user(layout.user)
        list(walk.undone(layout, purge=True))


def enrol(layout: Layout) -> None:
    """The passphrase, set as the executor's user and no other."""
    words = layout.as_executor("init", "--as", "ada")[3:]
    twice = [("no assistant knows", SECRET), ("same again", SECRET)]
    refused = run_in_a_terminal(words, twice, {})
    assert "another user's" in refused.shown, "not even root"
    done = run_in_a_terminal(User(layout.user, layout.state).command(*words), twice, {})
    assert done.returncode == 0, done.shown


@contextmanager
def running(layout: Layout) -> Generator[int]:
    """The executor, started as its unit does; its process."""
    subprocess.run(["install", "-d", "-m", "0755", "-o", layout.user, str(layout.run)], check=True, timeout=10)
    words = User(layout.user, layout.state).command(*layout.as_executor("executor")[3:])
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=layout.state) as process:
        assert process.stderr
        try:
            assert "listening at" in process.stderr.readline()
            yield process.pid
        finally:
            process.terminate()


def published() -> dict[str, tuple[str, str]]:
    """What SECURITY.md says of each attempt: advisory, separated."""
    return {
        words: (advisory, separated) for words, advisory, separated in ROW.findall((ROOT / "SECURITY.md").read_text())
    }


def outcomes(stage: Stage) -> dict[str, str]:
    written = stage.written()
    return {str(each.__doc__): "written" if name_of(each) in written else "held" for each in ATTEMPTS}


def test_every_attempt_is_published() -> None:
    assert list(published()) == [each.__doc__ for each in ATTEMPTS]


def test_what_gets_through_in_the_advisory_mode_is_what_is_published(advisory: Stage) -> None:
    in_settings = (hook, unseen_hook)
    advisory.play(in_settings)
    policy = advisory.assistant.home / ".config/incident-mcp/policy.toml"
    policy.write_text('[doors]\nnormal = ["terminal"]\nhigh = ["terminal"]\n')
    owned(advisory.assistant, policy)
    advisory.play([each for each in ATTEMPTS if each not in in_settings])
    print(json.dumps(advisory.said, indent=1))
    assert outcomes(advisory) == {words: said for words, (said, _) in published().items()}


def test_in_the_separated_mode_nothing_gets_through_until_the_person_approves(separated: Stage) -> None:
    separated.play(ATTEMPTS)
    print(json.dumps(separated.said, indent=1))
    assert separated.written() == set()
    assert {said for _, said in published().values()} == {"held"}
    assert "approval required" in separated.said["record"], "it wrote into its own record, and that is worth nothing"
    separated.play([honest])
    assert separated.written() == {"honest"}, f"the executor still works: {separated.said}"
