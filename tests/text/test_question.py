"""What a person is asked: three lines and a box title that the client draws without cutting, whatever the names are."""

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from incident_mcp.text.question import question
from incident_mcp.text.width import width
from incident_mcp.vocabulary.plan import Undo
from incident_mcp.vocabulary.refs import Ref
from tests.text.plans import EXPIRES, draft

HOSTILE = st.text(max_size=300) | st.sampled_from(
    ["支" * 90, "e\u0301" * 90, "\u202eevil", "a\nb\x1b[2J", "👩‍💻" * 40, "x" * 253]
)


def test_the_rollback_of_the_demo_is_asked_in_three_lines():
    asked = question("prod-eu", draft(), "7f3a91c2", EXPIRES)

    assert asked.text == snapshot("""\
prod-eu: roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41)
3 pods replaced, none ready at 02:14:20. No warnings. Undo recorded first.
Advisory. Plan 7f3a91c2, until 02:24 UTC. Full: incident-mcp plan 7f3a91c2\
""")
    assert asked.box == "Roll back shop/checkout to 6"
    assert asked.typed is None


def test_a_note_leads_the_second_line():
    asked = question("prod-eu", draft(), "7f3a91c2", EXPIRES, note="You declined this 40 s ago.")

    assert asked.lines[1] == snapshot("You declined this 40 s ago. 3 pods replaced. No warnings.")


def test_the_first_warning_is_told_where_it_fits_and_counted_where_it_does_not():
    short = question("prod-eu", draft(pods="3 pods replaced", warnings=("never seen ready",)), "7f3a91c2", EXPIRES)
    long = question("prod-eu", draft(warnings=("revision 6 was never seen ready", "b")), "7f3a91c2", EXPIRES)

    assert short.lines[1] == snapshot("3 pods replaced. 1 warning: never seen ready. Undo recorded first.")
    assert long.lines[1] == snapshot("3 pods replaced, none ready at 02:14:20. 2 warnings. Undo recorded first.")


def test_a_high_risk_plan_wants_the_name_typed_and_says_why():
    risky = draft(risk="high", high_because="namespace shop is protected", undo=Undo(shown="No undo: unknown."))
    asked = question("prod-eu", risky, "7f3a91c2", EXPIRES)

    assert asked.typed == "checkout"
    assert asked.box == "Type checkout to approve"
    assert asked.lines[1] == snapshot("High risk: namespace shop is protected. 3 pods replaced. No undo.")


def test_a_long_name_is_shortened_in_the_middle_and_both_ends_stay():
    target = Ref(kind="Deployment", namespace="payments-production", name="checkout-" + "x" * 60 + "-eu-west")
    asked = question("a-cluster-with-a-long-name.example.com", draft(target=target), "7f3a91c2", EXPIRES)

    assert asked.lines[0] == snapshot("a-cluste…ple.com: roll back Deployment payments-p…x-eu-west …42) -> 6 (1.41)")


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, st.booleans(), st.lists(HOSTILE, max_size=3))
def test_no_name_makes_a_line_too_wide_or_loses_what_must_stand(
    cluster: str, name: str, note: str, pods: str, high: bool, warnings: list[str]
):
    target = Ref(kind="Deployment", namespace="shop", name=name)
    made = draft(target=target, pods=pods, warnings=tuple(warnings), risk="high" if high else "normal")
    asked = question(f"prod{cluster}", made, "7f3a91c2", EXPIRES, note=note)

    assert len(asked.text.split("\n")) == 3
    assert all(line.isprintable() and width(line) <= 76 for line in asked.lines)
    assert width(asked.box) < 40
    assert asked.lines[0].startswith("prod")
    assert ": roll back Deployment shop" in asked.lines[0]
    assert asked.lines[0].endswith("6 (1.41)")
    assert "High risk" in asked.lines[1] or not high
    assert str(len(warnings)) in asked.lines[1] or not warnings
    assert "Plan 7f3a91c2, until 02:24 UTC" in asked.lines[2]


@given(HOSTILE, HOSTILE)
def test_a_kind_and_a_headline_of_any_length_fit(kind: str, headline: str):
    target = Ref(kind=f"Kind{kind}", namespace=None, name="n")
    asked = question("prod-eu", draft(target=target, headline=headline, title=headline), "7f3a91c2", EXPIRES)

    assert asked.lines[0].startswith("prod-eu: ")
    assert "Kind" in asked.lines[0]
    assert width(asked.lines[0]) <= 76
    assert width(asked.box) < 40
