"""Would the API server take the pods at all? The dry run of a workload never asks pod admission (quota, limit ranges,
pod security, webhooks), so a bare pod of the same template is dry-run too, where there is a right to.
"""

from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json, part
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.writes import rehearse
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError, Forbidden, Invalid
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

NAME = "incident-mcp-dry-run-"


async def pod_refusal(api: Api, target: Ref, template: Json) -> str:
    """Why a pod of this template would be refused; empty when it would be taken, or that can't be asked."""
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
    write = Write(method="POST", path=path, body=pod, target=target, shown=f"a pod of {target}, as a dry run")
    try:
        await rehearse(api, write)
    except Forbidden as error:
        return "" if error.verb == "create" and error.resource == "pods" and _is_rbac(error) else error.happened
    except Invalid as error:
        return "" if "dry run" in error.happened else error.happened
    except CredentialsError:
        raise
    except ClusterError:
        return ""
    return ""


def _is_rbac(error: Forbidden) -> bool:
    """Told in our own words where it is RBAC's; admission's refusals are quoted."""
    return " may not create pods " in error.happened
