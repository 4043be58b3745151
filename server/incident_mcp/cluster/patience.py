"""Which calls are sent again, and when.

Reads: after 429, and after a 5xx that asks for it (503 always), honouring Retry-After within the call's budget; and
after a dropped connection: at once the first time, which is mostly a pooled one that the server closed at the wrong
moment, and twice more a little later, since a balancer or API server that is in trouble drops some and answers others.

Writes: only after a 429 of the API server's own priority-and-fairness filter, which answers before it has looked at
the request. The header `X-Kubernetes-PF-FlowSchema-UID` alone does not prove that (every answer carries it, an
eviction refused by a disruption budget too); the filter's plain-text body does, since every later refusal is a
Status in JSON (kubernetes/apiserver, pkg/server/filters/priority-and-fairness.go). A write whose connection broke is
never repeated: it may have been carried out.

Both: once after 401, with a fresh credential: the request was refused before anything looked at it.

A loop of our own, since no kept library fits: the retry packages know neither httpcore2 nor this difference.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus

from incident_mcp.cluster.calls import Call
from incident_mcp.cluster.outgoing import Dropped

_REPEATS = 4
_FIRST_WAIT = 0.25
_DROPS = 3
_AFTER_DROP = 0.2
_FLOW_SCHEMA = "x-kubernetes-pf-flowschema-uid"


class Patience:
    """How often and how long one call may still be repeated."""

    def __init__(self, call: Call, seconds: float) -> None:
        self._call = call
        self._until = time.monotonic() + seconds
        self._repeats = 0
        self._drops = 0
        self._renewals = 0

    def renew_credential(self) -> bool:
        """After 401: True the first time."""
        self._renewals += 1
        return self._renewals == 1

    def wait_after_drop(self, drop: Dropped) -> float | None:
        """The seconds to wait after a broken connection, for reads that had left and did not just take too long; None
        when the call is not repeated.
        """
        self._drops += 1
        if self._drops > _DROPS or not drop.sent or drop.late or self._call.mutates:
            return None
        wait = _AFTER_DROP * (self._drops - 1)
        return wait if time.monotonic() + wait <= self._until else None

    def wait_after(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """The seconds to wait before the call is repeated; None when it is not."""
        if not self._repeatable(status, headers, body) or self._repeats == _REPEATS:
            return None
        wait = _retry_after(headers)
        if wait is None:
            wait = _FIRST_WAIT * 2**self._repeats
        self._repeats += 1
        return wait if time.monotonic() + wait <= self._until else None

    def _repeatable(self, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        if self._call.mutates:
            refused_unseen = _FLOW_SCHEMA in headers and not body.lstrip().startswith(b"{")
            return status == HTTPStatus.TOO_MANY_REQUESTS and refused_unseen
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            return True
        return status >= HTTPStatus.INTERNAL_SERVER_ERROR and _retry_after(headers) is not None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Whole seconds, as the API server writes it; a date (a proxy's way) is not worth a parser."""
    value = headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None
