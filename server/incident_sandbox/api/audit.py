"""A record of every request that may change something, as an audit log keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incident_sandbox.api.faults import MUTATING
from incident_sandbox.api.request import ApiRequest
from incident_sandbox.model.resources import REVIEWS


@dataclass(frozen=True, slots=True)
class AuditRecord:
    time: datetime
    user: str
    verb: str
    path: str
    user_agent: str
    code: int
    """The HTTP code decided, also where the answer was then lost on its way."""
    dry_run: bool


def is_recorded(request: ApiRequest) -> bool:
    """Access reviews are creations too, but change nothing."""
    return request.is_resource and request.verb in MUTATING and request.resource not in REVIEWS


def record_of(request: ApiRequest, code: int, now: datetime) -> AuditRecord:
    dry_run = bool(request.notes.get("dry_run", request.query.get("dryRun") == "All"))
    return AuditRecord(now, request.user.name, request.verb, request.path, request.user_agent, code, dry_run)
