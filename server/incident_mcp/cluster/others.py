"""The kinds beside pods and workloads, in the first pass: each asked for once, and read in full where a row looks off.

What only explains a refusal (quotas, webhooks, storage classes, policies) waits until something was refused.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from incident_mcp.cluster.api_services import api_service_seen, unavailable
from incident_mcp.cluster.autoscalers import autoscaler_seen, unable_or_full
from incident_mcp.cluster.budgets import budget_seen, spent
from incident_mcp.cluster.claims import claim_seen, storage_class_seen, unbound
from incident_mcp.cluster.cron_jobs import cron_job_seen, late_or_suspended
from incident_mcp.cluster.deleted_namespaces import namespace_seen
from incident_mcp.cluster.displaced import read_displaced
from incident_mcp.cluster.dns import read_dns
from incident_mcp.cluster.events import read_events
from incident_mcp.cluster.jobs import job_seen, unwell_jobs
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.picture import Picture
from incident_mcp.cluster.policies import read_policies
from incident_mcp.cluster.quotas import read_quotas
from incident_mcp.cluster.service_ports import read_service_ports
from incident_mcp.cluster.suspects import Suspicion, read_suspects
from incident_mcp.cluster.tables import Table
from incident_mcp.cluster.traffic import read_traffic
from incident_mcp.cluster.webhooks import read_webhooks
from incident_mcp.vocabulary.control_seen import WebhookSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

_QUOTA = ("exceeded quota", "failed quota")
POLICED = 10
"""Namespaces whose network policies are read: those in which something runs and is not well."""
LEAVING = 10
BALANCED = 10
"""Services with a load balancer whose events are read."""


async def read_others(look: Look, picture: Picture, *, whole: bool) -> None:
    """`whole`: kinds that belong to no namespace are read too."""
    suspicions = _suspicions(look, picture)
    if whole:
        add = picture.api_services
        suspicions.append(
            Suspicion(
                "API services", "APIService", unavailable, lambda t: add.extend(filter(None, [api_service_seen(t)]))
            )
        )
    await together(
        [
            *(partial(read_suspects, look, each, picture.namespaces) for each in suspicions),
            *(partial(_leaving, look, picture, name) for name in picture.terminating[:LEAVING]),
        ]
    )


async def read_others_of_pods(look: Look, picture: Picture) -> None:
    """For a look at one workload: the claims that its pods wait for, and who scales it."""
    waiting = frozenset(claim for pod in picture.pods if not pod.ready for claim in pod.claims)
    claims, *others = _suspicions(look, picture)
    wanted = [each for each in others if each.kind == "HorizontalPodAutoscaler"]
    if waiting:

        def waited_for(table: Table) -> Iterator[str]:
            return (name for name in unbound(table) if name in waiting)

        wanted.append(replace(claims, names=waited_for))
    await together([partial(read_suspects, look, each, picture.namespaces) for each in wanted])


def _suspicions(look: Look, picture: Picture) -> list[Suspicion]:
    late = late_or_suspended(look.clock())
    return [
        Suspicion("volume claims", "PersistentVolumeClaim", unbound, lambda t: picture.claims.append(claim_seen(t))),
        Suspicion("jobs", "Job", unwell_jobs, lambda t: picture.jobs.append(job_seen(t))),
        Suspicion("cron jobs", "CronJob", late, lambda t: picture.cron_jobs.append(cron_job_seen(t))),
        Suspicion(
            "autoscalers",
            "HorizontalPodAutoscaler",
            unable_or_full,
            lambda t: picture.autoscalers.append(autoscaler_seen(t)),
        ),
        Suspicion("disruption budgets", "PodDisruptionBudget", spent, lambda t: picture.budgets.append(budget_seen(t))),
    ]


async def _leaving(look: Look, picture: Picture, name: str) -> None:
    path = path_of(Ref(kind="Namespace", name=name))
    thing = await look.ask_if_there("namespaces", lambda: look.api.get_json(path))
    if thing is not None:
        picture.deleted.append(namespace_seen(thing))


async def read_reasons(look: Look, picture: Picture) -> None:
    """What the refusals that were read so far speak of."""
    said = [event.message for event in picture.events]
    said += [each.message for workload in picture.workloads.values() for each in workload.conditions]
    await together(
        [
            partial(_quotas, look, picture),
            partial(_webhooks, look, picture, said),
            partial(_storage_classes, look, picture),
            partial(_cron_jobs_of, look, picture),
            partial(_balancers, look, picture),
            partial(read_displaced, look, picture),
            partial(read_dns, look, picture),
        ]
    )


async def _balancers(look: Look, picture: Picture) -> None:
    """What is said of Services that ask for a load balancer: of those that wait for it first."""
    asking = [each for each in picture.traffic.services if each.balancer]
    asking.sort(key=lambda each: each.balancer is not None and each.balancer.placed)
    await read_events(look, {each.uid: each.ref.namespace for each in asking[:BALANCED]}, picture.events)


async def read_policies_there(look: Look, picture: Picture) -> None:
    """Network policies around what runs and is not well."""
    await read_policies(look, _policed(picture), picture.policies)


async def _quotas(look: Look, picture: Picture) -> None:
    refused = [event.about.namespace for event in picture.events if _mentions(event.message, *_QUOTA)]
    refused += [
        workload.ref.namespace
        for workload in picture.workloads.values()
        if any(_mentions(each.message, *_QUOTA) for each in workload.conditions)
    ]
    await read_quotas(look, sorted({namespace for namespace in refused if namespace}), picture.quotas)


async def _webhooks(look: Look, picture: Picture, said: list[Untrusted]) -> None:
    refused, whole = any(_mentions(message, "webhook") for message in said), len(picture.namespaces) > 1
    if not refused and not whole:
        return
    found: list[WebhookSeen] = []
    await read_webhooks(look, found)
    named = [each for each in found if any(message.contains(each.name) for message in said)]
    picture.webhooks.extend(named)
    if whole:
        await _unanswered(look, picture, [each for each in found if each.fails_closed and each not in named])
    known = {each.ref.namespace for each in (*picture.traffic.services, *picture.traffic.outlines)}
    behind = {each.service.namespace for each in named if each.service} - known
    await read_traffic(look, sorted(namespace for namespace in behind if namespace), picture.traffic)


async def _unanswered(look: Look, picture: Picture, webhooks: list[WebhookSeen]) -> None:
    """Add those whose Service is not there, or has nobody behind it: the sweep has found the latter's namespaces."""
    ports = await read_service_ports(look, [each.service for each in webhooks if each.service])
    idle = {service.ref for service in picture.traffic.services if not service.ready}
    for each in webhooks:
        there = ports.get(each.service.namespace or "") if each.service else None
        missing = each.service is not None and there is not None and each.service.name not in there
        if missing or each.service in idle:
            picture.webhooks.append(each.model_copy(update={"service_missing": missing}))


