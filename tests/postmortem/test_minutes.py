"""Where the minutes went: each moment once, and all parts sum to the whole."""

import random
import re
from datetime import timedelta

import pytest

from incident_mcp.postmortem.changes import plans_told
from incident_mcp.postmortem.milestones import milestones
from incident_mcp.postmortem.minutes import minutes
from incident_mcp.vocabulary.entry import EntryKind
from tests.postmortem.story import DAY, PERSON, Story

UNITS = {"second": 1, "minute": 60, "hour": 3600}


def told(story: Story) -> str:
    plans = plans_told(story.entries)
    return minutes(story.entries, plans, milestones(story.entries, plans)).text


def seconds(words: str) -> int:
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+) (second|minute|hour)s?\b", words))


def test_each_part_is_told_and_a_moment_counts_once() -> None:
    story = Story(opened="02:00:00")
    story.add(EntryKind.LOOK, "assess_incident: checkout fails", "02:00:10", data={"seconds": 4.0})
    story.add(EntryKind.PLAN, "Proposed: roll back", "02:01:00", data={"headline": "roll back"}, plan="p1")
    story.add(EntryKind.QUESTION, "Asked", "02:01:00", plan="p1")
    answer = {"accepted": True, "said": "accepted", "door": "chat", "seconds": 90.0}
    story.add(EntryKind.ANSWER, "Approved", "02:02:30", actor=PERSON, data=answer, plan="p1")
    story.add(EntryKind.LOOK, "check_health: meanwhile", "02:02:00", data={"seconds": 30.0})
    story.add(EntryKind.INTENT, "Carrying out", "02:02:30", plan="p1")
    story.add(EntryKind.OUTCOME, "done", "02:02:40", data={"status": "applied"}, plan="p1")
    story.add(EntryKind.VERDICT, "recovered", "02:04:00", data={"verdict": "recovered", "seconds": 60.0})
    assert told(story) == (
        "4 minutes from the opening: 1 minute 30 seconds waiting for a person, 1 minute 10 seconds waiting for the"
        " cluster, 4 seconds looking, 1 minute 16 seconds that the record does not explain"
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_sum_to_the_whole_however_they_overlap(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - spans by chance
    story = Story(opened="00:10:00")
    for number in range(12):
        moment = f"{DAY + timedelta(minutes=10, seconds=chance.randrange(0, 2000 + 300 * seed)):%H:%M:%S}"
        kind = chance.choice((EntryKind.LOOK, EntryKind.VERDICT, EntryKind.ANSWER))
        data = {"seconds": float(chance.randrange(0, 900)), "verdict": "not recovered"}
        story.add(kind, f"n{number}", moment, data=data, plan="p1" if kind is EntryKind.ANSWER else None)
    whole, _, parts = told(story).partition(" from the opening: ")
    assert seconds(whole) == seconds(parts)


def test_an_incident_that_has_just_begun_has_no_minutes() -> None:
    assert told(Story()) == "0 seconds from the opening: nothing"
