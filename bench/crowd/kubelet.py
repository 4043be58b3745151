"""The kubelet of all nodes, as far as logs go: without it the reading of logs would be refused, and so cost nothing."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOG = "".join(
    f"2026-01-01T00:00:{second:02d}.000000000Z {line}\n"
    for second, line in enumerate(
        [
            "INFO starting, version 2.14.1",
            "INFO settings read from the environment",
            *(f"INFO worker {number} is up" for number in range(1, 40)),
            "WARN no answer from orders-db:5432, trying again",
            "ERROR connection to orders-db:5432 refused",
            "FATAL giving up after 5 tries",
        ]
    )
).encode()


class _Logs(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = self.path.startswith("/containerLogs/")
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(LOG) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(LOG)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        pass


@contextmanager
def kubelet(folder: Path) -> Generator[int]:
    """Serve with the certificate of this control plane's folder; the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Logs)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "kubelet.crt", folder / "kubelet.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
