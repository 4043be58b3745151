"""The postmortem as one HTML file: the Markdown's words, an axis of time, nothing that runs or is fetched."""

import re
from xml.etree import ElementTree

from incident_mcp.postmortem.document import document
from incident_mcp.postmortem.page import page
from incident_mcp.vocabulary.entry import EntryKind
from tests.postmortem.story import whole

HOSTILE = "</title><script>alert(1)</script> <img src=x onerror=alert(2)> [click](javascript:alert(3)) & ]]>"


def drawing(text: str) -> ElementTree.Element:
    (svg,) = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    return ElementTree.fromstring(svg)  # noqa: S314 - our own page


def test_signals_changes_decisions_and_actions_are_drawn_on_one_axis_in_their_order() -> None:
    svg = drawing(page(whole().entries))
    assert [one.text for one in svg.iter("text") if one.get("class") == "lane"] == [
        "Signals", "Changes", "Decisions", "Actions",
    ]  # fmt: skip
    at = {circle[0].text or "": float(circle.get("cx", "0")) for circle in svg.iter("circle")}
    crash = next(x for text, x in at.items() if "KeyError" in text)
    change = next(x for text, x in at.items() if "rollout 6 -> 7" in text)
    done = next(x for text, x in at.items() if text.endswith("[e14]"))
    assert change < crash < done
    assert not any("Proposed SEV-2" in text or "Saved before" in text for text in at)


def test_the_page_says_what_the_markdown_says() -> None:
    story = whole()
    text = page(story.entries)
    plain = re.sub(r"<[^>]+>", "", text)
    for heading in re.findall(r"^## (.+)$", document(story.entries), re.MULTILINE):
        assert heading in plain
    assert "Date: 2026-11-24" in plain


def test_hostile_text_is_shown_as_text() -> None:
    story = whole()
    story.entries[0] = story.entries[0].model_copy(update={"data": story.entries[0].data | {"title": HOSTILE}})
    story.told(EntryKind.NOTE, HOSTILE, "02:15:00")
    story.told(EntryKind.REPORT, HOSTILE, "02:15:01", about="impact")
    text = page(story.entries)
    assert "<script" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text
    drawing(text)


def test_one_entry_alone_makes_a_page() -> None:
    assert len(list(drawing(page(whole().entries[:1])).iter("circle"))) == 1
