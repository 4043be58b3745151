"""The API server's audit log: what was asked of it, by whom. Proof from outside of what a program wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class AuditEvent:
    """One request that was answered. `raw` is the whole event, as the API server wrote it."""

    verb: str
    user: str
    user_agent: str
    uri: str
    resource: str
    subresource: str
    namespace: str
    name: str
    status: int
    raw: dict[str, Any]

    @property
    def dry_run(self) -> bool:
        """Whether nothing was stored. An eviction carries this in its body instead, as `deleteOptions.dryRun`."""
        return "dryRun" in parse_qs(urlsplit(self.uri).query)

    @property
    def body(self) -> Any:
        return self.raw.get("requestObject")

    @property
    def wrote(self) -> bool:
        """Whether something was changed: not refused, not only tried. Access reviews are no resource of anybody."""
        review = self.resource.endswith("reviews")
        return self.status < 400 and not self.dry_run and not review and self.verb not in ("get", "list", "watch")


def read(lines: Iterable[str]) -> Iterator[AuditEvent]:
    for line in lines:
        if line.endswith("\n"):  # else it is still being written
            yield _event(json.loads(line))


def _event(raw: dict[str, Any]) -> AuditEvent:
    target = raw.get("objectRef", {})
    return AuditEvent(
        verb=raw["verb"],
        user=raw["user"]["username"],
        user_agent=raw.get("userAgent", ""),
        uri=raw["requestURI"],
        resource=target.get("resource", ""),
        subresource=target.get("subresource", ""),
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        status=raw.get("responseStatus", {}).get("code", 0),
        raw=raw,
    )
