"""What an identity may do, asked of the API server itself: one SelfSubjectAccessReview a question, all at once.

A review is sent with POST and changes nothing. Each is asked for all namespaces first; what is not allowed there is
asked again for one namespace, since many people may work in theirs only.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import anyio

from incident_mcp.cluster.api import USER_AGENT, Api
from incident_mcp.cluster.json_parts import part, text
from incident_mcp.cluster.look import AT_ONCE, together
from incident_mcp.vocabulary.errors import Forbidden, Invalid, NotFound, Unreachable

Verb = Literal["get", "list", "watch", "create", "patch", "delete"]
Reach = Literal["everywhere", "in the namespace", "nowhere"]

ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
IDENTITY_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
CLUSTER_WIDE = (
    "nodes",
    "namespaces",
    "apiservices",
    "clusterrolebindings",
    "clusterroles",
    "ingressclasses",
    "mutatingwebhookconfigurations",
    "storageclasses",
    "validatingwebhookconfigurations",
)
"""Resources without a namespace, among those that are asked about."""


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One verb on one resource, written as RBAC's refusals write it: `deployments.apps/scale`, `pods/log`."""

    verb: Verb
    name: str

    @property
    def resource(self) -> str:
        return self.name.partition("/")[0].partition(".")[0]

    @property
    def group(self) -> str:
        return self.name.partition("/")[0].partition(".")[2]

    @property
    def subresource(self) -> str:
        return self.name.partition("/")[2]

    @property
    def cluster_wide(self) -> bool:
        """Only a ClusterRole can grant it. A single Namespace can be granted by a Role inside it."""
        return self.resource in CLUSTER_WIDE and (self.resource, self.verb) != ("namespaces", "get")

    def __str__(self) -> str:
        return f"{self.verb} {self.name}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to the API server; `confirmed` is false when it would not say and the kubeconfig's word stands."""

    name: str
    groups: tuple[str, ...] = ()
    confirmed: bool = True


async def review(api: Api, needs: Iterable[Need], *, namespace: str | None, only: bool = False) -> dict[Need, Reach]:
    """Where each need is granted. With `only`, nothing beyond `namespace` is asked about.

    Raises `Forbidden` where reviews themselves are not allowed, and what else the API raises.
    """
    wanted = sorted(set(needs))
    if only and namespace is not None:
        granted: set[Need] = set()
    else:
        granted = await _granted(api, wanted, "")
    missing = [need for need in wanted if need not in granted]
    nearby = await _granted(api, missing, namespace) if namespace else set[Need]()
    return {need: _reach(need, granted, nearby) for need in wanted}


def _reach(need: Need, granted: Collection[Need], nearby: Collection[Need]) -> Reach:
    if need in granted or (need in nearby and need.cluster_wide):
        return "everywhere"
    return "in the namespace" if need in nearby else "nowhere"


async def _granted(api: Api, needs: Collection[Need], namespace: str) -> set[Need]:
    granted: set[Need] = set()
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def ask(need: Need) -> None:
        async with limiter:
            answer = await _ask(api, ACCESS_REVIEWS, _question(need, namespace))
        if part(answer, "status").get("allowed") is True:
            granted.add(need)

    await together([lambda need=need: ask(need) for need in needs])
    return granted


def _question(need: Need, namespace: str) -> dict[str, Any]:
    attributes: dict[str, str] = {"verb": need.verb, "group": need.group, "resource": need.resource}
    if need.subresource:
        attributes["subresource"] = need.subresource
    if namespace and not need.cluster_wide:
        attributes["namespace"] = namespace
    if namespace and need == Need("get", "namespaces"):
        attributes["name"] = namespace
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


async def identity(api: Api) -> Identity:
    """Who the API server takes us for. Raises `Unreachable`, `CredentialsError`."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = await _ask(api, IDENTITY_REVIEWS, body)
    except (Forbidden, Invalid, NotFound):  # before Kubernetes 1.28, or not allowed
        return Identity(api.user, confirmed=False)
    user = part(answer, "status", "userInfo")
    groups = user.get("groups")
    return Identity(text(user, "username"), tuple(str(group) for group in groups or ()))


async def _ask(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        return await api.create(path, body, user_agent=USER_AGENT)
    except Unreachable as error:
        # A POST that got no answer counts as a change of unknown outcome: this one asks only.
        raise Unreachable(error.happened, "Check the network, VPN and proxy, and that the API server is up.") from error
