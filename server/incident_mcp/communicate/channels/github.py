"""GitHub issues. GitHub has no key against repeats: a marker stands hidden in the body, and under a label of ours the
issues are listed to find it (a list is exact at once, the search lags; docs.github.com/rest/issues).
"""

from datetime import datetime

from incident_mcp.communicate.channel import Said, Sent, members
from incident_mcp.communicate.places import GithubPlace
from incident_mcp.communicate.service import Service, named
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

KIND = "GitHub issues"
ACCEPT = "application/vnd.github+json"
LABEL = "incident-follow-up"
PAGES = 10
"""Of a hundred issues, how many are read at most."""


class Github:
    """One repository."""

    kind = KIND
    name = "GitHub"

    def __init__(self, service: Service, place: GithubPlace) -> None:
        self._service = service
        self._repository = place.repository

    def message(self, title: str, text: str, marker: str) -> Write:
        return Write(
            method="POST",
            path=f"/repos/{self._repository}/issues",
            content_type="application/json",
            body={"title": title, "body": f"{text}\n\n{_hidden(marker)}", "labels": [LABEL]},
            target=Ref(kind=KIND, name=self._repository),
            shown=f"file in {self._repository}: {title}",
            box=f"File: {title}",
            looks=f"Look into the issues of {self._repository}.",
        )

    async def send(self, write: Write, permit: Permit) -> Sent:
        return _sent(await self._service.send(write, permit))

    async def find(self, write: Write, since: datetime) -> Sent | None:
        return await self.filed(self.said(write).marker)

    async def filed(self, marker: str) -> Sent | None:
        """The issue with this marker, open or closed."""
        for page in range(1, PAGES + 1):
            asked = {"state": "all", "labels": LABEL, "per_page": "100", "page": str(page)}
            told = await self._service.ask(f"/repos/{self._repository}/issues", asked)
            issues = [members(one) for one in told] if isinstance(told, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            found = next((one for one in issues if _hidden(marker) in str(one.get("body"))), None)
            if found is not None:
                return _sent(found)
            if len(issues) < 100:
                break
        return None

    def said(self, write: Write) -> Said:
        body = members(write.body)
        text, _, hidden = str(body.get("body")).rpartition("\n\n<!-- incident-mcp ")
        return Said(marker=hidden.removesuffix(" -->"), status="filed", text=f"{body.get('title')}\n{text}")


def _hidden(marker: str) -> str:
    return f"<!-- incident-mcp {marker} -->"


def _sent(told: object) -> Sent:
    issue = members(told)  # pyright: ignore[reportArgumentType]
    return Sent(id=f"#{named(Github.name, issue.get('number'))}", url=str(issue.get("html_url") or ""))
