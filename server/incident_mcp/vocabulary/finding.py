"""What a rule says about an observation: a stable code, the object, the words, and the evidence for each word."""

from datetime import datetime
from typing import Literal

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

Gravity = Literal["critical", "warning", "notice"]
"""A notice is somebody's intention or no trouble of its own: it explains, and never makes a cluster unwell."""
GRAVITIES: tuple[Gravity, ...] = ("critical", "warning", "notice")
_WITH_PODS = ("Deployment", "StatefulSet", "DaemonSet", "Pod", "Job")


class Evidence(Value):
    """One observed fact: which object, which field or source, what it said, when."""

    source: str
    value: str | Untrusted
    at: datetime | None = None


class Finding(Value):
    """One cause or symptom, once, however many pods show it.

    `code` is what people search for and silence; `cause` is the stable word of the catalogue.
    `root` is true for a cause and false for what it breaks; `breaks` names what hangs on the target.
    """

    code: str
    cause: str
    severity: Gravity
    target: Ref
    root: bool = True
    summary: str
    evidence: tuple[Evidence, ...] = ()
    next_step: str = ""
    follow_up: str = ""
    """What should be done afterwards so that it does not come back: a proposed action item."""
    since: datetime | None = None
    because_of: Ref | None = None
    """The object whose fault explains this one; the chain is joined along it."""


class Chain(Value):
    """A root and what it breaks, in order: Deployment -> Service -> Ingress."""

    root: Finding
    symptoms: tuple[Finding, ...] = ()
    """Findings on the same object that the root explains (its pods crash-loop)."""
    breaks: tuple[Finding, ...] = ()
    """Findings on other objects that hang on the root."""

    @property
    def subject(self) -> Ref:
        """The workload whose state tells the chain's: the root itself, else the first one that hangs on it."""
        targets = (self.root.target, *(each.target for each in self.breaks))
        return next((target for target in targets if target.kind in _WITH_PODS), self.root.target)

    @property
    def worst(self) -> Gravity:
        """The gravest of all its findings."""
        there = {each.severity for each in (self.root, *self.symptoms, *self.breaks)}
        return next(gravity for gravity in GRAVITIES if gravity in there)
