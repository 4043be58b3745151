"""Comparing what a plan rests on with what the cluster holds: by pointer and value; the words may differ."""

from incident_mcp.vocabulary.plan import Fact


def same_facts(one: tuple[Fact, ...], other: tuple[Fact, ...]) -> bool:
    return [(fact.pointer, fact.value) for fact in one] == [(fact.pointer, fact.value) for fact in other]
