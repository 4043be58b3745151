"""Incidents as the product records them, entry by entry, on a clock that the test turns."""

from datetime import UTC, datetime, timedelta
from typing import Any

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind

DAY = datetime(2026, 11, 24, tzinfo=UTC)
SERVER = "https://10.0.0.1:6443"
PERSON = Actor(role="person", name="oncall-2", known_by="INCIDENT_USER")
ASSISTANT = Actor(role="assistant", name="assistant", known_by="client", client="claude-code 2.1.330")
TARGET = "Deployment shop/checkout"
HEADLINE = f"roll back {TARGET}, revision 7 (1.42) -> 6 (1.41)"
CALL = {"kind": "Deployment", "namespace": "shop", "name": "checkout"}


def at(clock: str) -> datetime:
    hours, minutes, seconds = map(int, clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds)


class Story:
    """The entries of one incident, in order."""

    def __init__(self, opened: str = "02:14:03", title: str = "checkout is down") -> None:
        self.entries: list[Entry] = []
        cluster = {"name": "prod-eu", "server": SERVER, "ca": None}
        data = {"title": title, "cluster": cluster, "commander": "oncall-2", "known_by": "INCIDENT_USER"}
        self.add(EntryKind.OPENED, f"Incident opened: {title}", opened, actor=PERSON, data=data)

    def add(
        self,
        kind: EntryKind,
        text: str,
        written: str,
        happened: str | None = None,
        actor: Actor = ASSISTANT,
        data: dict[str, Any] | None = None,
        plan: str | None = None,
        corrects: str | None = None,
    ) -> Entry:
        number = len(self.entries) + 1
        entry = Entry(
            id=f"e{number}",
            incident="2026-11-24-checkout-is-down",
            cluster=SERVER,
            kind=kind,
            text=text,
            actor=actor,
            happened=at(happened or written),
            written=at(written),
            plan=plan,
            corrects=corrects,
            data=data or {},
            previous=f"hash{number - 1}" if number > 1 else "",
            hash=f"hash{number}",
        )
        self.entries.append(entry)
        return entry

    def assessed(self, written: str = "02:14:06") -> "Story":
        """What `assess_incident` writes for the fault of the demo."""
        broken = "Service shop/checkout has no endpoints -> Ingress shop.example.com/checkout answers 503"
        self.add(
            EntryKind.IMPACT, f"{TARGET}: {broken}", written, "02:11:40", data={"targets": [TARGET], "users": True}
        )
        sign = "log of checkout-7c9f8-x2k4p, previous instance: «KeyError: 'PAYMENT_URL'», once in each of 3 pods"
        self.add(EntryKind.EVIDENCE, sign, written, "02:11:40", data={"target": TARGET, "onset": True})
        change = f"{TARGET}: rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42"
        self.add(
            EntryKind.CHANGE,
            change,
            written,
            "02:11:31",
            data={"target": TARGET, "manager": "deploy-bot", "max_unavailable": "100%", "revision_after": 7},
        )
        cause = f"{TARGET}: checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config has no such key"
        follow_up = "Add PAYMENT_URL to ConfigMap shop/checkout-config before checkout:1.42 ships again"
        self.add(
            EntryKind.FINDING,
            cause,
            written,
            data={"root": True, "target": TARGET, "code": "x", "follow_up": follow_up},
        )
        reasons = ["one user-facing service down", "eight workloads well"]
        self.add(
            EntryKind.SEVERITY,
            "Proposed SEV-2",
            written,
            data={"severity": "SEV-2", "proposed": True, "told_by": "the assessment", "reasons": reasons},
        )
        self.add(EntryKind.LOOK, "assess_incident: …", written, data={"not_checked": ["metrics (no metrics server)"]})
        return self

    def severity(self, written: str = "02:14:20") -> "Story":
        data = {"severity": "SEV-2", "proposed": False, "told_by": "as told by the assistant"}
        self.add(EntryKind.SEVERITY, "Severity SEV-2 (Major degradation), as told by the assistant", written, data=data)
        return self

    def asked(self, written: str = "02:14:20", plan: str = "7f3a91c2", revision: int = 6, now: int = 7) -> "Story":
        data = {
            "action": "rollback_workload",
            "arguments": CALL | {"revision": revision},
            "target": TARGET,
            "headline": HEADLINE if revision == 6 else f"roll back {TARGET}, revision {now} -> {revision}",
            "before": f"revision {now}   checkout:1.{35 + now}",
            "after": f"revision {revision}   checkout:1.{35 + revision}",
        }
        self.add(EntryKind.PLAN, f"Proposed: {data['headline']}", written, plan=plan, data=data)
        self.add(EntryKind.QUESTION, f"Asked: {data['headline']}?", written, plan=plan, data={"text": "…", "box": "…"})
        return self

    def answered(
        self, said: str = "accepted", written: str = "02:14:31", plan: str = "7f3a91c2", **data: Any
    ) -> "Story":
        facts = {"said": said, "door": "chat", "seconds": 11.0, "accepted": said == "accepted", "why": ""} | data
        self.add(EntryKind.ANSWER, f"{said} {HEADLINE}", written, actor=PERSON, plan=plan, data=facts)
        return self

    def sent(self, written: str = "02:14:31", plan: str = "7f3a91c2", undo: int = 7) -> "Story":
        recipe = {"action": "rollback_workload", "arguments": CALL | {"revision": undo}, "shown": "…"}
        self.add(EntryKind.EVIDENCE, "Saved before the change: logs", written, plan=plan, data={"saved": {}})
        self.add(EntryKind.INTENT, "Carrying out", written, plan=plan, data={"undo": recipe})
        return self

    def outcome(
        self, status: str = "applied", text: str = "", written: str = "02:14:31", plan: str = "7f3a91c2"
    ) -> "Story":
        data = {"status": status, "target": TARGET, "headline": HEADLINE}
        self.add(EntryKind.OUTCOME, text or f"{HEADLINE}: done", written, plan=plan, data=data)
        return self

    def rolled_back(self) -> "Story":
        return self.asked().answered().sent().outcome()

    def verdict(self, verdict: str = "recovered", written: str = "02:15:37", text: str = "") -> "Story":
        words = text or f"{TARGET}: recovered, as promised. 3 of 3 ready for 60 s, no restart"
        self.add(EntryKind.VERDICT, words, written, data={"verdict": verdict, "checks": [], "target": TARGET})
        return self

    def told(self, kind: EntryKind, text: str, written: str, happened: str | None = None, **data: Any) -> "Story":
        self.add(kind, text, written, happened, actor=data.pop("actor", ASSISTANT), data=data)
        return self


def whole() -> Story:
    """Picture 2 of the product's pictures: found, asked, approved, rolled back, recovered."""
    return Story().assessed().severity().rolled_back().verdict()
