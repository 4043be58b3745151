"""What an assistant adds to a postmortem: thirty inventions, of which none passes, and true sentences, which all do."""

import pytest

from incident_mcp.postmortem.claims import checked
from incident_mcp.postmortem.document import document
from incident_mcp.vocabulary.entry import Entry, EntryKind
from tests.postmortem.story import Story, whole


def record() -> tuple[list[Entry], dict[str, str]]:
    """The whole incident, with a finding confirmed, and the first entry of each kind by its name."""
    story: Story = whole()
    finding = next(entry for entry in story.entries if entry.kind is EntryKind.FINDING)
    story.told(EntryKind.CAUSE, "the key was forgotten", "02:16:00", confirms=finding.id)
    story.told(EntryKind.UPDATE, "told the shop in #incidents", "02:16:10")
    story.told(EntryKind.NOTE, "it was all fine and recovered", "02:16:20")
    names: dict[str, str] = {}
    for entry in story.entries:
        names.setdefault(entry.kind.value, entry.id)
    return story.entries, names


TRUE = [
    "Checkout wants PAYMENT_URL, which its ConfigMap lacks [{finding}].",
    "The first sign was KeyError in 3 pods [{evidence}].",
    "It was rolled back to revision 6 [{outcome}].",
    "The rollback was approved in the chat [{answer}].",
    "It recovered, with 3 of 3 ready [{verdict}].",
    "The cause was a missing key, confirmed by a person [{finding}, {cause}].",
    "The shop was told [{update}].",
    "deploy-bot changed checkout:1.41 to 1.42 [{change}].",
    "A look before the rollout would have shown the missing key. [{finding}]",
]
FALSE = [
    "It was a network problem.",
    "The database was overloaded [e99].",
    "The database was overloaded at 93 % [{evidence}].",
    "It was rolled back [{plan}].",
    "It was rolled back [{question}].",
    "It was rolled back [{answer}].",
    "The rollback was approved by the CTO [{plan}].",
    "The rollback was approved [{outcome}].",
    "The rollback was declined [{answer}].",
    "It recovered [{outcome}].",
    "It recovered [{note}].",
    "It did not recover [{verdict}].",
    "Everything is healthy [{evidence}].",
    "The service is stable [{change}].",
    "Stakeholders were notified [{outcome}].",
    "The status page was posted [{verdict}].",
    "The team was paged within 2 minutes [{opened}].",
    "The cause was a memory leak [{verdict}].",
    "It failed because of DNS [{evidence}].",
    "An outage of the provider led to it [{opened}].",
    "Somebody deleted the key [{finding}].",
    "We scaled checkout to 5 replicas [{outcome}].",
    "payments-db was restarted [{outcome}].",
    "12 users were affected [{impact}].",
    "Revision 9 was bad [{finding}].",
    "It was fixed [{verdict}].",
    "A test was added [{finding}].",
    "It works again [{note}].",
    "The plan was good [{plan}].",
    "All replicas of shop/cart crashed [{evidence}].",
    "The config was updated, and all was restored [{outcome}].",
]


@pytest.mark.parametrize("sentence", TRUE)
def test_a_sentence_that_the_record_can_stand_behind_goes_in(sentence: str) -> None:
    entries, names = record()
    told = checked(sentence.format(**names), entries)
    assert told.left_out == ()
    assert len(told.kept) == 1


@pytest.mark.parametrize("sentence", FALSE)
def test_an_invented_sentence_is_left_out_and_named(sentence: str) -> None:
    entries, names = record()
    told = checked(sentence.format(**names), entries)
    assert told.kept == ()
    assert len(told.left_out) == 1


def test_true_and_false_sentences_are_told_apart_in_one_text() -> None:
    entries, names = record()
    text = " ".join(one.format(**names) for pair in zip(TRUE, FALSE, strict=False) for one in pair)
    told = checked(text, entries)
    assert len(told.kept) == len(TRUE)
    assert len(told.left_out) == len(TRUE)


def test_a_note_that_claims_a_deed_on_nothing_stays_in_the_record_and_out_of_the_postmortem() -> None:
    story = whole()
    story.told(EntryKind.NOTE, "I restarted payments and it recovered", "02:15:00")
    story.told(EntryKind.NOTE, "customers call the shop", "02:15:01")
    outcome = next(entry.id for entry in story.entries if entry.kind is EntryKind.OUTCOME)
    story.told(EntryKind.NOTE, f"It was rolled back [{outcome}]", "02:15:02")
    told = document(story.entries)
    assert "restarted payments" not in told
    assert "customers call the shop" in told
    assert "It was rolled back" in told
