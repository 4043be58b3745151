"""Label selectors in their two forms: the query string (`app=web,tier in (a,b),!canary`) and the object in a spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from incident_sandbox.model.errors import bad_request
from incident_sandbox.model.objects import dig

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label; `operator` is one of in, notin, exists, absent."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Labels) -> bool:
        if self.operator == "in":
            return labels.get(self.key) in self.values
        if self.operator == "notin":
            return labels.get(self.key) not in self.values
        return (self.key in labels) is (self.operator == "exists")

    def __str__(self) -> str:
        if self.operator in ("exists", "absent"):
            return self.key if self.operator == "exists" else f"!{self.key}"
        if len(self.values) == 1 and self.operator == "in":
            return f"{self.key}={self.values[0]}"
        return f"{self.key} {self.operator} ({','.join(sorted(self.values))})"


Selector = tuple[Requirement, ...]
"""All of them must hold; none selects everything."""

_PART = re.compile(
    r"\s*(?:(?P<not>!)\s*(?P<absent>[\w./-]+)"
    r"|(?P<key>[\w./-]+)\s*(?:(?P<op>==|=|!=)\s*(?P<value>[\w.-]*)|\s(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?)\s*(?:,|$)"
)


def parse_selector(text: str) -> Selector:
    """Raises ApiError 400, with the real server's first words, for text that is not a selector."""
    found: list[Requirement] = []
    position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            rest = text[position:].lstrip()
            raise bad_request(f"found '{rest[:1]}', expected: !, identifier, or 'end of string'")
        found.append(_requirement(part))
        position = part.end()
    return tuple(found)


def _requirement(part: re.Match[str]) -> Requirement:
    if part["not"]:
        return Requirement(part["absent"], "absent")
    if part["set"]:
        return Requirement(part["key"], part["set"], tuple(item.strip() for item in part["values"].split(",")))
    if part["op"]:
        return Requirement(part["key"], "notin" if part["op"] == "!=" else "in", (part["value"],))
    return Requirement(part["key"], "exists")


_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent"}


def selector_of(spec: Mapping[str, Any] | None) -> Selector:
    """A `LabelSelector` object; its labels and expressions must all hold."""
    wanted: Mapping[str, str] = dig(spec, "matchLabels", default={})
    labels = [Requirement(key, "in", (value,)) for key, value in sorted(wanted.items())]
    expressions = [
        Requirement(item["key"], _OPERATORS[item["operator"]], tuple(item.get("values") or ()))
        for item in dig(spec, "matchExpressions", default=[])
    ]
    return tuple(labels + expressions)


def matches(selector: Selector, labels: Labels) -> bool:
    return all(requirement.matches(labels) for requirement in selector)


def matcher(labels: Mapping[str, str] | None) -> Callable[[Labels], bool]:
    """For a Service's selector, which is a bare map; an empty one selects nothing."""
    wanted = dict(labels or {})
    return lambda have: bool(wanted) and all(have.get(key) == value for key, value in wanted.items())


def format_selector(spec: Mapping[str, Any] | None) -> str:
    return ",".join(map(str, selector_of(spec)))


def format_labels(labels: Mapping[str, str] | None) -> str:
    """As tables show a map of labels; `<none>` without any."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or "<none>"
