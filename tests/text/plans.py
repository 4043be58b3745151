"""A draft and a plan as the rollback of the demo makes them, for tests of their wording."""

from datetime import UTC, datetime, timedelta
from typing import Any

from incident_mcp.text.question import question
from incident_mcp.vocabulary.plan import Draft, Fact, Plan, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Cluster, Ref

CHECKOUT = Ref(kind="Deployment", namespace="shop", name="checkout")
MADE = datetime(2026, 11, 24, 2, 14, tzinfo=UTC)
EXPIRES = MADE + timedelta(minutes=10)


def draft(**changes: Any) -> Draft:
    target = changes.get("target", CHECKOUT)
    fields: dict[str, Any] = {
        "target": target,
        "title": f"Roll back {target.path} to 6",
        "headline": f"roll back {target}, revision 7 (1.42) -> 6 (1.41)",
        "before": "revision 7   checkout:1.42",
        "after": "revision 6   checkout:1.41   (becomes revision 8)",
        "pods": "3 pods replaced, none ready at 02:14:20",
        "facts": (Fact(pointer="/metadata/uid", value="u1", shown="the same object"),),
        "writes": (Write(method="PATCH", path="/x", body=[], target=target, shown="pod template as in revision 6"),),
        "diff": ("- containers.checkout.image: checkout:1.42", "+ containers.checkout.image: checkout:1.41"),
        "promise": Promise(ready=3, within=timedelta(minutes=2), gone="KeyError"),
        "undo": Undo(
            action="rollback_workload",
            arguments={"revision": 7},
            shown="Undo: back to revision 7, recorded before anything is written.",
        ),
        "kubectl": "kubectl -n shop rollout undo deployment/checkout --to-revision=6",
    }
    return Draft.model_validate(fields | changes)


def plan(name: str = "7f3a91c2", **changes: Any) -> Plan:
    made = draft(**changes)
    return Plan(
        id=name,
        action="rollback_workload",
        arguments={"kind": "Deployment", "namespace": "shop", "name": "checkout", "revision": 6},
        cluster=Cluster(name="prod-eu", server="https://127.0.0.1:41873"),
        draft=made,
        question=question("prod-eu", made, name, EXPIRES),
        made=MADE,
        expires=EXPIRES,
    )
