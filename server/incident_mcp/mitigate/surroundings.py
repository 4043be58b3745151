"""What stands around a target, read once for all warnings: who scales it, who applies it, what limits its namespace.

A part that can't be read raises no warning and blocks nothing, with one exception: where a mark on the object says that
GitOps owns it, the warning stands, and says that the policy could not be read.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.config_refs import METADATA, config_refs, read_configs
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import as_workload_kind, collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.selectors import label_query
from incident_mcp.mitigate.syncs import Sync, read_sync
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.observation import ConfigSeen
from incident_mcp.vocabulary.refs import Ref

PODS = 100


@dataclass
class Surroundings:
    """JSON objects as the API server sent them; empty where there are none, or they can't be read."""

    target: Ref
    live: Json
    template: Json | None = None
    """The pod template that new pods will be made from; None: the change makes none."""
    autoscalers: list[Json] = field(default_factory=list[Json])
    quotas: list[Json] = field(default_factory=list[Json])
    limits: list[Json] = field(default_factory=list[Json])
    jobs: list[Json] = field(default_factory=list[Json])
    pods: list[Json] = field(default_factory=list[Json])
    configs: list[ConfigSeen] = field(default_factory=list[ConfigSeen])
    account_missing: str = ""
    """The service account that the template names, where it does not exist."""
    sync: Sync | None = None


async def read_around(api: Api, clock: Clock, target: Ref, live: Json, template: Json | None) -> Surroundings:
    """What the warnings of this change need. Raises `CredentialsError`, `Unreachable`."""
    found = Surroundings(target, live, template)
    look = Look(api, clock)
    look.answered = 1  # the target itself was read before
    jobs = [partial(_sync, look, found)]
    if as_workload_kind(target):
        jobs.append(partial(_list, look, "HorizontalPodAutoscaler", target.namespace, found.autoscalers))
    if template is not None:
        jobs += _for_new_pods(look, found, template)
    await together(jobs)
    return found


def _for_new_pods(look: Look, found: Surroundings, template: Json) -> list[Any]:
    space = found.target.namespace
    return [
        partial(_list, look, "ResourceQuota", space, found.quotas),
        partial(_list, look, "LimitRange", space, found.limits),
        partial(_list, look, "Job", space, found.jobs),
        partial(_pods, look, found),
        partial(_account, look, found, template),
        partial(read_configs, look, config_refs(template, space), found.configs),
    ]


async def _list(look: Look, kind: str, namespace: str | None, into: list[Json], **params: Any) -> None:
    path = collection(kind, namespace)
    answer = await look.ask(kind, lambda: look.api.get_json(path, params=params), {})
    into.extend(items(answer, "items"))


async def _pods(look: Look, found: Surroundings) -> None:
    query = label_query(part(found.live, "spec", "selector"))
    if query:
        await _list(look, "Pod", found.target.namespace, found.pods, labelSelector=query, limit=PODS)


async def _account(look: Look, found: Surroundings, template: Json) -> None:
    name = text(template, "spec", "serviceAccountName")
    if not name or name == "default":
        return
    ref = Ref(kind="ServiceAccount", namespace=found.target.namespace, name=name)

    async def there() -> bool:
        try:
            await look.api.get(path_of(ref), accept=METADATA)
        except NotFound:
            return False
        return True

    if not await look.ask("service accounts", there, True):
        found.account_missing = name


async def _sync(look: Look, found: Surroundings) -> None:
    found.sync = await read_sync(look, found.target, found.live)
