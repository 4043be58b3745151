"""What stands before every page: who asks (host and origin), how much is sent, and what a browser may do with it.

Another site's page can make this browser send a request here, and a name of its own can be made to point at this
machine (DNS rebinding). So the host must be one of ours by name, and whatever changes something must say that it comes
from our own page; a browser says that by itself and no page can make it lie.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 16 * 1024
"""Bytes of a form."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, a browser would keep back the origin of a form
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """An application behind it, on one port of this machine."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))

    async def __call__(self, scope: Scope, receive: Receive, respond: Send) -> None:
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await respond(message)

        status, why = self._refused(scope["method"], Headers(scope=scope))
        app = PlainTextResponse(f"{why} Nothing was changed.", status) if why else self._app
        await app(scope, receive, guarded)

    def _refused(self, method: str, headers: Headers) -> tuple[int, str]:
        host = headers.get("host", "")
        if host not in self._hosts:
            return 421, "This console answers under its own address only."
        if method in ("GET", "HEAD"):
            return 0, ""
        if headers.get("origin") != f"http://{host}" or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return 403, "This did not come from the console's own page."
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            return 413, f"A form here has its length, and at most {LARGEST} bytes."
        return 0, ""
