"""Authorization from the Roles and bindings in the store, with the wording of RBAC's refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incident_sandbox.access.users import ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, name_of, namespace_of
from incident_sandbox.store.store import Store

PUBLIC_PATHS = ("/healthz", "/livez", "/readyz", "/version", "/version/")
DISCOVERY_PATHS = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", *PUBLIC_PATHS)
_BASIC_USER: tuple[Object, ...] = (
    {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    {"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]},
)


@dataclass(frozen=True, slots=True)
class Attributes:
    """One question: may this verb be done to that resource?"""

    verb: str
    group: str = ""
    resource: str = ""
    """With its subresource: `pods/log`."""
    namespace: str = ""
    name: str = ""


def allowed_by(store: Store, user: User, wanted: Attributes) -> str | None:
    """Why it is allowed, in RBAC's words; None if it is not."""
    if MASTERS in user.groups:
        return ""
    for rule, why in _rules(store, user, wanted.namespace):
        if _covers(rule, wanted):
            return why
    return None


def path_allowed(user: User, path: str) -> bool:
    """Paths that are no resources: discovery is for every known user, health and version for everybody."""
    if MASTERS in user.groups or path in PUBLIC_PATHS or path.startswith(("/livez/", "/readyz/")):
        return True
    return user != ANONYMOUS and any(_path_matches(pattern, path) for pattern in DISCOVERY_PATHS)


def _path_matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def rules_of(store: Store, user: User, namespace: str) -> list[Object]:
    """All rules that hold for the user in a namespace: what a SelfSubjectRulesReview tells."""
    if MASTERS in user.groups:
        return [*_BASIC_USER, {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
    return [rule for rule, _ in _rules(store, user, namespace)]


def path_rules_of(user: User) -> list[Object]:
    rules: list[Object] = [
        {"verbs": ["get"], "nonResourceURLs": sorted(DISCOVERY_PATHS)},
        {"verbs": ["get"], "nonResourceURLs": sorted(PUBLIC_PATHS)},
    ]
    return [*rules, {"verbs": ["*"], "nonResourceURLs": ["*"]}] if MASTERS in user.groups else rules


def _rules(store: Store, user: User, namespace: str) -> Iterator[tuple[Object, str]]:
    if user != ANONYMOUS:
        who = f'Group "{AUTHENTICATED}"'
        why = f'RBAC: allowed by ClusterRoleBinding "system:basic-user" of ClusterRole "system:basic-user" to {who}'
        yield from ((rule, why) for rule in _BASIC_USER)
    bindings = [*store.each(r.CLUSTER_ROLE_BINDINGS)]
    if namespace:
        bindings += store.each(r.ROLE_BINDINGS, namespace)
    for binding in bindings:
        subject = next((item for item in dig(binding, "subjects", default=[]) if _is_subject(item, user)), None)
        if subject is None:
            continue
        role = _role_of(store, binding)
        where = f"{name_of(binding)}/{namespace_of(binding)}" if binding["kind"] == "RoleBinding" else name_of(binding)
        target = f'{binding["roleRef"]["kind"]} "{binding["roleRef"]["name"]}"'
        why = f'RBAC: allowed by {binding["kind"]} "{where}" of {target} to {subject["kind"]} "{subject["name"]}"'
        yield from ((rule, why) for rule in dig(role, "rules", default=[]))


def _role_of(store: Store, binding: Object) -> Object:
    reference = binding["roleRef"]
    if reference["kind"] == "ClusterRole":
        return store.get(r.CLUSTER_ROLES, "", reference["name"]) or {}
    return store.get(r.ROLES, namespace_of(binding), reference["name"]) or {}


def _is_subject(subject: Object, user: User) -> bool:
    if subject["kind"] == "User":
        return subject["name"] == user.name
    if subject["kind"] == "ServiceAccount":
        return user.name == f"system:serviceaccount:{subject.get('namespace')}:{subject['name']}"
    return subject["name"] in ((UNAUTHENTICATED,) if user == ANONYMOUS else user.all_groups)


def _covers(rule: Object, wanted: Attributes) -> bool:
    names = rule.get("resourceNames")
    return (
        _in(rule.get("verbs"), wanted.verb)
        and _in(rule.get("apiGroups"), wanted.group)
        and _covers_resource(dig(rule, "resources", default=[]), wanted.resource)
        and (not names or wanted.name in names)
    )


def _covers_resource(have: list[str], wanted: str) -> bool:
    resource, slash, subresource = wanted.partition("/")
    return wanted in have or "*" in have or bool(slash and f"*/{subresource}" in have and resource)


def _in(have: list[str] | None, wanted: str) -> bool:
    return have is not None and ("*" in have or wanted in have)


def refusal(user: User, wanted: Attributes) -> str:
    """The reason inside a 403: who cannot do what, and where."""
    where = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
    what = f'resource "{wanted.resource}" in API group "{wanted.group}"'
    return f'User "{user.name}" cannot {wanted.verb} {what} {where}'