async def _storage_classes(look: Look, picture: Picture) -> None:
    if not any(claim.phase == "Pending" for claim in picture.claims):
        return
    path = collection("StorageClass", None)
    answer = await look.ask("storage classes", lambda: look.api.get_json(path), None)
    if answer is not None:
        picture.storage_classes = [storage_class_seen(each) for each in items(answer, "items")]


async def _cron_jobs_of(look: Look, picture: Picture) -> None:
    """The CronJobs of failed Jobs: a later run may have succeeded."""
    known = {each.ref for each in picture.cron_jobs}
    owners = {job.owner for job in picture.jobs if job.owner and job.owner.kind == "CronJob"} - known

    async def read(ref: Ref) -> None:
        path, params = collection("CronJob", ref.namespace), {"fieldSelector": f"metadata.name={ref.name}"}
        call = partial(look.api.get_json, path, params=params)
        answer = await look.ask("cron jobs", call, {}, where=ref.namespace or "")
        picture.cron_jobs.extend(cron_job_seen(each) for each in items(answer, "items"))

    await together([partial(read, owner) for owner in owners])


def _policed(picture: Picture) -> list[str]:
    """Where a container that has run is not well: one that never started is not held up by a policy."""
    unwell = (
        pod.ref.namespace
        for pod in picture.pods
        if not pod.ready and any(c.state == "running" or c.restarts for c in pod.containers)
    )
    return list(dict.fromkeys(namespace for namespace in unwell if namespace))[:POLICED]


def _mentions(message: Untrusted, *phrases: str) -> bool:
    return any(message.contains(phrase) for phrase in phrases)
