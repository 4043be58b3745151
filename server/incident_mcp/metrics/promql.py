"""PromQL with values from the cluster in it: escaped, so that a value can only ever be a value.

Strings follow Go's rules (prometheus.io/docs/prometheus/latest/querying/basics/#string-literals); patterns are RE2 and
anchored at both ends.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from incident_mcp.services.quoting import quoted

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label. The value of `=~` is a pattern already."""

    label: str
    value: str
    op: Literal["=", "=~", "!="] = "="

    def __str__(self) -> str:
        if not _NAME.fullmatch(self.label):
            raise ValueError(f"{self.label!r} is no label name")
        return f"{self.label}{self.op}{quoted(self.value)}"


def select(metric: str, matchers: Iterable[Matcher]) -> str:
    """`http_requests_total{namespace="shop",pod=~"checkout-[0-9a-z]+"}`."""
    if not _NAME.fullmatch(metric):
        raise ValueError(f"{metric!r} is no metric name")
    return f"{metric}{{{','.join(str(each) for each in matchers)}}}"
