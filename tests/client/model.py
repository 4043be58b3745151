"""A scripted stand-in for the model: the Messages API on loopback, as far as Claude Code asks for it.

What it says next depends on how many turns a conversation has had, and, where a step is a function, on what the last
tools answered. Sub-agents are conversations of their own, told apart by a mark in what they were first given. Requests
without tools (titles, token counts) get a harmless answer.
https://docs.anthropic.com/en/api/messages-streaming describes the events.
"""

import json
import threading
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

Block = dict[str, Any]
Step = list[Block] | Callable[[str], list[Block]]
"""What the model says in one turn; a function is given the text of everything since its last turn."""


def say(text: str) -> Block:
    return {"type": "text", "text": text}


def call(tool: str, /, **arguments: Any) -> Block:
    return {"type": "tool_use", "name": tool, "input": arguments}


@dataclass
class Model:
    """The scripts that it plays, by the mark of their conversation (the last one, empty, is for all others)."""

    scripts: Mapping[str, Sequence[Step]]
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """The requests with tools, as they came."""

    def turn(self, request: dict[str, Any]) -> list[Block]:
        """The answer to one request."""
        if not request.get("tools"):
            return [say('{"title": "scripted", "isNewTopic": false}')]
        self.asked.append(request)
        messages: list[dict[str, Any]] = request["messages"]
        spoken = [at for at, one in enumerate(messages) if one["role"] == "assistant" and not _waits(one)]
        if _still_connecting(request):
            return [call(WAIT)]
        steps = next(steps for mark, steps in self.scripts.items() if mark in _head(request))
        if len(spoken) >= len(steps):
            return [say("Nothing more to say.")]
        step = steps[len(spoken)]
        since = messages[spoken[-1] + 1 :] if spoken else messages
        return step("\n".join(text_of(one["content"]) for one in since)) if callable(step) else step

    def heard(self, mark: str = "") -> str:
        """All that it was given so far, in the conversations with this mark."""
        asked = [request for request in self.asked if mark in _head(request)]
        return "\n".join(text_of(one["content"]) for request in asked for one in request["messages"])


def _head(request: dict[str, Any]) -> str:
    return text_of(request.get("system")) + text_of(request["messages"][0]["content"])


WAIT = "WaitForMcpServers"
"""An older client offers it while a server is starting."""


def _waits(message: dict[str, Any]) -> bool:
    return any(one.get("name") == WAIT for one in _blocks(message["content"]))


def _blocks(content: Any) -> list[Block]:
    return cast("list[Block]", content) if isinstance(content, list) else []


def _still_connecting(request: dict[str, Any]) -> bool:
    names = [str(tool.get("name")) for tool in request["tools"]]
    return WAIT in names and not any(name.startswith("mcp__") for name in names)


def text_of(content: Any) -> str:
    """The text of a message's content or of a system prompt, tool results included."""
    if isinstance(content, str):
        return content
    return "\n".join(str(one.get("text") or text_of(one.get("content"))) for one in _blocks(content))


@contextmanager
def scripted(*steps: Step, **marked: Sequence[Step]) -> Generator[Model]:
    """Serve on a free port of the loopback. `marked`: scripts of sub-agents, by a word in what they are given."""
    model = Model({**marked, "": steps})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"model": model}))
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    model: Model
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's word
        """Quiet."""

    def do_HEAD(self) -> None:
        self._json({})

    def do_GET(self) -> None:
        self._json({"data": [], "has_more": False})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path.endswith("/count_tokens"):
            self._json({"input_tokens": len(body) // 4})
        elif path.endswith("/v1/messages"):
            request = json.loads(body)
            blocks = [_numbered(one) for one in self.model.turn(request)]
            self._stream(request, blocks) if request.get("stream") else self._json(_message(request, blocks))
        else:
            self._json({})

    def _json(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, request: dict[str, Any], blocks: list[Block]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for name, data in _events(request, blocks):
            self.wfile.write(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())
        self.close_connection = True


def _numbered(block: Block) -> Block:
    """A call of a tool has an id of its own, however often a script says it."""
    return {**block, "id": f"toolu_{uuid.uuid4().hex[:20]}"} if block["type"] == "tool_use" else block


def _message(request: dict[str, Any], blocks: list[Block]) -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {
        "id": f"msg_{uuid.uuid4().hex[:20]}",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "scripted"),
        "content": blocks,
        "stop_reason": "tool_use" if any(one["type"] == "tool_use" for one in blocks) else "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }


def _events(request: dict[str, Any], blocks: list[Block]) -> Generator[tuple[str, dict[str, Any]]]:
    message = _message(request, blocks)
    yield "message_start", {"message": {**message, "content": [], "stop_reason": None}}
    for index, block in enumerate(blocks):
        if block["type"] == "text":
            start: Block = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield "content_block_start", {"index": index, "content_block": start}
        yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"delta": ended, "usage": {"output_tokens": 1}}
    yield "message_stop", {}
