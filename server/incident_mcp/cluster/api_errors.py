"""The API server's refusals as errors of ours: what happened, and the next step.

The server explains itself in a Status object; a proxy in front of it answers with anything. Texts of either are
outside text and quoted as short excerpts. RBAC's sentence is parsed (kubernetes/apiserver,
pkg/endpoints/handlers/responsewriters/errors.go, `forbiddenMessage`), since it names what exactly is lacking, for
the impersonated identity as well.
"""

from __future__ import annotations

import re
from http import HTTPStatus

import msgspec

from incident_mcp.cluster.calls import JSON_PATCH, Call
from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.cluster.outgoing import Dropped
from incident_mcp.vocabulary.errors import (
    ClusterError,
    Conflict,
    CredentialsError,
    Forbidden,
    Invalid,
    NotFound,
    ServerFailed,
    Throttled,
    Unreachable,
)
from incident_mcp.vocabulary.refs import Cluster

_UNKNOWN_OUTCOME = "Whether the change was made is not known."


class Expired(ClusterError):
    """410: the resourceVersion (of a watch) or the continue token (of a list) is too old. List again."""


class Cause(msgspec.Struct, frozen=True):
    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct, frozen=True):
    name: str = ""
    group: str = ""
    kind: str = ""
    causes: list[Cause] = []


class Status(msgspec.Struct, frozen=True, tag_field="kind", tag="Status"):
    """`kind: Status`, the parts that are used."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: Details | None = None


_status = msgspec.json.Decoder(Status)

_RBAC = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>[a-z]+) '
    r'(?:resource "(?P<resource>[a-z0-9./-]+)" in API group "(?P<group>[a-z0-9.-]*)"|path "(?P<path>[^"]*)")'
    r'(?: in the namespace "(?P<namespace>[a-z0-9-]+)")?'
)


def error_from(call: Call, status: int, body: bytes, *, cluster: Cluster, user: str) -> ClusterError:
    """The error that an answer other than 2xx stands for."""
    said = read_status(body)
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return _unauthorized(cluster, user)
        case HTTPStatus.FORBIDDEN:
            return _forbidden(call, said, cluster)
        case HTTPStatus.NOT_FOUND:
            return _not_found(call, said, cluster)
        case HTTPStatus.CONFLICT:
            return Conflict(f"{cluster.name} refused to {call.verb} {call.object}: {_quote(said)}", _READ_AGAIN)
        case HTTPStatus.GONE:
            return Expired(f"{cluster.name} no longer keeps the version asked for of {call.object}.", "List again.")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return _throttled(call, said, cluster)
        case _ if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return _invalid(call, said, cluster)
        case _:
            return _failed(call, status, said, cluster)


def unreachable(call: Call, drop: Dropped, cluster: Cluster) -> Unreachable:
    """The error for a call that got no answer."""
    error = Unreachable(
        f"{cluster.name} ({cluster.server}) can't be reached: {drop.reason}.",
        "Check the network, VPN and proxy, and that the API server is up.",
        sent=drop.sent,
    )
    if call.mutates and drop.sent:
        error.not_done = _UNKNOWN_OUTCOME
        error.next_step = f"Read {call.object} again before anything else. {error.next_step}"
    return error


def is_status(body: bytes) -> bool:
    """Whether this is a Status of the API server, and not the words of something behind or before it."""
    try:
        _status.decode(body)
    except msgspec.MsgspecError:
        return False
    return b'"Status"' in body


def read_status(body: bytes) -> Status:
    """The Status in an answer; for anything else, one whose message is an excerpt of it."""
    try:
        return _status.decode(body)
    except msgspec.MsgspecError:
        return Status(message=excerpt(body))


_READ_AGAIN = "Read the object again: somebody else may have changed it."


def _quote(said: Status) -> str:
    return _sentence(excerpt(said.message) or "no reason given")


def _sentence(words: str) -> str:
    """Ended, for another sentence follows."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _unauthorized(cluster: Cluster, user: str) -> ClusterError:
    return CredentialsError(
        f"{cluster.name} does not accept the credentials of {user} (401), nor fresh ones.",
        "Log in again (whatever makes this kubeconfig's credentials), then try again.",
    )


def _forbidden(call: Call, said: Status, cluster: Cluster) -> ClusterError:
    rbac = _RBAC.search(said.message)
    if rbac is None:
        return Forbidden(
            f"{cluster.name} refused to {call.verb} {call.object}: {_quote(said)}",
            "This is a quota or an admission rule, or a permission: `incident-mcp doctor` tells which are there.",
            verb=call.verb,
            resource=call.resource,
        )
    resource = rbac["path"] or (f"{rbac['resource']}.{rbac['group']}" if rbac["group"] else rbac["resource"])
    where = f"in namespace {rbac['namespace']}" if rbac["namespace"] else "cluster-wide"
    return Forbidden(
        f"{excerpt(rbac['user'], 80)} may not {rbac['verb']} {excerpt(resource, 120)} {where} on {cluster.name}.",
        f'Grant the verb "{rbac["verb"]}" on "{excerpt(resource, 120)}"; `incident-mcp doctor` lists what is needed.',
        verb=rbac["verb"],
        resource=resource,
    )


def _not_found(call: Call, said: Status, cluster: Cluster) -> ClusterError:
    if said.details and said.details.name:
        return NotFound(f"{cluster.name} has no {call.object}: {_quote(said)}", "Check the name and the namespace.")
    return NotFound(
        f"{cluster.name} does not serve {call.path}: {_quote(said)}",
        "This kind or version is not there on this cluster; `incident-mcp doctor` checks the server.",
    )


def _throttled(call: Call, said: Status, cluster: Cluster) -> ClusterError:
    return Throttled(
        f"{cluster.name} throttled the call to {call.verb} {call.object}: {_quote(said)}",
        "The API server is busy, or a disruption budget holds; try again in a minute or narrow the question.",
    )


def _invalid(call: Call, said: Status, cluster: Cluster) -> ClusterError:
    causes = said.details.causes if said.details else []
    # A JSON patch whose `test` fails is answered with a 422 that says nothing (apiserver, handlers/patch.go).
    if call.content_type == JSON_PATCH and said.reason == "Invalid" and not causes:
        return Conflict(f"{call.object} on {cluster.name} is not what the change expected.", _READ_AGAIN)
    listed = _sentence("; ".join(f"{excerpt(c.field, 80)}: {excerpt(c.message, 120)}" for c in causes[:3]))
    return Invalid(
        f"{cluster.name} refused to {call.verb} {call.object}: {listed if causes else _quote(said)}",
        "Correct what is named and try again.",
    )


def _failed(call: Call, status: int, said: Status, cluster: Cluster) -> ClusterError:
    if status < HTTPStatus.BAD_REQUEST:
        return ServerFailed(
            f"{cluster.name} answered {status} instead of the Kubernetes API.",
            "Something else (a login page, a proxy) answers at the server's address: check server and proxy-url.",
        )
    return ServerFailed(
        f"{cluster.name} failed ({status}) to {call.verb} {call.object}: {_quote(said)}",
        "Try again; if it lasts, the control plane itself, or an API or webhook behind it, is in trouble.",
        not_done=_UNKNOWN_OUTCOME if call.mutates else None,
    )
