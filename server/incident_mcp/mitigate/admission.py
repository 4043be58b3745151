"""Would the API server take the pods at all? The dry run of a workload never asks pod admission (quota, limit ranges,
pod security, webhooks), so a bare pod of the same template is dry-run too, where there is a right to. Where there is
none, the plan says that this is not checked.
"""

from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json, part
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.writes import rehearse
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError, Forbidden, Invalid
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

NAME = "incident-mcp-dry-run-"


class AsAPod(Value):
    """What the API server says of one pod of a template; both empty: it would take it."""

    refused: str = ""
    unchecked: str = ""
    """Why that could not be asked."""


async def ask_as_a_pod(api: Api, target: Ref, template: Json) -> AsAPod:
    """Whether a pod of this template would be taken, asked by a dry run. Raises `CredentialsError`."""
    try:
        await rehearse(api, _pod(target, template))
    except Forbidden as error:
        lacking = error.verb == "create" and error.resource == "pods" and _is_rbac(error)
        return AsAPod(unchecked=error.happened) if lacking else AsAPod(refused=error.happened)
    except Invalid as error:
        return AsAPod(unchecked=error.happened) if "dry run" in error.happened else AsAPod(refused=error.happened)
    except CredentialsError:
        raise
    except ClusterError as error:
        return AsAPod(unchecked=error.happened)
    return AsAPod()


def _pod(target: Ref, template: Json) -> Write:
    meta = part(template, "metadata")
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": NAME,
            "labels": part(meta, "labels"),
            "annotations": part(meta, "annotations"),
        },
        "spec": part(template, "spec"),
    }
    path = collection("Pod", target.namespace)
    return Write(method="POST", path=path, body=pod, target=target, shown=f"a pod of {target}, as a dry run")


def _is_rbac(error: Forbidden) -> bool:
    """Told in our own words where it is RBAC's; admission's refusals are quoted."""
    return " may not create pods " in error.happened
