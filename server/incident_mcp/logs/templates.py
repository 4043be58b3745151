"""Messages that say the same thing, found without being told what their values are.

Messages whose words are equal once their values are masked are one template. Then those are joined that differ in one
place only, if so many different words stand in that place that it must hold a value: few are enough behind `=` or
`user`, or when they look like names of hosts or classes; many are needed at the head of a message, where its verb is.
The last step joins messages that differ in one short bracketed span of more than one word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from incident_mcp.logs.contexts import shared
from incident_mcp.logs.words import VALUE, Words

Template = tuple[str, ...]
_ROUNDS = 8
_SPAN = 6
_SLOTS = frozenset(
    [
        "for",
        "from",
        "to",
        "by",
        "in",
        "at",
        "on",
        "of",
        "host",
        "name",
        "file",
        ":",
        '"',
        "'",
        "[",
        "(",
        "<",
        "path",
        "id",
        "root",
        "is",
        "as",
        "with",
        "class",
        "topic",
        "pod",
        "node",
        "namespace",
    ]
)
_MANY = 25
"""Different words that make a value of a message's head, a field's name, or the path of a request."""
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_NAMED = ("user", "host", "User", "username")
_NAME = re.compile(r"[/_@\\]|\w\.\w|\w-\w|[a-z][A-Z]")
_PLAIN_NAME = re.compile(r"/.*/|\w\.\w.*\.\w|@")
_KIND_FIELDS = ("type", "reason", "kind", "action", "event", "eventtype", "phase")
_NOT_IN_SPANS = frozenset('=[](){},;"')
_AFTER_SPAN = frozenset(",;)]}\"'")
_BEFORE_SPAN = frozenset("=:[(\"'")


def templates_of(messages: Iterable[Words]) -> dict[str, Template]:
    """The template of each message's text."""
    seen = {message.text: message.words for message in messages}
    joined: dict[Template, Template] = {words: words for words in seen.values()}
    for _ in range(_ROUNDS):
        now = list(dict.fromkeys(joined.values()))
        moves = _one_word(now) or _absorbed(now) or _one_span(now)
        if not moves:
            break
        joined = {words: _followed(moves, template) for words, template in joined.items()}
    return {text: joined[words] for text, words in seen.items()}


def shown(template: Template, words: Words) -> str:
    """The template with the blanks of a message that it was made from."""
    example = words.text
    parts: list[str] = []
    at = end = 0
    for index, word in enumerate(template):
        start = at
        if word == VALUE:
            following = template[index + 1] if index + 1 < len(template) else None
            at = _next_place(words, at, following)
            begin, after = (words.begins[start], words.ends[at - 1]) if at > start else (end, end)
        else:
            if at >= len(words.words):
                break
            begin, after, at = words.begins[at], words.ends[at], at + 1
        parts.append(example[end:begin] if begin > end else "")
        parts.append(word)
        end = after
    return "".join(parts).strip()


def _next_place(words: Words, at: int, following: str | None) -> int:
    if following is None:
        return len(words.words)
    for place in range(at + 1, len(words.words)):
        if words.words[place] == following:
            return place
    return min(at + 1, len(words.words))


def _followed(moves: Mapping[Template, Template], template: Template) -> Template:
    for _ in range(10):
        after = moves.get(template, template)
        if after == template:
            break
        template = after
    return template


def _one_word(templates: Sequence[Template]) -> dict[Template, Template]:
    """Joins of templates that are equal but for one word."""
    moves: dict[Template, Template] = {}
    for place, alike in shared(templates, _may_differ):
        if _is_a_value(alike[0], place, [template[place] for template in alike]):
            joint = _squeezed((*alike[0][:place], VALUE, *alike[0][place + 1 :]))
            for template in alike:
                if template != joint:
                    moves.setdefault(template, joint)
    return moves


def _may_differ(word: str) -> bool:
    return word == VALUE or _is_word(word) or _NAME.search(word) is not None


def _is_a_value(template: Template, place: int, words: list[str]) -> bool:
    if _tells_kinds_apart(template, place):
        return len(words) >= _MANY
    behind = template[place + 1 : place + 2] != ("=",)
    real = [word for word in words if word != VALUE]
    if len(real) < len(words) and behind and real:
        headed = any(map(_is_word, template[:place])) or len(template) - place > 4
        names = all(_NAME.search(word) for word in real) or template[place - 1 : place] == ("=",) or len(words) > 2
        if headed and names:
            return True
    return len(words) >= _needed(template, place, real)


