"""Weights of the rules of one object: which backend is meant, its share, and the list of backends with new weights.

Gateway API and Istio differ in how a backend is named and where the lists stand, not in what weights mean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incident_mcp.cluster.json_parts import Json, count
from incident_mcp.mitigate.traffic.shares import Unclear, share, split
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref


@dataclass(frozen=True)
class Rule:
    """One weighted list of an object: its JSON pointer, and its entries as they stand there."""

    pointer: str
    entries: list[Json]
    requests: str = ""
    """Points to what says for which requests it is: where another rule has come in front, it is another's."""


@dataclass(frozen=True)
class Manner:
    """How one API spells a backend: every name that means it, the first one shown, and what it is when its weight is
    not said.
    """

    names: Callable[[Json], tuple[str, ...]]
    part: Callable[[Json, float, float], Part]
    unsaid: int


def reweighted(
    target: Ref, path: str, live: Json, rules: Sequence[Rule], manner: Manner, to: str, share_of: int
) -> Shift:
    """The change that gives `to` its share in every rule where it is one of several.

    Raises `BadRequest` where it is in none of them, in one alone, named ambiguously, or has that share already.
    """
    if not to:
        raise BadRequest(
            f"Which backend of {target} shall get {share_of} %?", f"Name one as `to`: {_names(rules, manner)}."
        )
    found = [(rule, at) for rule in rules if (at := _place(target, rule, manner, to)) is not None]
    several = [(rule, at) for rule, at in found if len(rule.entries) > 1]
    if not several:
        alone = (
            f"gets all of its rule's traffic in {target}: nothing is beside it"
            if found
            else f"is no backend of {target}"
        )
        raise BadRequest(f"{plain(to, 80)} {alone}.", f"Backends: {_names(rules, manner)}.")
    changes = [_change(target, rule, at, manner, share_of) for rule, at in several]
    if all(rule.entries == new for (rule, _), (new, _) in zip(several, changes, strict=True)):
        raise BadRequest(f"{plain(to, 80)} has {share_of} % in {target} already.", "Name another share.")
    parts = [part for _, those in changes for part in those]
    many = len(several) > 1
    words = [(_line(those, now=True), _line(those, now=False)) for _, those in changes]
    main = changes[0][1][several[0][1]]
    return Shift(
        target=target,
        path=path,
        live=live,
        fields={rule.pointer: new for (rule, _), (new, _) in zip(several, changes, strict=True)},
        shown={rule.pointer: now for (rule, _), (now, _) in zip(several, words, strict=True)},
        parts=tuple(parts),
        headline=main.moves + (f" in {len(several)} rules" if many else ""),
        guards=tuple(rule.requests for rule, _ in several if rule.requests),
        before="; ".join(now for now, _ in words),
        after="; ".join(then for _, then in words),
    )


def _place(target: Ref, rule: Rule, manner: Manner, to: str) -> int | None:
    places = [at for at, entry in enumerate(rule.entries) if to in manner.names(entry)]
    if len(places) > 1:
        spelled = listed([" or ".join(dict.fromkeys(manner.names(rule.entries[at]))) for at in places])
        raise BadRequest(
            f"{plain(to, 80)} means {len(places)} backends of one rule of {target}.", f"Name one: {spelled}."
        )
    return places[0] if places else None


def _change(target: Ref, rule: Rule, at: int, manner: Manner, share_of: int) -> tuple[list[Json], list[Part]]:
    old = [count(entry, "weight", default=manner.unsaid) for entry in rule.entries]
    if old[at] * 100 == share_of * sum(old) and sum(old):
        new = old
    else:
        try:
            new = split(old, at, share_of)
        except Unclear:
            others = listed([manner.names(one)[0] for place, one in enumerate(rule.entries) if place != at])
            raise BadRequest(
                f"The other backends of that rule of {target} have no weight, so nobody can tell who gets the rest.",
                f"Give one of them its share first: {others}.",
            ) from None
    entries = [
        entry if weight == before else {**entry, "weight": weight}
        for entry, weight, before in zip(rule.entries, new, old, strict=True)
    ]
    parts = [manner.part(entry, share(old, place), share(new, place)) for place, entry in enumerate(rule.entries)]
    return entries, parts


def _line(parts: Sequence[Part], *, now: bool) -> str:
    return ", ".join(f"{part.label} {(part.before if now else part.after):.3g} %" for part in parts)


def _names(rules: Sequence[Rule], manner: Manner) -> str:
    return (
        listed(list(dict.fromkeys(manner.names(entry)[0] for rule in rules for entry in rule.entries))) or "it has none"
    )
