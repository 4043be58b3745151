"""Admission webhooks: whose configuration it is, what it judges, and which Service answers.

Those count that a refusal speaks of; in a look at the whole cluster also those that nobody can answer and that refuse
what nobody judges: they bite with the next pod that has to be made again.
"""

from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.control_seen import WebhookSeen
from incident_mcp.vocabulary.refs import Ref

KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def webhooks_seen(thing: dict[str, Any], kind: str) -> list[WebhookSeen]:
    return [
        WebhookSeen(
            config=ref_of(thing, kind),
            name=text(each, "name"),
            service=_service(part(each, "clientConfig", "service")),
            fails_closed=text(each, "failurePolicy") != "Ignore",
            judges=tuple(
                dict.fromkeys(str(name) for rule in items(each, "rules") for name in rule.get("resources") or ())
            ),
        )
        for each in items(thing, "webhooks")
    ]


def _service(behind: dict[str, Any]) -> Ref | None:
    return Ref(kind="Service", namespace=text(behind, "namespace"), name=text(behind, "name")) if behind else None


async def read_webhooks(look: Look, into: list[WebhookSeen]) -> None:
    """Add all that there are."""

    async def read(kind: str) -> None:
        answer = await look.ask("webhooks", lambda: look.api.get_json(collection(kind, None)), {})
        into.extend(seen for each in items(answer, "items") for seen in webhooks_seen(each, kind))

    await together([lambda k=kind: read(k) for kind in KINDS])
