"""Our server beside local services, and a person who ticks what a test says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp.types import ElicitResult

from incident_mcp.communicate.places import (
    EmailPlace,
    GithubPlace,
    JiraPlace,
    PagerDutyPlace,
    SlackPlace,
    StatuspagePlace,
)
from incident_mcp.vocabulary.entry import Entry, EntryKind
from tests.communicate.services import (
    TOKEN,
    LocalGithub,
    LocalJira,
    LocalPagerDuty,
    LocalSlack,
    LocalStatuspage,
    served,
)
from tests.surface.world import ACCEPT, Mode, World, data_of, text_of, world

IMPACT = "Payments fail for about half of the shoppers."
ALL = ElicitResult(action="accept", content={"send_1": True, "send_2": True})


@dataclass
class Talk:
    """What a test holds."""

    here: World
    slack: LocalSlack
    page: LocalStatuspage
    duty: LocalPagerDuty
    github: LocalGithub
    jira: LocalJira
    answers: list[ElicitResult] = field(default_factory=list[ElicitResult])
    act: Callable[[], None] = lambda: None
    """Done while the question is on the screen."""

    async def post(self, answer: ElicitResult = ALL, /, **arguments: Any) -> dict[str, Any]:
        self.answers.append(answer)
        return data_of(await self.here.call("post_update", **{"status": "investigating", "impact": IMPACT} | arguments))

    async def refused(self, tool: str = "post_update", /, **arguments: Any) -> str:
        given = {"status": "investigating", "impact": IMPACT} if tool == "post_update" else {}
        result = await self.here.call(tool, **given | arguments)
        assert result.is_error, text_of(result)
        return text_of(result)

    async def shown(self, **arguments: Any) -> str:
        given = {"status": "investigating", "impact": IMPACT} | arguments
        return "\n".join(data_of(await self.here.call("preview_change", tool="post_update", arguments=given))["page"])

    def sent(self) -> list[Entry]:
        return [entry for entry in self.here.entries() if entry.kind is EntryKind.UPDATE]


@asynccontextmanager
async def talk(
    home: Path,
    *,
    channels: tuple[str, ...] = ("slack", "statuspage"),
    email: EmailPlace | None = None,
    asks: bool = True,
    mode: Mode = "2026-07-28",
    **more: Any,
) -> AsyncGenerator[Talk]:
    """`asks`: whether the client can show forms."""
    slack, page, duty, github, jira = LocalSlack(), LocalStatuspage(), LocalPagerDuty(), LocalGithub(), LocalJira()
    answers: list[ElicitResult] = []
    acts: list[Talk] = []

    async def answer() -> ElicitResult:
        acts[0].act()
        return answers.pop(0) if answers else ACCEPT

    async with served(slack), served(page), served(duty), served(github), served(jira):
        token = home / "token"
        home.mkdir(parents=True, exist_ok=True)
        token.write_text(TOKEN)
        places: dict[str, Any] = {
            "slack": SlackPlace(url=slack.url, channel="C1", name="#incidents", token_file=token, timeout=2),
            "statuspage": StatuspagePlace(
                url=page.url, page="page1", token_file=token, components={"Checkout": "cmp1"}, timeout=2
            ),
            "pagerduty": PagerDutyPlace(
                url=duty.url,
                sender="ada@example.com",
                user_id="PUSER",
                service_id="PSERVICE",
                escalation={"SEV-1": ("PALL", "PTEAM"), "SEV-2": ("PTEAM",)},
                token_file=token,
                timeout=2,
            ),
        }
        places["github"] = GithubPlace(url=github.url, repository="acme/incidents", token_file=token, timeout=2)
        places["jira"] = JiraPlace(url=jira.url, user="ada@example.com", project="OPS", token_file=token, timeout=2)
        wanted = {name: places[name] for name in channels} | ({"email": email} if email else {})
        async with world(home, mode, answer if asks else None, **wanted, **more) as here:
            made = Talk(here, slack, page, duty, github, jira, answers)
            acts.append(made)
            yield made
