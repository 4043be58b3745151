"""Slack, Statuspage, PagerDuty, GitHub and Jira as local servers that keep what they are told, and are ill on request.

They follow the documented contracts as far as we use them: paths, tokens, bodies, errors and rate limits. A fault is
met by the next request that writes, and says by its name whether the write was carried out before it showed.
"""

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from tests.cluster.connection.recorder import Drop, Hang, Recorder, Reply, Seen, recording

Fault = Literal[
    "busy", "busy for long", "500 before", "500 after", "drop before", "drop after", "cut after", "slow", "html",
    "wrong token", "error inside",
]  # fmt: skip
TOKEN = "a-token-of-the-tests"
DONE_FIRST = ("500 after", "drop after", "cut after", "slow")


@dataclass
class Local:
    """What all of them share: who may ask, and what goes wrong."""

    scheme: str
    faults: list[Fault] = field(default_factory=list[Fault])
    writes: list[Seen] = field(default_factory=list[Seen])
    """Requests that write, as they arrived, whatever became of them."""
    recorder: Recorder | None = None

    @property
    def url(self) -> str:
        assert self.recorder is not None
        return self.recorder.url

    async def handle(self, seen: Seen) -> Reply:
        if not self.authorized(seen.one("authorization")):
            return self.unauthorized()
        url = urlsplit(seen.target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if seen.method == "GET":
            return self.read(url.path, query)
        self.writes.append(seen)
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault in DONE_FIRST:
            reply = self.write(seen.method, url.path, json.loads(seen.body))
            return reply if fault is None else await self.ill(fault, reply)
        return await self.ill(fault, Reply())

    def authorized(self, header: str) -> bool:
        return header == f"{self.scheme}{TOKEN}"

    async def ill(self, fault: Fault, reply: Reply) -> Reply:
        match fault:
            case "busy":
                return Reply(429, {"error": "ratelimited"}, {"Retry-After": "1"})
            case "busy for long":
                return Reply(429, {"error": "ratelimited"}, {"Retry-After": "600"})
            case "500 before" | "500 after":
                return Reply(503, b"<html>try later</html>")
            case "drop before" | "drop after":
                raise Drop
            case "cut after":
                reply.cut = True
                return reply
            case "slow":
                raise Hang
            case "html":
                return Reply(200, b"<html>log in here</html>")
            case "wrong token":
                return self.unauthorized()
            case "error inside":
                return Reply(200, {"error": "something is wrong", "message": "something is wrong", "errors": []})

    def unauthorized(self) -> Reply:
        return Reply(401, {"error": "Could not authenticate"})

    def read(self, path: str, query: dict[str, str]) -> Reply:
        raise NotImplementedError

    def write(self, method: str, path: str, body: Any) -> Reply:
        raise NotImplementedError


@dataclass
class LocalSlack(Local):
    scheme: str = "Bearer "
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refuses: str = ""
    """The error that it says, with status 200, to the next message."""

    def unauthorized(self) -> Reply:
        return Reply(200, {"ok": False, "error": "invalid_auth"})

    def write(self, method: str, path: str, body: Any) -> Reply:
        assert (method, path) == ("POST", "/chat.postMessage")
        if self.refuses:
            return Reply(200, {"ok": False, "error": self.refuses})
        ts = f"{1_795_000_000 + len(self.messages)}.000100"
        self.messages.append({**body, "ts": ts})
        return Reply(200, {"ok": True, "channel": body["channel"], "ts": ts, "message": {"text": body["text"]}})

    def read(self, path: str, query: dict[str, str]) -> Reply:
        assert query["include_all_metadata"] == "true"
        found = [one for one in self.messages if one["channel"] == query["channel"]]
        if path == "/conversations.replies":
            found = [one for one in found if query["ts"] in (one["ts"], one.get("thread_ts"))]
        else:
            assert path == "/conversations.history"
            found = [one for one in found if "thread_ts" not in one]
        return Reply(200, {"ok": True, "messages": found[::-1], "has_more": False})


@dataclass
class LocalStatuspage(Local):
    scheme: str = "OAuth "
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def write(self, method: str, path: str, body: Any) -> Reply:
        given = body["incident"]
        if method == "POST":
            assert path == "/pages/page1/incidents"
            name = f"inc{len(self.incidents) + 1}"
            self.incidents[name] = {"id": name, "shortlink": f"https://stspg.io/{name}", "incident_updates": []}
        else:
            assert method == "PATCH"
            name = path.rpartition("/")[2]
            if name not in self.incidents:
                return Reply(404, {"error": "Not found"})
        incident = self.incidents[name]
        incident |= given
        incident["incident_updates"].insert(0, {"body": given["body"], "status": given["status"]})
        return Reply(201 if method == "POST" else 200, incident)

    def read(self, path: str, query: dict[str, str]) -> Reply:
        unresolved = path == "/pages/page1/incidents/unresolved"
        assert unresolved or path == "/pages/page1/incidents"
        found = [one for one in self.incidents.values() if not unresolved or one["status"] != "resolved"]
        return Reply(200, found)


@dataclass
class LocalPagerDuty(Local):
    scheme: str = "Token token="
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    notes: list[str] = field(default_factory=list[str])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def write(self, method: str, path: str, body: Any) -> Reply:
        name, _, what = path.removeprefix("/incidents/").partition("/")
        incident = self.incidents.get(name)
        if incident is None:
            return Reply(404, {"error": {"message": "Not Found", "code": 2100}})
        match method, what:
            case "PUT", "":
                if incident["status"] == "resolved":
                    wrong = {"message": "Incident Already Resolved", "code": 1001}
                    return Reply(400, {"error": wrong})
                incident["status"] = body["incident"]["status"]
                return Reply(200, {"incident": incident})
            case "POST", "notes":
                self.notes.append(body["note"]["content"])
                return Reply(200, {"note": {"id": f"N{len(self.notes)}", **body["note"]}})
            case "POST", "responder_requests":
                self.requests.append(body)
                incident["responder_requests"] = self.requests
                return Reply(200, {"responder_request": {"incident": {"id": name}}})
            case _:
                raise AssertionError((method, path))

    def read(self, path: str, query: dict[str, str]) -> Reply:
        if path == "/oncalls":
            who = {"escalation_level": 1, "user": {"summary": "Ada"}, "escalation_policy": {"id": "PTEAM"}}
            return Reply(200, {"oncalls": [who]})
        if path.startswith("/services/"):
            return Reply(200, {"service": {"id": "PSERVICE", "escalation_policy": {"id": "POWN"}}})
        name, _, what = path.removeprefix("/incidents/").partition("/")
        if name not in self.incidents:
            return Reply(404, {"error": {"message": "Not Found", "code": 2100}})
        if what == "notes":
            return Reply(200, {"notes": [{"content": one} for one in self.notes]})
        return Reply(200, {"incident": self.incidents[name]})


@dataclass
class LocalGithub(Local):
    scheme: str = "Bearer "
    issues: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def write(self, method: str, path: str, body: Any) -> Reply:
        assert (method, path) == ("POST", "/repos/acme/incidents/issues")
        number = len(self.issues) + 1
        issue = {**body, "number": number, "html_url": f"https://github.example/acme/incidents/issues/{number}"}
        self.issues.append(issue)
        return Reply(201, issue)

    def read(self, path: str, query: dict[str, str]) -> Reply:
        assert (path, query["state"]) == ("/repos/acme/incidents/issues", "all")
        found = [one for one in self.issues if query["labels"] in one["labels"]]
        size = int(query["per_page"])
        first = (int(query["page"]) - 1) * size
        return Reply(200, found[first : first + size])


@dataclass
class LocalJira(Local):
    scheme: str = "Basic "
    tickets: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    lags: bool = False
    """Its search does not know of anything yet."""

    def authorized(self, header: str) -> bool:
        return base64.b64decode(header.removeprefix(self.scheme)).decode() == f"ada@example.com:{TOKEN}"

    def write(self, method: str, path: str, body: Any) -> Reply:
        assert (method, path) == ("POST", "/rest/api/3/issue")
        fields = body["fields"]
        if fields["description"]["type"] != "doc":
            return Reply(400, {"errorMessages": [], "errors": {"description": "must be an Atlassian Document"}})
        self.tickets.append(fields)
        return Reply(201, {"id": "1", "key": f"OPS-{len(self.tickets)}"})

    def read(self, path: str, query: dict[str, str]) -> Reply:
        assert path == "/rest/api/3/search/jql"
        found = [
            {"key": f"OPS-{number}"}
            for number, fields in enumerate(self.tickets, 1)
            if any(f'"{label}"' in query["jql"] for label in fields["labels"])
        ]
        return Reply(200, {"issues": [] if self.lags else found, "isLast": True})


@asynccontextmanager
async def served(local: Local) -> AsyncGenerator[None]:
    async with recording(local.handle) as recorder:
        local.recorder = recorder
        yield
