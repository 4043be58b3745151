"""Webhooks that nobody can answer, before anything has been refused for it: the next pod of theirs can't be made."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.creating import WEBHOOK_DOWN
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.control_seen import WebhookSeen
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation


def find(seen: Observation) -> Iterator[Finding]:
    told = {each.config for each in seen.webhooks if _has_refused(seen, each)}
    for webhook in seen.webhooks:
        if webhook.fails_closed and webhook.config not in told and (why := _why(seen, webhook)):
            told.add(webhook.config)
            yield _unanswered(seen, webhook, why)


def _has_refused(seen: Observation, webhook: WebhookSeen) -> bool:
    """Then the refusal tells more: whom it keeps from being made."""
    said = [event.message for event in seen.events]
    said += [each.message for workload in seen.workloads for each in workload.conditions]
    return any(message.contains(webhook.name) for message in said)


def _why(seen: Observation, webhook: WebhookSeen) -> str:
    if webhook.service_missing:
        return f"{webhook.service} does not exist"
    idle = any(service.ref == webhook.service and not service.ready for service in seen.services)
    return f"{webhook.service} has no ready endpoint" if idle else ""


def _unanswered(seen: Observation, webhook: WebhookSeen, why: str) -> Finding:
    what = listed(webhook.judges, most=4).replace("*", "everything") or "what it judges"
    return finding(
        WEBHOOK_DOWN,
        target=webhook.config,
        severity="warning",
        summary=f"nobody answers its webhook {webhook.name}, so {what} can't be made or changed: {why}",
        evidence=(Evidence(source=f"{webhook.config}, clientConfig", value=f"{webhook.service}, failurePolicy Fail"),),
        next_step=f"Repair {webhook.service}; if it is gone for good, its configuration can go.",
        because_of=None if webhook.service_missing else webhook.service,
    )
