"""The whole plan on one page, for any terminal."""

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from incident_mcp.text.plan_page import plan_page
from tests.text.plans import plan


def test_the_page_shows_everything_that_an_approval_covers():
    made = plan()

    assert plan_page(made).replace(made.digest, "DIGEST") == snapshot("""\
┌ Roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41)? ──
│ cluster   prod-eu, https://127.0.0.1:41873
│ now       revision 7   checkout:1.42
│ after     revision 6   checkout:1.41   (becomes revision 8)
│ pods      3 pods replaced, none ready at 02:14:20
│ warnings  none
│ promise   3 of 3 ready and no KeyError within 2 min
│ undo      back to revision 7, recorded before anything is written
│ changes   - containers.checkout.image: checkout:1.42
│           + containers.checkout.image: checkout:1.41
│ kubectl   kubectl -n shop rollout undo deployment/checkout --to-revision=6
│ digest    DIGEST
└─ plan 7f3a91c2, good until 02:24 UTC ────────────────────────────────\
""")


def test_warnings_and_the_reason_for_a_high_risk_stand_on_lines_of_their_own():
    page = plan_page(
        plan(warnings=("one", "two"), risk="high", high_because="2 of 3 ready pods", why="the newest ready")
    )

    assert "│ warnings  one\n│           two\n" in page
    assert "│ high risk 2 of 3 ready pods; asks for the name 'checkout' typed\n" in page
    assert "│ why       the newest ready\n" in page


def test_a_refused_dry_run_is_told():
    page = plan_page(plan(diff=(), preview_complete=False))

    assert "│ changes   (not complete: the API server refused the dry run, this was computed here)" in page


def test_a_secret_in_the_difference_is_masked():
    assert "hunter2" not in plan_page(plan(diff=("- env.DB_PASSWORD: hunter2",)))


@given(st.text(max_size=80))
def test_no_text_breaks_the_box(text: str):
    page = plan_page(plan(before=text, after=text, pods=text, diff=(text,), kubectl=text))

    assert all(line.startswith(("┌", "│", "└")) and line.isprintable() for line in page.split("\n"))
