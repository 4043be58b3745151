"""Build a real Kubernetes control plane from pinned Go modules, once per machine.

The three folders beside this file each hold a `go.mod` with `tool` lines: Kubernetes itself,
etcd, and the pair kwok (which plays the kubelet) with metrics-server. They are kept apart because
one module for all of them would lift some of Kubernetes' own pins.

The result lands outside the checkout, under `$XDG_CACHE_HOME/incident-mcp/control-plane/HASH`,
where HASH covers the `go.mod` and `go.sum` files: new pins make a new folder, old ones are reused.
The first build takes about 12 minutes on two cores; after that this script only prints the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = ("kubernetes", "etcd", "kwok")
KUBERNETES = "v1.37.2"
BINARIES = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "metrics-server",
)
RENAMED = {"server": "etcd"}  # etcd's main package is called `server`
KWOK_STAGES = (
    "stage/node/fast",
    "stage/node/heartbeat-with-lease",
    "stage/node/chaos",
    "stage/pod/fast",
    "metrics/resource",
    "metrics/usage",
)


def cache_folder() -> Path:
    """Where the build of exactly these pins lives (it may not exist yet)."""
    digest = hashlib.sha256()
    for module in MODULES:
        for name in ("go.mod", "go.sum"):
            digest.update((HERE / module / name).read_bytes())
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "incident-mcp" / "control-plane" / digest.hexdigest()[:16]


def is_built(folder: Path) -> bool:
    return (folder / "complete").exists()


def version_flags() -> str:
    """Linker flags that give the Kubernetes binaries their version; without them clients refuse."""
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    values = {
        "gitVersion": KUBERNETES,
        "gitMajor": major,
        "gitMinor": minor,
        "gitCommit": "pinned",
        "gitTreeState": "clean",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(f"-X {p}.{k}={v}" for p in packages for k, v in values.items())


def build_module(module: str, into: Path) -> None:
    flags = f"-s -w {version_flags() if module == 'kubernetes' else ''}"
    with tempfile.TemporaryDirectory() as scratch:
        command = ["go", "build", "-trimpath", "-ldflags", flags, "-o", f"{scratch}/", "tool"]
        subprocess.run(command, cwd=HERE / module, check=True)
        for binary in Path(scratch).iterdir():
            shutil.move(binary, into / RENAMED.get(binary.name, binary.name))


def copy_kwok_manifests(into: Path) -> None:
    """kwok's own CRDs and stock stages travel in its module, so they match the binary."""
    command = ["go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]
    found = subprocess.run(command, cwd=HERE / "kwok", check=True, capture_output=True, text=True)
    kustomize = Path(found.stdout.strip()) / "kustomize"
    for name, folders in {"crds": ("crd/bases",), "stages": KWOK_STAGES}.items():
        (into / name).mkdir(parents=True, exist_ok=True)
        for folder in folders:
            for manifest in (kustomize / folder).glob("*.yaml"):
                if manifest.name != "kustomization.yaml":
                    target = into / name / f"{folder.replace('/', '-')}-{manifest.name}"
                    target.write_bytes(manifest.read_bytes())


def build() -> Path:
    """Return the folder with `bin/` and `kwok/`, building it first if it is not there.

    Raises `subprocess.CalledProcessError` when Go fails; nothing half-built is then taken for done.
    """
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_built(folder):
            (folder / "bin").mkdir(exist_ok=True)
            for module in MODULES:
                print(f"building {module} ...", file=sys.stderr, flush=True)
                build_module(module, folder / "bin")
            copy_kwok_manifests(folder / "kwok")
            (folder / "complete").touch()
    return folder


if __name__ == "__main__":
    if shutil.which("go") is None:
        sys.exit("The control plane is built with Go 1.26 or newer, which is not on the PATH. Nothing was built.")
    print(build())
