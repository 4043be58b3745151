"""The RBAC manifests of `deploy/`, as they ship: a test holds that they grant exactly what the tools need."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]
FILES = ("reader.yaml", "writer.yaml")


def folder() -> Path:
    """Where the manifests lie: in the installed package, else in the checkout."""
    shipped = _PACKAGE / "deploy"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / "deploy"


def manifests() -> str:
    """Reader and writer as one stream of YAML documents."""
    return "---\n".join((folder() / name).read_text(encoding="utf-8") for name in FILES)
