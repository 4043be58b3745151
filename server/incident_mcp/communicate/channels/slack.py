"""Slack, by its Web API: one thread an incident.

Slack has no key against repeats, so each message carries a marker of ours in its metadata, by which it is found again
in the channel's history or the thread. Slack's errors come with status 200 (docs.slack.dev/apis/web-api).
"""

from datetime import datetime, timedelta
from typing import Any

from incident_mcp.communicate.channel import Said, Sent, members
from incident_mcp.communicate.places import SlackPlace
from incident_mcp.communicate.service import Json, Service
from incident_mcp.services.refusals import refusal
from incident_mcp.vocabulary.errors import BadRequest, ClusterError, ServerFailed
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

KIND = "Slack channel"
EVENT = "incident_update"
LONGEST = 4000
"""Characters that Slack advises for one text; it cuts at ten times that."""
CLOCKS = timedelta(seconds=60)
"""How far Slack's clock may be from ours."""
MAY_BE_DONE = ("fatal_error", "internal_error")
"""After these a part may have been done (chat.postMessage, errors)."""
_STATUS = {
    **dict.fromkeys(("not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive"), 401),
    **dict.fromkeys(("missing_scope", "not_in_channel", "restricted_action", "ekm_access_denied"), 403),
    **dict.fromkeys(("channel_not_found", "thread_not_found"), 404),
    **dict.fromkeys(MAY_BE_DONE, 500),
}


class Slack:
    """One channel of one workspace."""

    kind = KIND

    def __init__(self, service: Service, place: SlackPlace) -> None:
        self._service = service
        self.name = f"Slack {place.name or place.channel}"
        self._channel = place.channel

    def message(self, text: str, *, status: str, marker: str, thread: str) -> Write:
        """`thread` is the first message of the incident; empty: this is it. Raises `BadRequest` for a text that Slack
        would cut.
        """
        escaped = escape(text)
        if len(escaped) > LONGEST:
            raise BadRequest(
                f"The text for Slack has {len(escaped)} characters; Slack takes {LONGEST}.", "Give a shorter one."
            )
        payload = {"marker": marker, "status": status}
        body: Json = {"channel": self._channel, "text": escaped, "unfurl_links": False}
        body |= {"metadata": {"event_type": EVENT, "event_payload": payload}}
        if thread:
            body["thread_ts"] = thread
        return Write(
            method="POST",
            path="/chat.postMessage",
            content_type="application/json",
            body=body,
            target=Ref(kind=KIND, name=self._channel),
            shown=f"post to {self.name}",
            box=f"Post to {self.name}",
            looks=f"Look into {self.name}.",
        )

    async def send(self, write: Write, permit: Permit) -> Sent:
        return _sent(self._checked(await self._service.send(write, permit)))

    async def find(self, write: Write, since: datetime) -> Sent | None:
        """In the thread, else in the channel, from just before it was sent."""
        body = members(write.body)
        thread, method = body.get("thread_ts"), "/conversations.history"
        asked = {"channel": self._channel, "oldest": f"{(since - CLOCKS).timestamp():.6f}", "inclusive": "true"}
        asked |= {"limit": "200", "include_all_metadata": "true"}
        if isinstance(thread, str):
            method, asked["ts"] = "/conversations.replies", thread
        told = self._checked(await self._service.ask(method, asked))
        marker = self.said(write).marker
        return next((_sent(one) for one in _list(told, "messages") if _marker(one) == marker), None)

    def said(self, write: Write) -> Said:
        body = members(write.body)
        payload = members(members(body.get("metadata")).get("event_payload"))
        return Said(
            marker=str(payload.get("marker")), status=str(payload.get("status")), text=unescape(str(body.get("text")))
        )

    def _checked(self, told: Any) -> Json:
        if not isinstance(told, dict) or "ok" not in told:
            raise ServerFailed(f"What {self.name} answers is not Slack's.", "Check its address in the settings.")
        found: Json = told  # pyright: ignore[reportUnknownVariableType]
        if found["ok"] is True:
            return found
        raise self._refusal(str(found.get("error", "")))

    def _refusal(self, code: str) -> ClusterError:
        error = refusal(self.name, _STATUS.get(code, 400), code)
        if code == "not_in_channel":
            error.next_step = "Invite the bot into the channel."
        return error


def escape(text: str) -> str:
    """So that nothing in it becomes a mention or a link: the three characters that Slack asks for."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _sent(message: Json) -> Sent:
    return Sent(id=str(message.get("ts", "")))


def _marker(message: Any) -> str:
    payload = members(members(members(message).get("metadata")).get("event_payload"))
    return str(payload.get("marker", ""))


def _list(told: Json, key: str) -> list[Any]:
    found = told.get(key)
    return found if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]
