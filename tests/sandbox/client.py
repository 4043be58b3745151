"""A plain HTTPS client for the sandbox: what any program would send, and the JSON that comes back."""

import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from incident_sandbox import ManualClock, Sandbox, serve_sandbox

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"

CORE, APPS = "/api/v1/namespaces/shop", "/apis/apps/v1/namespaces/shop"
CHECKOUT = f"{APPS}/deployments/checkout"


@dataclass(frozen=True)
class Answer:
    code: int
    json: Any
    text: str

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Code, reason and message of a Status."""
        return self.code, self.json["reason"], self.json["message"]


class Kube:
    """A user of the sandbox, and the sandbox itself to drive."""

    def __init__(self, sandbox: Sandbox, http: httpx2.AsyncClient, token: str) -> None:
        self.sandbox = sandbox
        self.http = http
        self._token = token

    @property
    def cluster(self) -> Any:
        return self.sandbox.cluster

    def as_viewer(self) -> "Kube":
        return Kube(self.sandbox, self.http, self.sandbox.viewer_token)

    def as_nobody(self) -> "Kube":
        return Kube(self.sandbox, self.http, "")

    def headers(self, **more: str) -> dict[str, str]:
        identity = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return {"user-agent": "tester/1.0", **identity, **{key.replace("_", "-"): value for key, value in more.items()}}

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = self.headers(**headers)
        if body is not None:
            sent.setdefault("content-type", "application/json")
        content = body if body is None or isinstance(body, str) else json.dumps(body)
        response = await self.http.request(method, path, headers=sent, content=content)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return Answer(response.status_code, response.json() if is_json else None, response.text)

    async def get(self, path: str, **headers: str) -> Any:
        answer = await self.ask("GET", path, **headers)
        assert answer.code == 200, answer.text
        return answer.json

    async def patch(self, path: str, body: Any, kind: str = MERGE_PATCH) -> Answer:
        return await self.ask("PATCH", path, body, content_type=kind)

    async def names(self, path: str) -> list[str]:
        return [item["metadata"]["name"] for item in (await self.get(path))["items"]]

    async def rows(self, path: str) -> list[dict[str, Any]]:
        """A table's rows as column -> cell."""
        table = await self.get(path, accept=TABLE)
        columns = [column["name"] for column in table["columnDefinitions"]]
        return [dict(zip(columns, row["cells"], strict=True)) for row in table["rows"]]

    async def undo(self, revision: int, deployment: str = "checkout") -> Answer:
        """What `kubectl rollout undo --to-revision` sends."""
        items = (await self.get(f"{APPS}/replicasets?labelSelector=app={deployment}"))["items"]
        wanted = str(revision)
        target = next(i for i in items if i["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == wanted)
        template = target["spec"]["template"]
        del template["metadata"]["labels"]["pod-template-hash"]
        operations = [{"op": "replace", "path": "/spec/template", "value": template}]
        return await self.patch(f"{APPS}/deployments/{deployment}", operations, JSON_PATCH)

    async def lines(self, path: str) -> AsyncIterator[str]:
        async with self.http.stream("GET", path, headers=self.headers()) as response:
            assert response.status_code == 200
            async for line in response.aiter_lines():
                yield line

    async def watch(self, path: str) -> AsyncIterator[tuple[str, Any]]:
        """Events as (type, object)."""
        async for line in self.lines(path):
            event = json.loads(line)
            yield event["type"], event["object"]


@asynccontextmanager
async def served(scenario: str = "bad-rollout", *, clock: Callable[[], datetime] | None = None) -> AsyncGenerator[Kube]:
    """The admin of a fresh sandbox; without another clock, it is 02:14:03 UTC on 2026-11-24 until a test moves on."""
    async with serve_sandbox(scenario, clock=clock or ManualClock()) as sandbox:
        trust = ssl.create_default_context(cadata=sandbox.authority.decode())
        async with httpx2.AsyncClient(base_url=sandbox.url, verify=trust, timeout=20) as http:
            yield Kube(sandbox, http, sandbox.token)
