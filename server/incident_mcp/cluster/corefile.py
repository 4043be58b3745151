"""CoreDNS's Corefile: for which names it is told to answer that they do not exist (https://coredns.io/plugins/template).

Only that is taken out of it. Patterns are somebody's regular expressions: their plain words are looked for, they are
never run.
"""

import re
from collections.abc import Iterator

from incident_mcp.vocabulary.network_seen import NameBlockSeen

_TEMPLATE = re.compile(r"template\s+\S+\s+(\S+)\s*(.*?)\s*\{$")
_REFUSES = re.compile(r"rcode\s+(NXDOMAIN|SERVFAIL|REFUSED)\b")
_MATCH = re.compile(r"match\s+(.+)")
_WORD = re.compile(r"[a-z0-9-]{2,}")
_TYPES = ("ANY", "A", "AAAA")


def name_blocks(corefile: str) -> Iterator[NameBlockSeen]:
    lines = iter(corefile.splitlines())
    for line in lines:
        begun = _TEMPLATE.fullmatch(line.strip())
        if begun is None:
            continue
        block = list(_until_closed(lines))
        refused = next((found[1] for each in block if (found := _REFUSES.fullmatch(each))), "")
        if refused and begun[1].upper() in _TYPES:
            patterns = [found[1].lower() for each in block if (found := _MATCH.fullmatch(each))]
            zones = tuple(zone.strip(".").lower() for zone in begun[2].split())
            words = tuple(found for pattern in patterns if (found := tuple(_WORD.findall(pattern.replace("\\.", ".")))))
            everything = not patterns or any(pattern.strip("\"'^$()") in (".*", ".+") for pattern in patterns)
            if everything or words:  # a pattern without a plain word: nobody can tell here whom it means
                yield NameBlockSeen(answer=refused, zones=zones, words=() if everything else words)


def _until_closed(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() == "}":
            return
        yield line.strip()
