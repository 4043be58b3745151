"""The plan of one update: the texts, what may not go out, who has it already, and one write for each channel."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from incident_mcp.communicate.actions.post_update import UpdateArguments, Where
from incident_mcp.communicate.facts import Facts, facts_of
from incident_mcp.communicate.leaks import leaks
from incident_mcp.communicate.sent import messages, thread, unsure
from incident_mcp.communicate.switchboard import Switchboard
from incident_mcp.communicate.telling import NOT_BACK, facts, likeness
from incident_mcp.text.cleaning import clean, one_line
from incident_mcp.text.masking import mask
from incident_mcp.text.templates import render
from incident_mcp.text.words import listed, minute
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Draft, Write
from incident_mcp.vocabulary.refs import Ref

ALL: tuple[Where, ...] = ("slack", "statuspage", "email")
NAMES: dict[Where, str] = {"slack": "Slack", "statuspage": "status page", "email": "e-mail"}
AGAIN = timedelta(minutes=5)
"""The same words to the same channel within this time are a repeat, not an update."""
LATEST = 24 * 60
"""Minutes until the next update, at most."""
LASTS = timedelta(minutes=2)
"""How long the later messages of one plan may be sent after the first."""
NEEDS = {"identified": "found", "monitoring": "done", "resolved": "recovered"}
"""What the record must prove before the status is said."""
PROVES = {
    "found": "a finding or a cause",
    "done": "a change that was carried out, or a fix",
    "recovered": "a verdict of verify_fix that it recovered, with nothing after it",
}


class Update:
    """One call of `post_update` over one record."""

    def __init__(
        self, board: Switchboard, given: UpdateArguments, about: Ref, entries: Sequence[Entry], now: datetime
    ) -> None:
        self._board = board
        self._given = given
        self._about = about
        self._entries = entries
        self._now = now
        self._facts: Facts = facts_of(entries, now)
        asked = given.model_dump(mode="json", exclude={"to"})
        self._likeness = likeness(about.name, asked)

    def draft(self) -> Draft:
        """Raises `BadRequest` where a text may not go out, or nobody is left to be told."""
        internal, public = self._internal(), self._public()
        self._check(public)
        warnings: list[str] = []
        ways: list[Where] = [way for way in self._ways(warnings) if not self._has_it(way, warnings)]
        if not ways:
            raise BadRequest(f"Everybody has this update: {listed(warnings)}.", "Say what is new, or wait for news.")
        writes = tuple(self._write(way, internal, public) for way in ways)
        texts = [line for way, write in zip(ways, writes, strict=True) for line in self._says(way, write)]
        if missing := self._missing():
            texts += [f"Not set up: {missing}. To copy:", *_indented(public)]
        whom = listed([write.box for write in writes])
        return Draft(
            target=self._about,
            title=writes[0].box if len(writes) == 1 else "Send the update",
            headline=f"tell {listed([NAMES[way] for way in ways])} about {self._about}: {self._given.status}",
            before=self._before(),
            after=f"{self._given.status}; next update {self._next()}",
            pods=whom,
            facts=facts([*self._entries]),
            writes=writes,
            lasts=LASTS if len(writes) > 1 else timedelta(),
            likeness=f"{self._likeness}/{','.join(ways)}",
            texts=tuple(texts),
            warnings=tuple(warnings),
            undo=NOT_BACK,
        )

    def _internal(self) -> str:
        """For colleagues: what the record holds, secrets masked."""
        if self._given.internal:
            return mask(clean(self._given.internal, keep_lines=True)).strip()
        facts, incident = self._facts, self._facts.incident
        return mask(
            render(
                "messages/internal.md.j2",
                title=incident.title,
                status=self._given.status,
                severity=incident.severity or "",
                correction=facts.said_over,
                impact=self._given.impact,
                conditions=facts.conditions,
                actions=facts.actions,
                needs=facts.needs,
                eta=self._given.eta,
                next_update=self._next(),
                commander=incident.roles["commander"],
                incident=incident.id,
            )
        ).strip()

    def _public(self) -> str:
        """For everybody: nothing of the record but the time."""
        if self._given.public:
            return clean(self._given.public, keep_lines=True).strip()
        return render(
            "messages/public.md.j2",
            status=self._given.status,
            since=minute(self._facts.incident.opened),
            correction=self._facts.said_over,
            impact=self._given.impact,
            eta=self._given.eta,
            next_update=self._next(),
        ).strip()

    def _next(self) -> str:
        if self._given.next_minutes is not None:
            return f"by {minute(self._now + timedelta(minutes=self._given.next_minutes))}"
        if self._given.status == "resolved":
            return "none is planned"
        return f"by {minute(self._now + self._facts.every)}"

    def _check(self, public: str) -> None:
        given = self._given
        if not given.impact.strip():
            raise BadRequest("An update says who feels what.", "Give impact in words for everybody.")
        if given.next_minutes is not None and not 0 < given.next_minutes <= LATEST:
            raise BadRequest("The next update comes within a day.", f"next_minutes is 1 to {LATEST}.")
        self._check_claims()
        page = self._board.statuspage
        found = leaks(
            f"{public}\n{self._title()}",
            "the public text",
            names=self._facts.names,
            public_hosts=page.public_hosts if page else (),
        )
        if found:
            raise BadRequest(
                f"The public text may not go out. It holds {listed([str(one) for one in found], 6)}.",
                "Say it without that (impact, eta, public). Public host names belong into public_hosts.",
            )

    def _check_claims(self) -> None:
        given, proof = self._given, self._facts.proof
        need = NEEDS.get(given.status, "")
        proven = not need or getattr(proof, need) or (need == "done" and (proof.fixed or proof.recovered))
        if not proven:
            raise BadRequest(
                f"The record does not prove {given.status!r}: it holds no entry of {PROVES[need]}.",
                "Post what is proven, or see to the proof first (verify_fix).",
            )
        said = "\n".join((given.impact, given.eta, given.internal, given.public))
        if lacking := next(iter(proof.lacking(said)), None):
            sentence, what = lacking
            raise BadRequest(
                f"{one_line(sentence, 160)!r} says {what}, and no entry of the record proves it.",
                "Say what is known, or see to the proof first (verify_fix, record_entry fix).",
            )
        if not proof.recovered and "operational" in given.components.values():
            raise BadRequest(
                f"A component that is operational again wants {PROVES['recovered']}.", "Call verify_fix first."
            )

    def _ways(self, warnings: list[str]) -> Iterator[Where]:
        if absent := [NAMES[way] for way in self._given.to or () if getattr(self._board.places, way) is None]:
            raise BadRequest(
                f"Not set up: {listed(absent)}. To copy: {self._public()}", "See examples/settings.toml, or copy it."
            )
        wanted = self._given.to or ALL
        ways: list[Where] = [way for way in wanted if getattr(self._board.places, way) is not None]
        if not ways:
            raise BadRequest(
                f"No channel is set up ([slack], [statuspage], [email]). To copy for colleagues: {self._internal()} "
                f"For everybody: {self._public()}",
                "A person sends it, then record_entry update.",
            )
        if self._facts.said_over:
            warnings.append(f"it corrects {self._facts.said_over}, which said resolved")
        yield from list(dict.fromkeys(ways))

    def _missing(self) -> str:
        """What is not set up, said once an incident: with its first update."""
        before = [e for e in self._entries if e.kind is EntryKind.UPDATE and "marker" in e.data]
        if before or self._given.to:
            return ""
        return listed([NAMES[way] for way in ALL if getattr(self._board.places, way) is None])

    def _has_it(self, way: Where, warnings: list[str]) -> bool:
        """Whether these words went there just now, or may have."""
        kind = NAMES[way] if way != "slack" else "Slack channel"
        for one in messages(self._entries):
            if one.kind == kind and one.likeness.startswith(self._likeness) and self._now - one.at < AGAIN:
                warnings.append(f"{NAMES[way]} has it already ({one.entry})")
                return True
        for what, entry in unsure(self._entries, "post_update", self._now).items():
            if what == self._shown(way):
                warnings.append(f"{NAMES[way]}: nobody knows whether the last message went out ({entry})")
                return way not in (self._given.to or ())
        return False

    def _shown(self, way: Where) -> str:
        return self._write(way, "-", "-").shown

    def _write(self, way: Where, internal: str, public: str) -> Write:
        marker, status = secrets.token_hex(8), self._given.status
        if way == "slack" and (slack := self._board.slack):
            place = self._board.places.slack
            first = thread(self._entries, slack.kind, place.channel if place else "")
            return slack.message(internal, status=status, marker=marker, thread=first)
        if way == "statuspage" and (page := self._board.statuspage):
            place = self._board.places.statuspage
            first = thread(self._entries, page.kind, place.page if place else "")
            return page.message(
                public,
                title=self._title(),
                status=status,
                marker=marker,
                thread=first,
                components=dict(self._given.components),
            )
        mail = self._board.email
        assert mail is not None  # noqa: S101 - the ways are those that are set up
        subject = render("messages/subject.md.j2", status=status, impact=self._title())
        return mail.message(public, subject=subject, status=status, marker=marker)

    def _title(self) -> str:
        return one_line(self._given.impact, 100)

    def _before(self) -> str:
        told = messages(self._entries)
        if not told:
            return "nobody was told yet"
        return f"told last: {told[-1].status} at {minute(told[-1].at)} ({told[-1].entry})"

    def _says(self, way: Where, write: Write) -> Iterator[str]:
        yield f"{write.box}:"
        yield from _indented(self._board.of(write).said(write).text)
        if way == "statuspage":
            yield "  (the page tells its subscribers)"
            for name, state in self._given.components.items():
                yield f"  {name}: {state}"


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines() if line.strip()]
