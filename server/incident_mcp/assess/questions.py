"""The four quick questions of the first five minutes, each answered in a line, or with what is missing to answer it."""

from collections.abc import Iterable

from incident_mcp.assess.assessment import Assessment
from incident_mcp.text.amounts import share_words
from incident_mcp.text.words import clock, count, duration, listed
from incident_mcp.vocabulary.value import Value

_FEW = 3


class QuickQuestion(Value):
    """One question. Without an answer, `missing` says what would give one; with one, what it leaves out."""

    question: str
    answer: str = ""
    missing: str = ""

    def __str__(self) -> str:
        if not self.answer:
            return f"{self.question} Not answered: {self.missing}."
        return f"{self.question} {self.answer}." + (f" Not known: {self.missing}." if self.missing else "")


def quick_questions(found: Assessment) -> tuple[QuickQuestion, ...]:
    """In their order. Nothing that fails leaves nothing to ask."""
    return (_impact(found), _start(found), _changed(found), _worse(found)) if found.rows else ()


def _impact(found: Assessment) -> QuickQuestion:
    hurt = found.impact
    urls = _few(dict.fromkeys(route.url for route in hurt.routes))
    through = f" through {_few(str(each) for each in hurt.gateways)}" if hurt.gateways else ""
    services = _few(str(service) for service in hurt.services)
    parts = [urls and f"from outside: {urls}{through}", services and f"inside: {services}"]
    pods = f"{hurt.ready} of {count(hurt.desired, 'pod')} ready where it fails" if hurt.desired else ""
    failing = _failing(found)
    told = "; ".join(part for part in (*parts, pods, failing) if part)
    missing = "how many users" if failing else "how many users, since no traffic is measured"
    return QuickQuestion(question="What is the impact?", answer=told, missing=missing)


def _failing(found: Assessment) -> str:
    """`14 % of requests fail`."""
    rates = (each.now for each in found.metrics.signals if each.what == "error rate" and each.now is not None)
    return next((f"{share_words(rate)} of requests fail" for rate in rates), "")


def _start(found: Assessment) -> QuickQuestion:
    question = "When did it start?"
    if found.onset is None:
        return QuickQuestion(question=question, missing="no sign that carries a time is left")
    exact = "" if found.onset.exact else " at the latest"
    return QuickQuestion(question=question, answer=f"{clock(found.onset.at, found.at)} UTC{exact}")


def _changed(found: Assessment) -> QuickQuestion:
    question = "What changed?"
    before = [each for each in found.changes if (each.seconds_before_onset or 0) >= 0]
    surge = next((each for each in found.metrics.traffic if found.onset and each.since <= found.onset.at), None)
    if not before and surge and found.onset:
        lead = duration(found.onset.at - surge.since)
        return QuickQuestion(question=question, answer=f"traffic, {surge.factor:.1f}x the hour before, {lead} before")
    if not before:
        return QuickQuestion(question=question, missing="no rollout or edit of what fails; what_changed looks wider")
    first = before[0]
    lead = duration(found.onset.at - first.at) + " before" if found.onset else clock(first.at, found.at)
    return QuickQuestion(question=question, answer=f"{first.target}, {first.kind}, {lead}")


def _worse(found: Assessment) -> QuickQuestion:
    question = "Is it getting worse?"
    if found.trend is None or found.trend.direction == "unknown":
        why = found.trend.why if found.trend else "nothing to compare with"
        return QuickQuestion(question=question, missing=f"{why}; look again in a minute")
    words = {"better": "no, it is getting better", "steady": "no, it is steady", "worse": "yes"}
    return QuickQuestion(question=question, answer=words[found.trend.direction])


def _few(names: Iterable[str]) -> str:
    return listed(list(names), _FEW)
