"""Tickets of Jira Cloud, by its REST API v3. It has no key against repeats: a label holds a marker of ours, and is what
is searched for. Its search lags by minutes, so that *not found* says nothing yet.
"""

from datetime import datetime, timedelta

from pydantic import JsonValue

from incident_mcp.communicate.channel import CantTell, Said, Sent, members
from incident_mcp.communicate.places import JiraPlace
from incident_mcp.communicate.service import Service, named
from incident_mcp.text.cleaning import one_line
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

KIND = "Jira project"
LABEL = "incident-follow-up"
SUMMARY = 255
LAGS = timedelta(minutes=5)


class Jira:
    """One project."""

    kind = KIND
    name = "Jira"

    def __init__(self, service: Service, place: JiraPlace) -> None:
        self._service = service
        self._place = place

    def message(self, title: str, text: str, marker: str) -> Write:
        paragraphs: list[JsonValue] = [
            {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in text.splitlines() if line
        ]
        return Write(
            method="POST",
            path="/rest/api/3/issue",
            content_type="application/json",
            body={
                "fields": {
                    "project": {"key": self._place.project},
                    "issuetype": {"name": self._place.issue_type},
                    "summary": one_line(title, SUMMARY),
                    "description": {"type": "doc", "version": 1, "content": paragraphs},
                    "labels": [LABEL, f"im-{marker}"],
                }
            },
            target=Ref(kind=KIND, name=self._place.project),
            shown=f"file in {self._place.project}: {title}",
            box=f"File: {title}",
            looks=f"Look into Jira project {self._place.project}.",
        )

    async def send(self, write: Write, permit: Permit) -> Sent:
        return self._sent(await self._service.send(write, permit))

    async def find(self, write: Write, since: datetime) -> Sent | None:
        found = await self.filed(self.said(write).marker)
        if found is None and self._service.clock() - since < LAGS:
            raise CantTell
        return found

    async def filed(self, marker: str) -> Sent | None:
        """The ticket with this marker, as far as the search knows."""
        query = f'project = {self._place.project} AND labels = "im-{marker}"'
        told = members(await self._service.ask("/rest/api/3/search/jql", {"jql": query, "fields": "summary"}))
        issues = told.get("issues")
        return self._sent(issues[0]) if isinstance(issues, list) and issues else None

    def said(self, write: Write) -> Said:
        fields = members(members(write.body).get("fields"))
        labels = fields.get("labels")
        marker = str(labels[-1]).removeprefix("im-") if isinstance(labels, list) and labels else ""
        return Said(marker=marker, status="filed", text=str(fields.get("summary")))

    def _sent(self, told: object) -> Sent:
        key = named(self.name, members(told).get("key"))  # pyright: ignore[reportArgumentType]
        return Sent(id=key, url=f"{self._place.url.rstrip('/')}/browse/{key}")
