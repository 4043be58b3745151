"""Kubeconfig files: one a user, certificates inside, so that a copy of the file works anywhere on this machine."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.certificates import Authority

CONTEXT = "control-plane"


@dataclass(frozen=True)
class Kubeconfigs:
    """Writes kubeconfigs for one API server. Anybody may be let in: the authority signs what is asked."""

    folder: Path
    server: str
    authority: Authority

    def write(self, user: str, *groups: str) -> Path:
        certificate = self.authority.issue(user, *groups)
        cluster = {"server": self.server, "certificate-authority-data": _base64(self.authority.pem)}
        credentials = {
            "client-certificate-data": _base64(certificate.certificate),
            "client-key-data": _base64(certificate.key),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": CONTEXT,
            "clusters": [{"name": CONTEXT, "cluster": cluster}],
            "users": [{"name": user, "user": credentials}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": user}}],
        }
        path = self.folder / f"{user.replace(':', '-')}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config, indent=1))  # JSON is YAML
        return path


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
