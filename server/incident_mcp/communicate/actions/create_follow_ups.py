"""Follow-ups: a ticket for each in a tracker, and the postmortem meeting as an invitation; one box for each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from incident_mcp.communicate.telling import NOT_BACK, Telling, likeness
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Draft, Write
from incident_mcp.vocabulary.value import Value

if TYPE_CHECKING:
    from incident_mcp.communicate.channels.github import Github
    from incident_mcp.communicate.channels.jira import Jira
    from incident_mcp.vocabulary.entry import Entry

MOST = 8
"""Tickets in one question."""
_NONE, _LASTS = timedelta(), timedelta(minutes=3)
"""How long the later ones may be sent after the first."""


class FollowUpArguments(Value):
    """What is to be done, where it is filed, and when people meet."""

    items: list[str] = Field([], description="One line each.")
    checks: dict[str, str] = Field({}, description="Item: CODE KIND NS/NAME; done when found no more.")
    to: Literal["github", "jira"] | None = None
    meeting: str = Field("", description="UTC: 2026-11-26T14:00.", max_length=40)
    invite: list[str] = Field([], description="By mail.")


class CreateFollowUps(Telling):
    """Tickets and a meeting."""

    name = "create_follow_ups"
    title = "Create follow-ups"
    description = "File action items in GitHub or Jira, never twice; invite to the postmortem. A person is asked."
    arguments = FollowUpArguments

    async def preview(self, arguments: FollowUpArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where there is nothing to file, no tracker, or no time of a meeting."""
        about, entries = await self.told(known)
        warnings: list[str] = []
        writes = [*await self._tickets(arguments, about.name, entries, warnings), *self._meeting(arguments, about.name)]
        if not writes:
            why = "; ".join(warnings) or "no items, no meeting"
            raise BadRequest(f"Nothing is left to create: {why}.", "Give items, or a meeting.")
        many = len(writes) > 1
        return Draft(
            target=about,
            title="Create them" if many else writes[0].box,
            headline=f"create {len(writes)} follow-ups of {about}" if many else f"create a follow-up of {about}",
            before="not filed",
            after="; ".join(write.shown for write in writes),
            pods="; ".join(dict.fromkeys(str(write.target) for write in writes)),
            facts=(),
            writes=tuple(writes),
            lasts=_LASTS if many else _NONE,
            likeness=likeness(arguments.model_dump(mode="json")),
            texts=tuple(line for write in writes for line in self._says(write)),
            warnings=tuple(warnings),
            undo=NOT_BACK,
        )

    async def _tickets(
        self, given: FollowUpArguments, incident: str, entries: list[Entry], warnings: list[str]
    ) -> list[Write]:
        """One for each item that neither the tracker nor the record holds yet, nor may hold."""
        import hashlib

        from incident_mcp.communicate.checks import checks_of, title_of
        from incident_mcp.communicate.sent import unsure

        if len(given.items) > MOST:
            raise BadRequest(f"At most {MOST} items in one question.", "Call it again for the others.")
        titles = list(dict.fromkeys(filter(None, (title_of(item) for item in given.items))))
        checks = checks_of(given.checks, titles)
        if not titles:
            return []
        tracker, writes = self._tracker(given.to), list[Write]()
        known = {str(entry.data["marker"]): str(entry.data.get("id")) for entry in entries if "marker" in entry.data}
        open_ones = unsure(entries, self.name, self.clock())
        for title in titles:
            marker = hashlib.sha256(f"{incident}\n{title.casefold()}".encode()).hexdigest()[:16]
            done = f" Done when {checks[title]} is found no more." if title in checks else ""
            write = tracker.message(title, f"Follow-up of incident {incident}.{done}", marker)
            if marker in known:
                warnings.append(f"filed already: {known[marker]} {title}")
            elif there := await tracker.filed(marker):
                warnings.append(f"filed already: {there.id} {title}")
            elif write.shown in open_ones:
                warnings.append(f"nobody knows yet whether it was filed ({open_ones[write.shown]}): {title}")
            else:
                writes.append(write)
        return writes

    def _tracker(self, to: Literal["github", "jira"] | None) -> Github | Jira:
        tracker = {"github": self.board.github, "jira": self.board.jira, None: self.board.github or self.board.jira}[to]
        if tracker is None:
            raise BadRequest("No such tracker is set up.", "Give [github] or [jira] in the settings.")
        return tracker

    def _meeting(self, given: FollowUpArguments, incident: str) -> list[Write]:
        import hashlib
        import re

        from incident_mcp.communicate.meeting import begins, invitation

        if not given.meeting:
            return []
        mail, place = self.board.email, self.board.places.email
        if mail is None or place is None:
            raise BadRequest("No mail server is set up.", "Give [email] in the settings, or send it yourself.")
        wrong = [one for one in given.invite if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", one)]
        if wrong or not given.invite:
            raise BadRequest("An invitation wants the mail addresses of those invited.", "Give invite.")
        at, title = begins(given.meeting, self.clock()), f"Postmortem of {incident}"
        marker = hashlib.sha256(f"{incident}\n{at.isoformat()}\n{sorted(given.invite)}".encode()).hexdigest()[:16]
        text = f"{title}, {at:%Y-%m-%d %H:%M} UTC, one hour. For: {', '.join(given.invite)}."
        uid = f"{marker}@{place.sender.partition('@')[2]}"
        calendar = invitation(title, text, at, organizer=place.sender, invited=given.invite, uid=uid, now=self.clock())
        return [
            mail.message(
                text, subject=title, status="invited", marker=marker, to=tuple(given.invite), calendar=calendar
            )
        ]

    def _says(self, write: Write) -> list[str]:
        said = self.board.of(write).said(write).text
        return [f"{write.box}:", *(f"  {line}" for line in said.splitlines() if line.strip())]
