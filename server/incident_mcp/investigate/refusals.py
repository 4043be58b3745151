"""What the API server says when it refuses to create a pod, sorted: whose refusal it is, and what it is about."""

import re
from dataclasses import dataclass

from incident_mcp.investigate.kinds.creating import (
    ACCOUNT_MISSING,
    CLASS_MISSING,
    LIMIT_RANGE,
    POD_SECURITY,
    PODS_NOT_CREATED,
    QUOTA_EXCEEDED,
    QUOTA_NEEDS_LIMITS,
    WEBHOOK_DENIES,
    WEBHOOK_DOWN,
)
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

# kubernetes/kubernetes: plugin/pkg/admission and staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook
_MARKS: tuple[tuple[str, Kind, str], ...] = (
    ("failed calling webhook", WEBHOOK_DOWN, "an admission webhook does not answer"),
    ("denied the request", WEBHOOK_DENIES, "an admission webhook denies it"),
    ("denied request", WEBHOOK_DENIES, "an admission policy denies it"),
    ("no PriorityClass with name", CLASS_MISSING, "its priority class does not exist"),
    ("pod rejected: RuntimeClass", CLASS_MISSING, "its runtime class does not exist"),
    ("exceeded quota", QUOTA_EXCEEDED, "the namespace's quota is used up"),
    ("failed quota", QUOTA_NEEDS_LIMITS, "the quota demands requests or limits that the template lacks"),
    ("must specify", QUOTA_NEEDS_LIMITS, "the quota demands requests or limits that the template lacks"),
    ("violates PodSecurity", POD_SECURITY, "it violates the namespace's pod security level"),
    ("serviceaccount", ACCOUNT_MISSING, "its service account does not exist"),
    ("usage per Container is", LIMIT_RANGE, "it does not fit the namespace's limit range"),
    ("usage per Pod is", LIMIT_RANGE, "it does not fit the namespace's limit range"),
    ("limit to request ratio", LIMIT_RANGE, "it does not fit the namespace's limit range"),
    ("LimitRange", LIMIT_RANGE, "it does not fit the namespace's limit range"),
)
_QUOTA = re.compile(r"(?:exceeded|failed) quota: ([^,:\s]+)")
_WEBHOOK = re.compile(r'failed calling webhook "([^"]+)"')
_ACCOUNT = re.compile(r'serviceaccount "([^"]+)" not found')
_CLASSES = (
    ("PriorityClass", re.compile(r"no PriorityClass with name (\S+) was found")),
    ("RuntimeClass", re.compile(r'RuntimeClass "([^"]+)" not found')),
)
_AMOUNTS = re.compile(
    r"requested: ([^=,\s]+)=([^,\s]+)(?:,[^ ]*)?, "
    r"used: (?:[^=,\s]+)=([^,\s]+)(?:,[^ ]*)?, "
    r"limited: (?:[^=,\s]+)=([^,\s]+)"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. `by` is the object behind it, where the message names one that can be found."""

    kind: Kind
    words: str
    by: Ref | None = None


def refusal(seen: Observation, message: Untrusted, namespace: str | None) -> Refusal:
    known = ((kind, words) for mark, kind, words in _MARKS if message.contains(mark))
    kind, words = next(known, (PODS_NOT_CREATED, "the API server refuses them"))
    return Refusal(kind, words, _behind(seen, kind, message, namespace))


def amounts(message: Untrusted) -> str:
    """`cpu: 1 more on 2 used, limit 2`; empty when the message does not say."""
    found = message.identifiers(_AMOUNTS)
    return f"{found[0]}: {found[1]} more on {found[2]} used, limit {found[3]}" if found else ""


def _behind(seen: Observation, kind: Kind, message: Untrusted, namespace: str | None) -> Ref | None:
    if kind is QUOTA_EXCEEDED and (name := message.identifiers(_QUOTA)):
        return Ref(kind="ResourceQuota", namespace=namespace, name=name[0])
    if kind is ACCOUNT_MISSING and (name := message.identifiers(_ACCOUNT)):
        return Ref(kind="ServiceAccount", namespace=namespace, name=name[0])
    if kind is CLASS_MISSING:
        named = ((what, message.identifiers(pattern)) for what, pattern in _CLASSES)
        return next((Ref(kind=what, name=found[0]) for what, found in named if found), None)
    if kind is WEBHOOK_DOWN and (name := message.identifiers(_WEBHOOK)):
        return next((each.config for each in seen.webhooks if each.name == name[0]), None)
    return None
