"""What may stand in a text for everybody: nothing secret, nothing inside, nothing of a customer, nothing unproven."""

import itertools
from pathlib import Path

import pytest

from incident_mcp.communicate.leaks import leaks
from incident_mcp.communicate.proof import Proof
from tests.communicate.telling import IMPACT, talk

PLANTED = {
    "AKIAIOSFODNN7EXAMPLE": "a secret",
    "password=hunter2hunter2": "a secret",
    "db-3.prod.acme.net": "a host's name",
    "payments.shop.svc.cluster.local": "a host's name",
    "10.2.33.4": "an IP address",
    "fd00:12::7": "an IP address",
    "ip-10-0-3-4": "a machine's name",
    "db01": "a machine's name",
    "checkout-7c9f8d6b5d-x2k4p": "a pod's name",
    "jane.doe@customer.example": "a mail address",
    "+49 30 1234567": "a long number",
    "4111 1111 1111 1111": "a long number",
    "DE89 3704 0044 0532 0130 00": "an IBAN",
    "customer 48812": "a customer's number",
    "order #A-8831": "a customer's number",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301": "an identifier",
}
ORDINARY = (
    "Payments fail for about half of the shoppers since 02:11 UTC. ETA: none yet. Next update: by 02:45 UTC.",
    "We are looking into a problem since 2026-11-24 02:11. It affects 50% of 1,200 shops.",
    "SEV-2: the checkout is slow (p99 of 4.5 s). See status.example.com for more, e.g. the history.",
    "Version 1.42.0 is suspected; about 120000 requests failed.",
)


@pytest.mark.parametrize(("planted", "kind"), PLANTED.items())
def test_what_is_planted_is_found_with_its_place(planted: str, kind: str) -> None:
    text = f"Payments fail.\nSeen at {planted} today."
    [first, *_] = leaks(text, "the public text")
    assert first.what.startswith(kind)
    assert (first.line, first.where) == (2, "the public text")
    assert first.column in (9, 18)
    assert kind != "a secret" or planted not in str(first)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_holds_no_leak(text: str) -> None:
    assert leaks(text, "x", public_hosts=("example.com",)) == ()


@pytest.mark.parametrize("disguise", ["db-3.\u200bprod.acme.net", "ｄｂ-3.prod.acme.net", "DB-3.PROD.ACME.NET"])
def test_a_disguise_hides_nothing(disguise: str) -> None:
    assert leaks(f"Seen at {disguise}", "x")


def test_names_that_the_record_holds_are_found() -> None:
    [found] = leaks("The pods of shop/checkout crash, the checkout is down.", "x", names=("shop/checkout",))
    assert str(found) == "a name from the cluster (shop/checkout) in x, line 1, column 13"


CLAIMS = (
    ("The problem is resolved.", "that it is over"),
    ("All systems are back to normal.", "that it is over"),
    ("Payments work again.", "that it is over"),
    ("We have fixed the cause.", "that it is repaired"),
    ("The release was rolled back.", "that something was done"),
    ("Good news: recovered!", "that it is over"),
)
NO_CLAIMS = (
    "It is not resolved.",
    "We will tell you when it is resolved.",
    "Until it is fixed, please retry.",
    "We are working on it, and have not yet recovered.",
    "Payments fail.",
)


@pytest.mark.parametrize(("text", "what"), CLAIMS)
def test_a_claim_wants_its_entry(text: str, what: str) -> None:
    assert [*Proof().lacking(text)] == [(text, what)]
    assert not [*Proof(recovered="e9", fixed="e8", done="e7").lacking(text)]


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_what_claims_nothing_wants_none(text: str) -> None:
    assert not [*Proof().lacking(text)]


HIDDEN = ("AKIAIOSFODNN7EXAMPLE", "db-3.prod.acme.net", "jane.doe@customer.example")


async def test_what_is_planted_in_the_record_reaches_no_public_text(tmp_path: Path) -> None:
    planted = " ".join(HIDDEN)
    async with talk(tmp_path, opened=False) as told:
        await told.here.call("open_incident", title=f"checkout is down {planted}")
        for kind in ("note", "impact", "root_cause", "decision"):
            await told.here.call("record_entry", kind=kind, text=planted)
        await told.here.call("assess_incident")
        done = await told.post()
        assert done["changed"] is True, done
        [public] = told.page.incidents.values()
        [internal] = told.slack.messages
    for hidden in HIDDEN:
        assert hidden not in str(public)
    assert HIDDEN[0] not in internal["text"]


async def test_a_public_text_with_a_leak_is_refused_with_what_and_where(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        for where, hidden in itertools.product(("impact", "eta", "public"), HIDDEN):
            refused = await told.refused(**{"impact": IMPACT} | {where: f"Half of it, see {hidden}"})
            assert "The public text may not go out. It holds" in refused
            assert "line " in refused
        assert told.here.questions == []
        assert told.slack.writes == told.page.writes == []


async def test_no_end_is_told_before_the_record_proves_it(tmp_path: Path) -> None:
    async with talk(tmp_path) as told:
        await told.here.call("update_incident", status="resolved", reason="somebody says so")
        assert "does not prove 'resolved'" in await told.refused(status="resolved")
        assert "does not prove 'monitoring'" in await told.refused(status="monitoring")
        for where in ("impact", "internal", "public"):
            assert "says that it is over" in await told.refused(**{where: "Everything is back to normal."})
        assert "operational again wants" in await told.refused(components={"Checkout": "operational"})
        assert told.slack.writes == told.page.writes == []


async def test_after_a_verdict_the_end_is_told_and_a_relapse_drafts_the_correction(tmp_path: Path) -> None:
    checkout = {"kind": "Deployment", "namespace": "shop", "name": "checkout"}
    async with talk(tmp_path) as told:
        await told.here.rollback()
        await told.here.call("verify_fix", **checkout)
        assert (await told.post(status="resolved", components={"Checkout": "operational"}))["changed"] is True
        [incident] = told.page.incidents.values()
        assert (incident["status"], incident["components"]) == ("resolved", {"cmp1": "operational"})
        assert "This incident is resolved." in incident["body"]
        await told.here.call("update_incident", status="open", reason="1 of 3 ready")
        state = "\n".join(told.here.said().splitlines())
        summary = await told.here.call("get_incident")
        assert "said resolved, and it is not over: post_update drafts the correction" in str(summary), state
        page = await told.shown()
        assert "Correction: our last update said that this was over. It is not." in page
        assert "it corrects e" in page
        await told.post()
        assert "Correction: our update e" in told.slack.messages[-1]["text"]
