"""A stranger's first minute: the demo plays the whole incident, asks once, and means it."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

BIN = str(Path(sys.executable).parent / "incident-mcp")


def run(*arguments: str, home: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN, *arguments],
        env=os.environ | {"INCIDENT_HOME": str(home), "INCIDENT_USER": "oncall-2"},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    home = tmp_path_factory.mktemp("demo")
    done = run("demo", "--answer", "yes", "--postmortems", str(home / "pm"), home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout, home


@pytest.mark.parametrize(
    "line",
    [
        "assess: 1 of 9 workloads is not well",
        "1  Deployment shop/checkout   0 of 3 ready, 3 pods in CrashLoopBackOff since",
        "cause     checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config, its environment, has no such key",
        "previous instance: «KeyError: 'PAYMENT_URL'», once in each of 3 pods",
        "rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42",
        "Service shop/checkout has no endpoints -> Ingress shop.example.com/checkout answers 503",
        "trend        steady: 0 of 3 ready since",
        "proposed     SEV-2, answer within 15 min: one user-facing service down, eight workloads well.",
        "not checked  metrics (no metrics server)",
        "Caused by a recent deployment? yes (9 s before the first crash). So: roll back to revision 6, which ran for",
        "promise   3 of 3 ready and no «KeyError: 'PAYMENT_URL'» within 2 min",
        "undo      back to revision 7, recorded before anything is written",
        "Approve? [y/N] yes (answered by script)",
        "recovered, as promised. 3 of 3 ready for 10 s, no restart, 3 endpoints, no new error, no error in ",
    ],
)
def test_it_reads_like_the_picture(played: tuple[str, Path], line: str) -> None:
    assert line in played[0]


def test_it_ends_with_the_postmortems_path_and_the_file_is_there(played: tuple[str, Path]) -> None:
    output, home = played
    (path,) = (home / "pm").iterdir()
    assert str(path) in output
    text = path.read_text()
    assert "- **Duration**: 0 hours" in text
    assert 'Incident detected: opened by oncall-2 (INCIDENT_USER), "checkout is down"' in text
    assert "- [ ] Add PAYMENT_URL to ConfigMap shop/checkout-config before checkout:1.42 ships again" in text


def test_the_plan_can_be_read_in_any_terminal_after_its_cluster_is_gone(played: tuple[str, Path]) -> None:
    output, home = played
    plan = output.partition("└─ plan ")[2][:8]
    shown = run("plan", plan, home=home)
    assert shown.returncode == 0
    assert "Roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41)?" in shown.stdout
    assert "spent" in shown.stdout
    unknown = run("plan", "00000000", home=home)
    assert unknown.returncode == 1
    assert "There is no plan 00000000" in unknown.stderr


def test_a_closed_terminal_is_nobodys_decline(tmp_path: Path) -> None:
    done = run("demo", home=tmp_path, text="")
    assert "nobody answered." in done.stdout
    assert "Nothing was changed." in done.stdout


def test_ctrl_c_at_the_question_ends_the_demo(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    environment = os.environ | {"INCIDENT_HOME": str(tmp_path)}
    # A child inherits an ignored SIGINT, as under a shell's `&`; a terminal's own child does not have it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    demo = subprocess.Popen([BIN, "demo"], env=environment, stdin=terminal, stdout=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    assert demo.stdout
    shown = ""
    while "Approve? [y/N] " not in shown:
        shown += demo.stdout.read(1)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 130
    os.close(controller)
    os.close(terminal)


@pytest.mark.parametrize("answer", ["n\n", "\n", "maybe\n"])
def test_anything_but_yes_at_the_terminal_changes_nothing(tmp_path: Path, answer: str) -> None:
    done = run("demo", "--postmortems", str(tmp_path / "pm"), home=tmp_path, text=answer)
    assert done.returncode == 0, done.stderr
    assert "Nothing was changed. The record says so: e" in done.stdout
    assert "declined at the terminal." in done.stdout
    assert not (tmp_path / "pm").exists()


def test_a_scripted_no_says_that_it_was_scripted(tmp_path: Path) -> None:
    done = run("demo", "--answer", "no", home=tmp_path)
    assert "Approve? [y/N] no (answered by script)" in done.stdout
    assert "declined by script." in done.stdout


def test_a_person_at_a_real_terminal_is_asked(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    demo = subprocess.Popen(
        [BIN, "demo", "--postmortems", str(tmp_path / "pm")],
        env=os.environ | {"INCIDENT_HOME": str(tmp_path)},
        stdin=terminal,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout
    shown = ""
    while "Approve? [y/N] " not in shown:
        shown += demo.stdout.read(1)
    os.write(controller, b"y\n")
    rest, _ = demo.communicate(timeout=60)
    os.close(controller)
    os.close(terminal)
    assert demo.returncode == 0
    assert "recovered, as promised" in rest
