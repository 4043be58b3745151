"""A shop's own query with the names of a workload filled in: each where it stands in a string, escaped for that string.

A placeholder stands in single or double quotes. After `=~` and `!~` the string is a pattern, so a name's dots are
escaped too. `{pods}` is a pattern itself and stands only there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from incident_mcp.services.pods import pod_pattern
from incident_mcp.services.quoting import escaped, literal
from incident_mcp.vocabulary.refs import Ref

_STRING = re.compile(r"""(?P<op>=~|!~|=|!=)?\s*(?P<quote>["'])(?P<inside>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)""")
_HOLDER = re.compile(r"\{(namespace|workload|pods)\}")


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    name: str
    quote: str
    pattern: bool


def check(query: str) -> None:
    """Raises ValueError when a placeholder stands where it can't be filled in safely."""
    places = list(_places(query))
    if len(places) != len(_HOLDER.findall(query)):
        raise ValueError('a placeholder stands in quotes, as in namespace="{namespace}"')
    if any(place.name == "pods" and not place.pattern for place in places):
        raise ValueError('{pods} is a pattern: pod=~"{pods}"')


def filled(query: str, workload: Ref) -> str:
    """The query for one workload."""
    values: dict[str, Callable[[bool], str]] = {
        "namespace": lambda pattern: _as(workload.namespace or "", pattern),
        "workload": lambda pattern: _as(workload.name, pattern),
        "pods": lambda _: pod_pattern(workload),
    }
    pieces, position = list[str](), 0
    for place in _places(query):
        pieces += (query[position : place.start], escaped(values[place.name](place.pattern), place.quote))
        position = place.end
    return "".join((*pieces, query[position:]))


def _as(value: str, pattern: bool) -> str:
    return literal(value) if pattern else value


def _places(query: str) -> Iterator[_Place]:
    for string in _STRING.finditer(query):
        inside = string.start("inside")
        for found in _HOLDER.finditer(string["inside"]):
            pattern = string["op"] in ("=~", "!~")
            yield _Place(inside + found.start(), inside + found.end(), found[1], string["quote"], pattern)
