"""The postmortem that a reader gets: the seed's template, filled from the record and from nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from incident_mcp.postmortem.document import document
from incident_mcp.postmortem.facts import facts
from incident_mcp.vocabulary.entry import Entry, EntryKind
from tests.postmortem.story import HEADLINE, PERSON, TARGET, Story, whole

HEADINGS = [
    "## Summary",
    "## Timeline",
    "## Root Cause",
    "## What Went Well",
    "## What Went Poorly",
    "## Action Items",
    "## Lessons Learned",
]
LABELS = ["- **Date**: ", "- **Duration**: ", "- **Severity**: ", "- **Impact**: "]


def cited(text: str) -> set[str]:
    return {one for group in re.findall(r"\[(e\d+(?:, e\d+)*)\]", text) for one in group.split(", ")}


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n")[1].split("\n## ")[0].split("\n---\n")[0]


def test_the_whole_incident_is_told_from_its_record():
    assert document(whole().entries) == snapshot("""\
# Incident Postmortem: checkout is down

## Summary
- **Date**: 2026-11-24
- **Duration**: 0 hours 4 minutes (02:11:40 to 02:15:37 UTC) [e3, e15]
- **Where the minutes went**: 1 minute 34 seconds from the opening: 11 seconds waiting for a person, 1 minute 23 seconds that the record does not explain [e1, e15]
- **Severity**: SEV-2 at 02:14:20, as told by the assistant [e8]
- **Impact**: Deployment shop/checkout: Service shop/checkout has no endpoints -> Ingress shop.example.com/checkout answers 503 [e2]

## Timeline
- 02:11:31 - Change: Deployment shop/checkout: rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42 [e4]
- 02:11:40 - Onset: log of checkout-7c9f8-x2k4p, previous instance: «KeyError: 'PAYMENT_URL'», once in each of 3 pods [e3]
- 02:14:03 - Incident detected: opened by oncall-2 (INCIDENT_USER), "checkout is down" [e1]
- 02:14:06 - Root cause identified: proposed, Deployment shop/checkout: checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config has no such key; confirmed by nobody yet [e5]
- 02:14:20 - Severity SEV-2 (Major degradation), as told by the assistant [e8]
- 02:14:31 - Mitigation applied: roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41), plan 7f3a91c2, approved in the chat as oncall-2 (client-reported) [e10, e11, e13, e14]
- 02:15:37 - Incident resolved: Deployment shop/checkout: recovered, as promised. 3 of 3 ready for 60 s, no restart [e15]
- Fix deployed: open; revision 7 checkout:1.42 is rolled back, not repaired [e9]

## Root Cause
Deployment shop/checkout: checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config has no such key [e5]. Seen: log of checkout-7c9f8-x2k4p, previous instance: «KeyError: 'PAYMENT_URL'», once in each of 3 pods [e3]. Before it, at 02:11:31 UTC: Deployment shop/checkout: rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42 [e4]. This is the product's proposal; nobody has confirmed it [e5].

## What Went Well
- From onset to detection: 2 minutes 23 seconds [e1, e3]
- From detection to mitigation: 28 seconds, of which 11 waiting for a person [e1, e10, e11, e13, e14]
- From mitigation to resolution: 1 minute 6 seconds [e14, e15]
- The first change that was carried out held [e10, e11, e13, e14, e15]

## What Went Poorly
- The rollout of Deployment shop/checkout could take 100% of its replicas down at once (maxUnavailable) [e4]
- Could not be checked: metrics (no metrics server) [e7]

## Action Items
- [ ] Add PAYMENT_URL to ConfigMap shop/checkout-config before checkout:1.42 ships again [e5] - Owner: open - Due: open
- [ ] Set maxUnavailable below 100% on Deployment shop/checkout [e4] - Owner: open - Due: open

## Lessons Learned
- Open question: was this the cause? Nobody has confirmed it in the record. [e5]
- Open question: what checked the change of 02:11:31 before it went out? The record does not say. [e4]

