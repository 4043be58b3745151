"""The channels that are set up, each opened when it is first used, and which of them a message belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from incident_mcp.communicate.places import Places
from incident_mcp.services.service_place import ServicePlace
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Write

if TYPE_CHECKING:
    from incident_mcp.cluster.outside import Outside
    from incident_mcp.communicate.channel import Channel
    from incident_mcp.communicate.channels.email import Email
    from incident_mcp.communicate.channels.github import Github
    from incident_mcp.communicate.channels.jira import Jira
    from incident_mcp.communicate.channels.pagerduty import PagerDuty
    from incident_mcp.communicate.channels.slack import Slack
    from incident_mcp.communicate.channels.statuspage import Statuspage
    from incident_mcp.communicate.service import Service


class Switchboard:
    """Of one server. What is wrong with a place shows when it is used."""

    def __init__(self, places: Places, environment: Mapping[str, str], clock: Clock) -> None:
        self.places = places
        self._environment = environment
        self._clock = clock
        self._opened: list[Outside] = []

    @cached_property
    def slack(self) -> Slack | None:
        if self.places.slack is None:
            return None
        from incident_mcp.communicate.channels.slack import Slack

        return Slack(self._service("Slack", self.places.slack, "Bearer "), self.places.slack)

    @cached_property
    def statuspage(self) -> Statuspage | None:
        if self.places.statuspage is None:
            return None
        from incident_mcp.communicate.channels.statuspage import Statuspage

        return Statuspage(self._service("Statuspage", self.places.statuspage, "OAuth "), self.places.statuspage)

    @cached_property
    def email(self) -> Email | None:
        if self.places.email is None:
            return None
        from incident_mcp.communicate.channels.email import Email

        return Email(self.places.email, self._environment, self._clock)

    @cached_property
    def pagerduty(self) -> PagerDuty | None:
        place = self.places.pagerduty
        if place is None:
            return None
        from incident_mcp.communicate.channels.pagerduty import ACCEPT, PagerDuty

        headers = {"Accept": ACCEPT, "From": place.sender}
        return PagerDuty(self._service("PagerDuty", place, "Token token=", headers), place)

    @cached_property
    def github(self) -> Github | None:
        place = self.places.github
        if place is None:
            return None
        from incident_mcp.communicate.channels.github import ACCEPT, Github

        return Github(self._service("GitHub", place, "Bearer ", {"Accept": ACCEPT}), place)

    @cached_property
    def jira(self) -> Jira | None:
        place = self.places.jira
        if place is None:
            return None
        from incident_mcp.communicate.channels.jira import Jira

        return Jira(self._service("Jira", place, "", user=place.user), place)

    def of(self, write: Write) -> Channel:
        """Raises `BadRequest` where it is no longer set up."""
        channels = (self.slack, self.statuspage, self.email, self.pagerduty, self.github, self.jira)
        found = next((one for one in channels if one is not None and one.kind == write.target.kind), None)
        if found is None:
            raise BadRequest(f"{write.target} is not set up any more.", "See the settings.")
        return found

    def _service(
        self,
        name: str,
        place: ServicePlace,
        scheme: str,
        headers: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> Service:
        from incident_mcp.cluster.outside import Address, Outside
        from incident_mcp.communicate.service import Service

        address = Address(
            url=place.url,
            environment=self._environment,
            ca=place.ca,
            token_file=place.token_file,
            token_variable=place.token_variable,
            headers=headers or {},
            user=user,
            scheme=scheme,
        )
        outside = Outside(address, place.timeout)
        self._opened.append(outside)
        return Service(name, outside, self._clock)

    async def aclose(self) -> None:
        """Close the connections that are open."""
        for outside in self._opened:
            await outside.aclose()
