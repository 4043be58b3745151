"""Who owns an object and how to reach them: the labels and annotations that people use for it, read as metadata only.

Known are the `a8r.io` annotations that many put on their Services (`a8r.io/owner`, `a8r.io/chat`, `a8r.io/runbook`),
OpenShift's requester of a project, and whatever key ends in a plain word for it: `team`, `backstage.io/owner`,
`tags.datadoghq.com/team`. Kubernetes' own keys are left out: `app.kubernetes.io/managed-by` names
a tool, and nobody answers the phone there.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from incident_mcp.cluster.config_refs import METADATA
from incident_mcp.cluster.json_parts import part
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.ownership import OwnerMark, OwnerRole
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

READ = (*WORKLOAD_KINDS, "Service", "ConfigMap", "Namespace")
"""Kinds that people mark."""
_ROLES: dict[str, OwnerRole] = {
    **dict.fromkeys(("owner", "team", "squad", "owned-by", "owning-team", "team-name", "maintainer"), "owner"),
    **dict.fromkeys(
        ("chat", "slack", "slack-channel", "contact", "email", "support", "on-call", "oncall", "pagerduty"), "contact"
    ),
    **dict.fromkeys(("runbook", "runbook-url"), "runbook"),
}
_EXACT: dict[str, OwnerRole] = {"openshift.io/requester": "requester"}
_RESERVED = re.compile(r"(^|\.)(kubernetes\.io|k8s\.io|helm\.sh)$")
_TOOLS = ("helm", "kustomize", "argocd", "flux", "terraform", "none", "unknown")
"""Values that name no people: Helm marks its Secrets with `owner: helm`."""


class _Metadata(msgspec.Struct):
    metadata: dict[str, Any]


_decoder = msgspec.json.Decoder(_Metadata)


async def read_owner_marks(look: Look, refs: Iterable[Ref]) -> list[OwnerMark]:
    """The marks of these objects, of the kinds that people mark. What is gone or may not be read has none."""
    found: list[OwnerMark] = []

    async def read(ref: Ref) -> None:
        body = await look.ask("owners", lambda: _metadata(look, ref), None, where=ref.namespace or "")
        if body is not None:
            found.extend(marks_of(body, ref))

    await together([lambda ref=ref: read(ref) for ref in dict.fromkeys(refs) if ref.kind in READ])
    return found


async def _metadata(look: Look, ref: Ref) -> dict[str, Any] | None:
    try:
        return _decoder.decode(await look.api.get(path_of(ref), accept=METADATA)).metadata
    except NotFound:
        return None


def marks_of(metadata: dict[str, Any], ref: Ref) -> Iterator[OwnerMark]:
    """Annotations first: they are written for people."""
    for key, value in part(metadata, "annotations").items():
        if (role := _role(key, str(value))) is not None:
            yield OwnerMark(role=role, key=key, value=Untrusted(str(value)), on=ref)
    for key, value in part(metadata, "labels").items():
        if (role := _role(key, str(value))) is not None:
            yield OwnerMark(role=role, key=key, value=str(value), on=ref)


def _role(key: str, value: str) -> OwnerRole | None:
    domain, _, name = key.rpartition("/")
    if not value.strip() or value.lower() in _TOOLS or _RESERVED.search(domain):
        return None
    return _EXACT.get(key) or _ROLES.get(name.lower().replace("_", "-"))
