"""ConfigMaps, Secrets and keys of them that a pod names and that are not there: the kubelet refuses the container.

The root is the object that is missing, or lacks the key; what can't start without it hangs on it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from incident_mcp.investigate.kinds.containers import MISSING_CONFIG, WAITS_FOR_CONFIG
from incident_mcp.investigate.sufferers import (
    Sufferer,
    events_about,
    finding,
    gravest,
    gravity,
    in_pods,
    sufferers,
    workload_of,
)
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

# kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go and pkg/volume/{configmap,secret}
_NO_OBJECT = re.compile(r'\b(configmap|secret)s? "([^"]+)" not found')
_NO_KEY = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) ([^/\s]+)/(\S+)")
_NO_VOLUME_KEY = re.compile(r'for volume "([^"]+)" : references non-existent (?:config|secret) key: (\S+)')
_KINDS = {"configmap": "ConfigMap", "secret": "Secret"}
_WAITING = ("CreateContainerConfigError", "ContainerCreating", "PodInitializing")


@dataclass(frozen=True, slots=True)
class _Lack:
    """What one workload lacks, and what told so."""

    sufferer: Sufferer
    message: Untrusted
    key: str
    """Empty: the whole object is missing."""
    ref: Ref | None
    """None: the message does not name the object that lacks the key."""


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state in ("waiting", "unknown") and (container.reason in _WAITING or not container.reason)

    lacks: dict[Ref, list[_Lack]] = {}
    for sufferer in sufferers(seen, fails, statuses=("CreateContainerConfigError", "ContainerCreating", "Init:0/1")):
        lack = _told(seen, sufferer)
        if lack is None:
            continue
        if lack.ref is not None:
            lacks.setdefault(lack.ref, []).append(lack)
        yield _waits(seen, lack)
    for ref, those in lacks.items():
        yield _missing(seen, ref, those)


def names_what_lacks(message: Untrusted) -> bool:
    """The kubelet's words for an object or a key that is not there."""
    return any(message.identifiers(pattern) for pattern in (_NO_KEY, _NO_OBJECT, _NO_VOLUME_KEY))


def _told(seen: Observation, sufferer: Sufferer) -> _Lack | None:
    messages = [container.message for _, container in sufferer.containers]
    messages += [event.message for event in events_about(seen, sufferer.pods, "Failed", "FailedMount")]
    for message in messages:
        if key := message.identifiers(_NO_KEY):
            return _Lack(sufferer, message, key[0], Ref(kind=key[1], namespace=key[2], name=key[3]))
        if thing := message.identifiers(_NO_OBJECT):
            name = thing[1].rpartition("/")[2]
            return _Lack(
                sufferer, message, "", Ref(kind=_KINDS[thing[0]], namespace=sufferer.target.namespace, name=name)
            )
        if key := message.identifiers(_NO_VOLUME_KEY):
            return _Lack(sufferer, message, key[1], _behind(seen, sufferer.target, key[0]))
    return None


def _behind(seen: Observation, target: Ref, volume: str) -> Ref | None:
    """The ConfigMap or Secret of a volume, as the template says."""
    workload = workload_of(seen, target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    for each in cast("list[dict[str, Any]]", spec.get("volumes") or []):
        for kind, source, name in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
            origin: dict[str, Any] = each.get(source) or {}
            if each.get("name") == volume and origin.get(name):
                return Ref(kind=kind, namespace=target.namespace, name=str(origin[name]))
    return None


def _waits(seen: Observation, lack: _Lack) -> Finding:
    pod, container = lack.sufferer.worst
    what = f"{lack.ref}" if lack.ref else f"a volume names the key {lack.key}, which its source does not have"
    lacking = f"{what} has no key {lack.key}" if lack.key and lack.ref else what
    return finding(
        WAITS_FOR_CONFIG if lack.ref else MISSING_CONFIG,
        target=lack.sufferer.target,
        severity=gravity(seen, lack.sufferer.target),
        summary=f"container {container.name} can't start in {in_pods(lack.sufferer)}: {lacking}"
        f"{'' if lack.key else ' does not exist'}",
        evidence=(Evidence(source=f"{pod.ref}, container {container.name}", value=lack.message),),
        next_step="Create what is missing, or roll back if a rollout began to ask for it.",
        since=_since(seen, lack),
        because_of=lack.ref,
    )


def _missing(seen: Observation, ref: Ref, lacks: list[_Lack]) -> Finding:
    first = lacks[0]
    keys = list(dict.fromkeys(lack.key for lack in lacks if lack.key))
    pod, container = first.sufferer.worst
    config = next((each for each in seen.configs if each.ref == ref), None)
    looked = [Evidence(source=str(ref), value=_state(config.exists, config.keys), at=config.changed)] if config else []
    starved = listed([f"{lack.sufferer.target}" for lack in lacks], most=3)
    what = f"has no key {listed(keys)}" if keys else "does not exist"
    return finding(
        MISSING_CONFIG,
        target=ref,
        severity=gravest(seen, (lack.sufferer.target for lack in lacks)),
        summary=f"it {what}, and {starved} can't start without it",
        evidence=(Evidence(source=f"{pod.ref}, container {container.name}", value=first.message), *looked),
        next_step="Create what is missing, or roll back if a rollout began to ask for it.",
        follow_up=f"Check before a rollout that {ref}{f' has {listed(keys)}' if keys else ' exists'}",
        since=min(_since(seen, lack) for lack in lacks),
    )


def _since(seen: Observation, lack: _Lack) -> datetime:
    events = events_about(seen, lack.sufferer.pods)
    return min((event.first for event in events), default=lack.sufferer.worst[0].created)


def _state(exists: bool, keys: tuple[str, ...] | None) -> str:
    if not exists:
        return "does not exist"
    return "exists; its keys were not read" if keys is None else f"keys: {', '.join(keys) or 'none'}"
