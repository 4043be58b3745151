"""Whose something is, and how to reach them, as labels and annotations say."""

from typing import Literal

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

OwnerRole = Literal["owner", "contact", "runbook", "requester"]


class OwnerMark(Value):
    """One label or annotation. A label's value is validated by the API server; an annotation's is outside text."""

    role: OwnerRole
    key: str
    value: str | Untrusted
    on: Ref

    @property
    def source(self) -> str:
        """`label team of Namespace shop`."""
        kind = "annotation" if isinstance(self.value, Untrusted) else "label"
        return f"{kind} {self.key} of {self.on}"


class Ownership(Value):
    """The nearest mark of each role; None where nobody wrote one."""

    owner: OwnerMark | None = None
    contact: OwnerMark | None = None
    runbook: OwnerMark | None = None
