"""ConfigMaps, Secrets and keys of them that a pod names and that are not there: the kubelet refuses the container."""

import re
from collections.abc import Iterator

from incident_mcp.investigate.catalogue import MISSING_CONFIG
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

# kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go and pkg/volume/{configmap,secret}
_NO_OBJECT = re.compile(r'\b(configmap|secret)s? "([^"]+)" not found')
_NO_KEY = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) ([^/\s]+)/(\S+)")
_NO_VOLUME_KEY = re.compile(r"references non-existent (?:config|secret) key: (\S+)")
_KINDS = {"configmap": "ConfigMap", "secret": "Secret"}
_WAITING = ("CreateContainerConfigError", "ContainerCreating", "PodInitializing")


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state in ("waiting", "unknown") and (container.reason in _WAITING or not container.reason)

    for sufferer in sufferers(seen, fails, statuses=("CreateContainerConfigError", "ContainerCreating", "Init:0/1")):
        told = _told(seen, sufferer)
        if told is not None:
            yield _finding(seen, sufferer, *told)


def _told(seen: Observation, sufferer: Sufferer) -> tuple[Untrusted, str, Ref | None] | None:
    """The message, and what is missing in words, with the object that lacks it."""
    messages = [container.message for _, container in sufferer.containers]
    messages += [event.message for event in events_about(seen, sufferer.pods, "Failed", "FailedMount")]
    for message in messages:
        if found := _missing(message, sufferer.target.namespace):
            return message, *found
    return None


def _missing(message: Untrusted, namespace: str | None) -> tuple[str, Ref | None] | None:
    if key := message.identifiers(_NO_KEY):
        ref = Ref(kind=key[1], namespace=key[2], name=key[3])
        return f"{ref} has no key {key[0]}", ref
    if thing := message.identifiers(_NO_OBJECT):
        ref = Ref(kind=_KINDS[thing[0]], namespace=namespace, name=thing[1].rpartition("/")[2])
        return f"{ref} does not exist", ref
    if key := message.identifiers(_NO_VOLUME_KEY):
        return f"a volume names the key {key[0]}, which its source does not have", None
    return None


def _finding(seen: Observation, sufferer: Sufferer, message: Untrusted, missing: str, ref: Ref | None) -> Finding:
    pod, container = sufferer.worst
    config = next((each for each in seen.configs if each.ref == ref), None)
    looked = [Evidence(source=str(ref), value=_state(config.exists, config.keys), at=config.changed)] if config else []
    return finding(
        MISSING_CONFIG,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"{missing}, so container {container.name} can't start in {in_pods(sufferer)}",
        evidence=(Evidence(source=f"{pod.ref}, container {container.name}", value=message), *looked),
        next_step="Create what is missing, or roll back if a rollout began to ask for it.",
        since=min((event.first for event in events_about(seen, sufferer.pods)), default=pod.created),
    )


def _state(exists: bool, keys: tuple[str, ...] | None) -> str:
    if not exists:
        return "does not exist"
    return "exists; its keys were not read" if keys is None else f"keys: {', '.join(keys) or 'none'}"