---
Incident 2026-11-24-checkout-is-down on cluster prod-eu (https://10.0.0.1:6443). All times are UTC. Written from the record, entries e1 to e15; head of its chain: `hash15`
""")  # noqa: E501 - lines as the file has them


def test_headings_and_labels_are_the_template_s_to_the_letter_and_in_its_order():
    lines = document(whole().entries).split("\n")

    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert [label for label in LABELS if any(line.startswith(label) for line in lines)] == LABELS
    assert lines[0].startswith("# Incident Postmortem: ")


@given(st.data())
def test_every_cut_of_the_record_still_gives_a_postmortem_that_cites_only_what_is_there(data: st.DataObject):
    entries = _long_story().entries
    kept = [entries[0], *(one for one in entries[1:] if data.draw(st.booleans()))]
    text = document(kept)

    assert [line for line in text.split("\n") if line.startswith("## ")] == HEADINGS
    assert cited(text) <= {entry.id for entry in kept}


@pytest.mark.parametrize(
    "kind",
    [EntryKind.IMPACT, EntryKind.EVIDENCE, EntryKind.CHANGE, EntryKind.FINDING, EntryKind.VERDICT, EntryKind.OUTCOME],
)
def test_what_is_cut_from_the_record_vanishes_from_the_text(kind: EntryKind):
    entries = whole().entries
    gone = [entry for entry in entries if entry.kind is kind]
    text = document([entry for entry in entries if entry.kind is not kind])

    for entry in gone:
        assert entry.text not in text
        assert entry.id not in cited(text)


def _long_story() -> Story:
    story = Story().assessed().severity()
    story.asked(plan="aaaaaaaa").answered("declined", plan="aaaaaaaa")
    story.told(EntryKind.DECISION, "wait for the payments team", "02:15:00", why="they own the key")
    story.told(EntryKind.REPORT, "users see errors", "02:15:01", about="impact")
    story.told(EntryKind.REPORT, "since about two", "02:15:02", "02:00:00", about="onset", actor=PERSON)
    story.told(
        EntryKind.REFUSAL, "scale_workload was refused: writing is off. Nothing was changed.", "02:15:03", why="x"
    )
    story.rolled_back().verdict("not recovered", "02:16:00", f"{TARGET}: not recovered. 1 of 3 ready")
    story.asked("02:17:00", "bbbbbbbb", revision=7, now=8).answered(plan="bbbbbbbb", written="02:17:05")
    story.sent("02:17:05", "bbbbbbbb", undo=8).outcome(plan="bbbbbbbb", written="02:17:06")
    story.verdict("recovered", "02:20:00")
    story.told(EntryKind.NOTE, "the key was in the ticket all along", "02:30:00", actor=PERSON)
    return story


# What is known at each moment of an incident that is not over.


def test_an_incident_that_was_only_opened_is_all_questions():
    text = document(Story().entries)

    assert section(text, "Timeline") == snapshot("""\
- 02:14:03 - Incident detected: opened by oncall-2 (INCIDENT_USER), "checkout is down" [e1]
- Onset: open; the record holds no sign of when it began
- Root cause identified: open; the record holds no cause
- Mitigation applied: open; no change was carried out
- Incident resolved: open; the record holds no verdict that it recovered
- Fix deployed: open; the record shows none
""")
    assert section(text, "Lessons Learned") == snapshot("""\
- Open question: what caused it? The record holds no cause.
- Open question: when did it begin? The record holds no first sign.
- Open question: did it recover, and when? The record holds no verdict that it did.
- Open question: how severe was it? Nobody set a severity.
- Open question: who was hurt, and how? The record holds no measured impact.
""")
    assert "- **Severity**: open; nobody set it" in text
    assert "- **Duration**: open; detected 02:14:03 UTC; the onset is not known [e1]" in text


def test_a_declined_plan_is_told_with_the_question_why():
    text = document(Story().assessed().asked().answered("declined").entries)

    assert (
        f"Declined in the chat as oncall-2 (client-reported): {HEADLINE}, plan 7f3a91c2; nothing was changed by it"
        in text
    )
    assert "- Mitigation applied: open; no change was carried out" in text
    assert "- Fix deployed: open; the record shows none" in text
    assert f"Open question: why was plan 7f3a91c2 ({HEADLINE}) declined?" in text


def test_a_declined_plan_whose_reason_was_recorded_leaves_no_question():
    story = Story().asked().answered("declined").told(EntryKind.DECISION, "wait", "02:15:00", why="payments is on it")
    text = document(story.entries)

    assert "declined? The record does not say" not in text
    assert 'Decision, as told by the assistant: "wait", because "payments is on it" [e5]' in text


def test_an_unknown_outcome_is_told_as_unknown_and_becomes_an_action():
    text = document(
        Story().assessed().asked().answered().sent().outcome("unknown", "Unknown. The write was sent").entries
    )

    assert f"Outcome unknown: {HEADLINE}, plan 7f3a91c2: Unknown. The write was sent" in text
    assert f"- [ ] Find out whether plan 7f3a91c2 was carried out: {HEADLINE}" in text
    assert "Mitigation applied: open" in text


def test_a_record_that_ends_after_the_intent_is_unknown_too():
    text = document(Story().asked().answered().sent().entries)

    assert f"Outcome unknown: {HEADLINE}, plan 7f3a91c2: the record ends before its outcome" in text


def test_a_question_that_nobody_answered_is_asked_about():
    story = (
        Story().asked().outcome("not applied", "Plan 7f3a91c2 ended unused: expired unanswered. Nothing was changed.")
    )
    text = document(story.entries)

    assert f"Not carried out: {HEADLINE}, plan 7f3a91c2: expired unanswered. Nothing was changed" in text
    assert "Open question: why did nobody answer the question for plan 7f3a91c2? [e3]" in text


def test_an_approved_change_that_was_refused_by_the_cluster_went_poorly():
    story = (
        Story().asked().answered().outcome("not applied", "Not applied. Since the question helm rolled out revision 8.")
    )
    text = document(story.entries)

    assert "Not carried out, though approved in the chat as oncall-2 (client-reported)" in text
    assert "could not be applied [e5]" in section(text, "What Went Poorly")


def test_an_incident_that_did_not_recover_stays_open():
    text = document(
        Story().assessed().rolled_back().verdict("not recovered", text="not recovered: 1 of 3 ready").entries
    )

    assert "- **Duration**: open; since 02:11:40 UTC [e3]" in text
    assert "Checked: not recovered: 1 of 3 ready" in text
    assert "Incident resolved: open" in text
    assert "Not recovered when it was checked" in section(text, "What Went Poorly")
    assert "held" not in section(text, "What Went Well")


def test_resolved_by_word_alone_is_marked_as_told():
    story = Story().rolled_back().told(EntryKind.STATUS, "Status resolved: looks fine", "02:20:00", status="resolved")
    text = document(story.entries)

    assert (
        "Incident resolved: as told by the assistant, no verdict stands behind it: Status resolved: looks fine" in text
    )
    assert "Open question: what showed that it had recovered?" in text


def test_a_relapse_takes_the_resolution_back():
    story = whole().told(EntryKind.STATUS, "Status open: it is back", "02:40:00", status="open")

    assert "Incident resolved: open" in document(story.entries)


def test_of_two_mitigations_the_one_that_holds_is_counted():
    story = Story().assessed().rolled_back().verdict("not recovered", "02:15:00")
    story.asked("02:16:00", "bbbbbbbb", revision=5, now=8).answered(plan="bbbbbbbb", written="02:16:10")
    story.sent("02:16:10", "bbbbbbbb", undo=8).outcome(plan="bbbbbbbb", written="02:16:10").verdict(
        "recovered", "02:17:10"
    )
    text = document(story.entries)

    assert text.count("Mitigation applied: roll back") == 2
    assert "From detection to mitigation: 2 minutes 7 seconds, of which 11 waiting for a person" in text


def test_an_undo_is_told_as_undo_and_mitigates_nothing():
    story = Story().assessed().rolled_back()
    story.asked("02:17:00", "bbbbbbbb", revision=7, now=8).answered(plan="bbbbbbbb", written="02:17:05")
    story.sent("02:17:05", "bbbbbbbb", undo=8).outcome(plan="bbbbbbbb", written="02:17:06")
    text = document(story.entries)

    assert "Undo applied: " in text
    assert "; undone later" in text
    assert "From detection to mitigation" not in text
    assert f"Plan 7f3a91c2 ({HEADLINE}) was undone by plan bbbbbbbb" in section(text, "What Went Poorly")


def test_what_people_report_is_marked_as_told_and_never_measured():
    story = Story().told(EntryKind.REPORT, "users see errors", "02:15:01", about="impact", actor=PERSON)
    story.told(EntryKind.REPORT, "since about two", "02:15:02", "02:00:00", about="onset")
    text = document(story.verdict().entries)

    assert '- **Impact**: as told by oncall-2, not measured: "users see errors" [e2]' in text
    assert '02:00:00 - Onset: as told by the assistant, not measured: "since about two" [e3]' in text
    assert "- **Duration**: 0 hours 16 minutes (02:00:00 to 02:15:37 UTC, the onset as told) [e3, e4]" in text


def test_a_reported_onset_without_a_time_of_its_own_dates_nothing():
    story = Story().told(EntryKind.REPORT, "this morning", "02:15:02", about="onset")
    text = document(story.entries)

    assert '02:15:02 - Reported onset (no time given), as told by the assistant: "this morning" [e2]' in text
    assert "Onset: open" in text


def test_a_correction_stands_in_place_of_what_it_corrects():
    story = whole()
    impact = story.entries[1]
    story.add(EntryKind.IMPACT, "Only the checkout of guests answered 503", "02:30:00", corrects=impact.id)
    text = document(story.entries)

    assert impact.text not in text
    assert "Only the checkout of guests answered 503 (corrects e2)" in text


def test_notes_from_after_the_end_are_lessons_and_earlier_ones_are_timeline():
    story = Story().told(EntryKind.NOTE, "we called payments", "02:14:10", actor=PERSON).verdict()
    story.told(EntryKind.NOTE, "the key was in the ticket", "02:40:00")
    text = document(story.entries)

    assert '02:14:10 - Note by oncall-2: "we called payments" [e2]' in section(text, "Timeline")
    assert 'Note by the assistant: "the key was in the ticket" [e4]' in section(text, "Lessons Learned")


def test_two_possible_causes_stay_two():
    story = Story().told(EntryKind.FINDING, "the pool is exhausted", "02:14:10", root=True)
    story.told(EntryKind.FINDING, "node-7 is short of memory", "02:14:10", root=True)
    text = document(story.entries)

    assert "Another cause proposed: node-7 is short of memory" in text
    assert "Open question: which of the proposed causes was it?" in text


def test_a_second_look_that_says_the_same_is_told_once():
    story = Story().assessed()
    story.assessed("02:14:40")

    assert document(story.entries).count("Seen: ") == 1
    assert len(facts(story.entries).actions) == 2


def test_times_on_another_day_carry_their_date():
    story = Story("23:59:50").rolled_back()
    story.entries[0] = story.entries[0].model_copy(update={"happened": story.entries[0].happened.replace(day=23)})

    assert "2026-11-24 02:14:31 - Mitigation applied" in document(story.entries)


# Outside text in the record.

HOSTILE = [
    "ok [e1] and [e1, e2]",
    "# Not a heading",
    "\n## Root Cause\nour fault",
    "<script>alert(1)</script>",
    "[click](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "[click\\](http://evil.example)",
    "odd ` backtick",
    "\x1b[2J\u202e\u200b",
    "password=" + "hunter2",
    "- [ ] give the intern admin - Owner: you - Due: now",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_the_record_becomes_no_heading_link_or_citation(text: str):
    story = Story(title=text or "x")
    for kind in (EntryKind.FINDING, EntryKind.NOTE, EntryKind.IMPACT, EntryKind.VERDICT, EntryKind.EVIDENCE):
        story.told(kind, text, "02:15:00", root=True, onset=True, verdict="recovered", follow_up=text)
    written = document(story.entries)

    _check_unharmed(written, story.entries)
    assert not re.search(r"(?<!\\)(?:\\\\)*\]\(", written)
    for forbidden in ("<script", "\x1b", "\u202e", "hunter2"):
        assert forbidden not in written


@given(st.text(max_size=60) | st.sampled_from(HOSTILE))
def test_no_text_in_the_record_breaks_the_template(text: str):
    story = Story(title=text)
    for kind in (EntryKind.FINDING, EntryKind.NOTE, EntryKind.DECISION, EntryKind.STATUS, EntryKind.CHANGE):
        story.told(kind, text, "02:15:00", root=True, why=text, status="open", max_unavailable="50%", target=text)

    _check_unharmed(document(story.entries), story.entries)


def _check_unharmed(written: str, entries: list[Entry]) -> None:
    lines = written.split("\n")
    assert [line for line in lines if line.startswith("#")][1:] == HEADINGS
    assert sum(line.startswith("- [ ] ") for line in lines) == max(1, len(facts(entries).actions))
    assert cited(written.split("\n", 1)[1]) <= {entry.id for entry in entries}
    assert all(line.isprintable() for line in lines)


def test_the_last_line_carries_the_head_of_the_chain():
    assert document(whole().entries).rstrip().endswith("entries e1 to e15; head of its chain: `hash15`")
