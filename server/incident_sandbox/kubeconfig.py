"""Kubeconfigs for the sandbox: one file a user, readable by its owner only."""

from __future__ import annotations

import base64
import json
from pathlib import Path

CONTEXT = "sandbox"


def write_kubeconfig(path: Path, *, url: str, authority: bytes, user: str, token: str, namespace: str = "") -> Path:
    """JSON is YAML: no YAML library is needed to write it."""
    context = {"cluster": CONTEXT, "user": user} | ({"namespace": namespace} if namespace else {})
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": CONTEXT,
                "cluster": {"server": url, "certificate-authority-data": base64.b64encode(authority).decode()},
            }
        ],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": CONTEXT, "context": context}],
        "current-context": CONTEXT,
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return path
