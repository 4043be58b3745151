"""What somebody has who installed the product: the built wheel's command on the PATH, and the plugin in the client."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.client.claude_code import ROOT, Place, place
from tests.client.model import Model


def wheel_command(folder: Path) -> Path:
    """Build the wheel, and install it where nothing of the checkout can be imported; its `incident-mcp`."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv/bin/python"
    install = [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    # The dependencies are those of this environment, without its editable install of the checkout.
    (libraries,) = (folder / "venv/lib").glob("python*/site-packages")
    (libraries / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv/bin/incident-mcp"


def with_plugin(folder: Path, version: str, model: Model, command: Path | None) -> Place:
    """Somebody's own repository, with the plugin as the README's two commands install it, and the command itself."""
    made = place(folder, version)
    if command is not None:
        (made.home / "bin" / "incident-mcp").symlink_to(command)
    for words in (["marketplace", "add", str(ROOT)], ["install", "incident@incident-mcp"]):
        subprocess.run(
            [str(made.program), "plugin", *words],
            cwd=made.project,
            env=made.environment(model),
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
    return made


def validated(program: Path, what: Path, home: Path) -> str:
    """What `claude plugin validate` says. Raises `CalledProcessError` where it does not pass."""
    environment = {"PATH": os.defpath, "HOME": str(home), "TERM": "xterm-256color"}
    command = [str(program), "plugin", "validate", str(what)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout
