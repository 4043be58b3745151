"""A workload as kubectl prints it, and what stands around it: each test changes one thing."""

from typing import Any

from incident_mcp.mitigate.surroundings import Surroundings
from incident_mcp.vocabulary.refs import Ref

Json = dict[str, Any]
CHECKOUT = Ref(kind="Deployment", namespace="shop", name="checkout")
IMAGE = "registry.example/shop/checkout:1.41"


def template(**spec: Any) -> Json:
    container = {"name": "app", "image": IMAGE, "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
    return {"metadata": {"labels": {"app": "checkout"}}, "spec": {"containers": [container], **spec}}


def workload(labels: Json | None = None, annotations: Json | None = None, *managers: str, **spec: Any) -> Json:
    fields: Json = {"f:spec": {"f:template": {}}}
    return {
        "kind": "Deployment",
        "metadata": {
            "name": "checkout",
            "namespace": "shop",
            "uid": "u1",
            "labels": labels or {},
            "annotations": annotations or {},
            "managedFields": [
                {"manager": manager, "operation": "Update", "time": "2026-11-24T02:00:00Z", "fieldsV1": fields}
                for manager in managers or ("kubectl-client-side-apply",)
            ],
        },
        "spec": {"replicas": 4, "template": template(), **spec},
        "status": {},
    }


def around(**parts: Any) -> Surroundings:
    told: Any = {"template": template(), "live": workload()} | parts
    return Surroundings(CHECKOUT, **told)
