"""A table's columns, and how a row is made of an object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_sandbox.model.objects import Object, dig, name_of
from incident_sandbox.model.timestamps import since

Row = Callable[[Object, datetime], list[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str = "string"
    priority: int = 0
    """1: only shown with `-o wide`."""
    format: str = ""

    def definition(self) -> Object:
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": "",
            "priority": self.priority,
        }


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    row: Row


NAME = Column("Name", format="name")
AGE = Column("Age")


def texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "integer") for name in names)


def wide(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, priority=1) for name in names)


def age(obj: Object, now: datetime) -> str:
    return since(dig(obj, "metadata", "creationTimestamp"), now)


def first_few(items: list[str], limit: int = 3) -> str:
    """`a,b,c + 2 more...`"""
    shown = ",".join(items[:limit])
    return f"{shown} + {len(items) - limit} more..." if len(items) > limit else shown


def containers(obj: Object, *path: str) -> tuple[str, str]:
    """Names and images of a template's containers."""
    items = dig(obj, *path, "containers", default=[])
    return ",".join(item["name"] for item in items), ",".join(item["image"] for item in items)


def plain_row(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), age(obj, now)]


PLAIN = Table((NAME, AGE), plain_row)
"""For kinds without columns of their own here."""
