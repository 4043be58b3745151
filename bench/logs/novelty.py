"""Does the error that began with the onset come first? Random trials, each with a log of its own.

Ninety minutes of a service's log: 80 kinds of lines whose rates span four decades, a fifth of them errors; the rarest
are seen once or never. After 75 minutes a new error begins: two to twenty times, the first within a minute.
*Drifting*: each kind's rate wanders by up to a factor of four, and half of the kinds, errors among them, come and go at
some random time. A third kind of trial: a status that was always 200 becomes 503 for a share of the requests.
"""

import random
from datetime import UTC, datetime, timedelta

from incident_mcp.logs.analysis import LogAnalysis
from incident_mcp.logs.patterns import Reading

TRIALS = 100
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ONSET, END = timedelta(minutes=75), timedelta(minutes=90)
_VERBS = [
    "loading",
    "storing",
    "fetching",
    "parsing",
    "sending",
    "checking",
    "closing",
    "locking",
    "merging",
    "pruning",
]
_NOUNS = [
    "cart",
    "order",
    "invoice",
    "session",
    "ledger",
    "basket",
    "voucher",
    "label",
    "parcel",
    "refund",
    "profile",
    "image",
    "report",
    "token",
]
_WHY = ("timed out", "returned nothing", "was rejected", "broke off", "is inconsistent", "gave up", "lost its lease")
CLAIMS = {"stationary": 0.90, "drifting": 0.70, "status": 1.0}


def main() -> None:
    print(f"\nnovelty: the planted error ranks first, of {TRIALS} trials each")
    for name, claim in CLAIMS.items():
        hits = sum(trial(name, seed) for seed in range(TRIALS))
        print(f"  {name:<11} {hits / TRIALS:6.0%}   (claim: at least {claim:.0%})")


def trial(kind: str, seed: int) -> bool:
    """Whether the planted error came first; a status: whether it was called new."""
    draw = random.Random(f"{kind} {seed}")  # noqa: S311  (bench data)
    lines = _background(draw, drifting=kind == "drifting")
    if kind == "status":
        lines += _requests(draw)
        reading = _read(lines)
        return any(each.code == 503 and each.tier == "new error" for each in reading.patterns)
    planted = f"{draw.choice(_VERBS)} the quota of the {draw.choice(_NOUNS)} {draw.choice(_WHY)}"
    lines += _planted(draw, planted)
    first = _read(lines).patterns[0]
    return first.template.contains(planted)


def _background(draw: random.Random, *, drifting: bool) -> list[tuple[float, str]]:
    messages = [f"{verb} {noun} {why}" for verb in _VERBS for noun in _NOUNS for why in _WHY]
    lines: list[tuple[float, str]] = []
    for message in draw.sample(messages, 80):
        level = "ERROR" if draw.random() < 0.2 else draw.choice(("INFO", "INFO", "WARN"))
        rate = 10 ** draw.uniform(-2.5, 1.5)  # a minute
        begin, end = 0.0, END.total_seconds()
        if drifting and draw.random() < 0.5:
            begin, end = sorted((draw.uniform(0, end), draw.uniform(0, end)))
        lines += [
            (at, f"{level} {message} id={draw.getrandbits(32)}") for at in _times(draw, rate, begin, end, drifting)
        ]
    return lines


def _times(draw: random.Random, rate: float, begin: float, end: float, drifting: bool) -> list[float]:
    """Events of a Poisson process; drifting: its rate wanders every five minutes."""
    times: list[float] = []
    at, wander, turn = begin, 1.0, begin + 300
    while True:
        at += draw.expovariate(rate * wander / 60)
        if at >= end:
            return times
        if drifting and at > turn:
            wander, turn = min(2.0, max(0.5, wander * draw.choice((0.7, 1.0, 1.4)))), at + 300
        times.append(at)


def _planted(draw: random.Random, message: str) -> list[tuple[float, str]]:
    count = draw.randint(2, 20)
    start, span = ONSET.total_seconds(), (END - ONSET).total_seconds()
    times = [start + draw.uniform(0, 60), *(start + draw.uniform(0, span) for _ in range(count - 1))]
    return [(at, f"ERROR {message} id={draw.getrandbits(32)}") for at in times]


def _requests(draw: random.Random) -> list[tuple[float, str]]:
    lines: list[tuple[float, str]] = []
    for at in _times(draw, 30, 0, END.total_seconds(), drifting=False):
        failed = at > ONSET.total_seconds() and draw.random() < 0.2
        lines.append((at, f'10.0.0.7 - - "GET /cart HTTP/1.1" {503 if failed else 200} {draw.randint(100, 9999)}'))
    return lines


def _read(lines: list[tuple[float, str]]) -> Reading:
    analysis = LogAnalysis(today=START + END, onset=START + ONSET)
    source = analysis.source()
    for at, line in sorted(lines):
        stamp = (START + timedelta(seconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        analysis.feed(source, f"{stamp} {line}\n".encode())
    return analysis.read()