def _tells_kinds_apart(template: Template, place: int) -> bool:
    """In JSON inside a line, `"Type":"ContainerDied"` says what happened, as a verb does."""
    field = template[max(place - 4, 0) : place]
    return field[1:] == ('"', ":", '"') and field[0].lower() in _KIND_FIELDS


def _needed(template: Template, place: int, words: list[str]) -> int:
    """How many different words in this place make it a value."""
    before = template[place - 1] if place else ""
    length = sum(1 for word in template if word == VALUE or _is_word(word))
    if template[place + 1 : place + 2] == ("=",):
        return _MANY
    if not any(map(_is_word, template[:place])):
        return 3 if length > 2 and all(map(_PLAIN_NAME.search, words)) else _MANY
    if place == 1 and before in _METHODS:
        return _MANY
    if sum(1 for word in words if _NAME.search(word)) >= 0.8 * len(words):
        return 2 if length > 3 or before == "=" else 5
    if before == "=":
        return 4
    if before in _NAMED:
        return 2 if length > 5 else 4
    if before in _SLOTS:
        return 3 if length > 3 else 5
    return 6


def _absorbed(templates: Sequence[Template]) -> dict[Template, Template]:
    """Templates that another one, with values in several places, describes too."""
    wide: defaultdict[tuple[int, str, str], list[tuple[int, Template]]] = defaultdict(list)
    for at, template in enumerate(templates):
        if template.count(VALUE) > 1:
            wide[len(template), template[0], template[-1]].append((at, template))
    moves: dict[Template, Template] = {}
    for template in templates:
        for _, other in _maybe_wider(template, wide):
            if other is not template and _describes(other, template):
                moves[template] = other
                break
    return moves


def _maybe_wider(
    template: Template, wide: Mapping[tuple[int, str, str], list[tuple[int, Template]]]
) -> list[tuple[int, Template]]:
    """Those whose first and last words are this one's or values: of thousands, a few."""
    if not template:
        return []
    firsts, lasts = {template[0], VALUE}, {template[-1], VALUE}
    ends = ((len(template), first, last) for first in firsts for last in lasts)
    return sorted([each for end in ends for each in wide.get(end, ())[:200]])[:200]


def _describes(wide: Template, template: Template) -> bool:
    differ = 0
    for general, word in zip(wide, template, strict=True):
        if general == word:
            continue
        differ += 1
        if general != VALUE or not _NAME.search(word):
            return False
    kept = sum(1 for word in wide if word != VALUE and _is_word(word))
    return 1 <= differ <= len(template) // 2 and kept > 1


def _one_span(templates: Iterable[Template]) -> dict[Template, Template]:
    """Joins of templates that differ in what stands between brackets, quotes or commas."""
    contexts: defaultdict[tuple[Template, Template], list[Template]] = defaultdict(list)
    for template in templates:
        for start in range(1, len(template)):
            if template[start - 1] not in _BEFORE_SPAN:
                continue
            for end in range(start + 1, min(start + _SPAN, len(template) - 1) + 1):
                if template[end - 1] in _NOT_IN_SPANS:
                    break
                if template[end] in _AFTER_SPAN:
                    contexts[template[:start], template[end:]].append(template[start:end])
    moves: dict[Template, Template] = {}
    for (head, tail), spans in sorted(contexts.items(), key=lambda item: -len(item[0][0]) - len(item[0][1])):
        if len({len(span) for span in spans}) > 1 and _is_a_span(head, tail, spans):
            joint = _squeezed((*head, VALUE, *tail))
            for span in spans:
                moves.setdefault((*head, *span, *tail), joint)
    return {old: new for old, new in moves.items() if old != new}


def _is_a_span(head: Template, tail: Template, spans: list[Template]) -> bool:
    kept = sum(1 for word in (*head, *tail) if _is_word(word))
    telling = any(VALUE in span or _NAME.search(" ".join(span)) for span in spans)
    return telling and (kept >= 4 or len(spans) >= 4) and not any(span[0] == head[-1] for span in spans)


def _squeezed(template: Template) -> Template:
    return tuple(word for at, word in enumerate(template) if word != VALUE or at == 0 or template[at - 1] != VALUE)


def _is_word(word: str) -> bool:
    return word != VALUE and (word[0].isalnum() or word[0] == "_")
