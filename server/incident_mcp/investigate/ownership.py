"""Whose a root is: the mark nearest to it, from the workload over its Services to the namespace."""

from collections.abc import Iterable

from incident_mcp.investigate.behind import labels_of, selects
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.ownership import OwnerMark, OwnerRole, Ownership
from incident_mcp.vocabulary.refs import Ref

SERVICES = 2
"""Services of one workload whose marks are read."""
_WORD = 80
"""Characters of a mark's value that are shown."""


def marked(seen: Observation, chain: Chain) -> tuple[Ref, ...]:
    """The objects whose marks tell, the nearest first."""
    subject = chain.subject
    workload = workload_of(seen, subject)
    labels = labels_of(workload) if workload else {}
    services = [each.ref for each in seen.services if labels and selects(each, labels, subject.namespace)]
    spaces = [ref.namespace for ref in (chain.root.target, subject) if ref.namespace]
    namespaces = (Ref(kind="Namespace", name=name) for name in spaces)
    return tuple(dict.fromkeys((chain.root.target, subject, *services[:SERVICES], *namespaces)))


def ownership(marks: Iterable[OwnerMark], order: tuple[Ref, ...]) -> Ownership:
    """The nearest of each role. Who asked for a namespace counts only where nobody is named as its owner."""
    near = sorted((mark for mark in marks if mark.on in order), key=lambda mark: order.index(mark.on))

    def first(role: OwnerRole) -> OwnerMark | None:
        return next((mark for mark in near if mark.role == role), None)

    return Ownership(owner=first("owner") or first("requester"), contact=first("contact"), runbook=first("runbook"))


def owner_words(found: Ownership) -> str:
    """`payments (label team of Namespace shop); contact «#payments» (annotation a8r.io/chat of ...)`; or empty."""
    owner, contact = found.owner, found.contact
    told = [
        f"{plain(owner.value, _WORD)} ({owner.source})" if owner else "",
        f"contact {plain(contact.value, _WORD)} ({contact.source})" if contact else "",
    ]
    return "; ".join(each for each in told if each)
