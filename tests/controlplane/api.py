"""The few requests to the API server that are made so often that starting kubectl for each would be slow."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
FIELD_MANAGER = "control-plane-tests"
USER_AGENT = "control-plane-tests"
MERGE_PATCH = "application/strategic-merge-patch+json"


class ApiError(Exception):
    """The API server said no, or nothing (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """JSON in, JSON out, as the user of a kubeconfig that this folder wrote."""

    def __init__(self, kubeconfig: Path) -> None:
        config = json.loads(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.server: str = cluster["server"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=authority)
        with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
            for part in ("client-certificate-data", "client-key-data"):
                pem.write(base64.b64decode(user[part]))
            pem.flush()
            self._tls.load_cert_chain(pem.name)

    def get(self, path: str) -> Json:
        return self.request("GET", path)

    def create(self, path: str, body: Json) -> Json:
        return self.request("POST", f"{path}?fieldManager={FIELD_MANAGER}", body)

    def patch(self, path: str, body: Json, field_manager: str = FIELD_MANAGER) -> Json:
        """Strategic merge patch."""
        return self.request("PATCH", f"{path}?fieldManager={field_manager}", body, MERGE_PATCH)

    def delete(self, path: str) -> Json:
        return self.request("DELETE", path)

    def ready(self) -> bool:
        """Whether the API server says that it is ready."""
        try:
            self._text("GET", "/readyz")
        except ApiError:
            return False
        return True

    def request(self, method: str, path: str, body: Json | None = None, content_type: str = "application/json") -> Json:
        return json.loads(self._text(method, path, body, content_type))

    def watch(self, path: str) -> Iterator[Json]:
        """What is there and what comes, until the API server ends the answer."""
        connection = self._connect(timeout=None)
        try:
            response = self._send(connection, "GET", f"{path}?watch=1", None, "application/json")
            while line := response.readline():
                yield json.loads(line)
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(0, repr(error)) from error
        finally:
            connection.close()

    def _text(self, method: str, path: str, body: Json | None = None, content_type: str = "application/json") -> bytes:
        connection = self._connect(timeout=10)
        try:
            return self._send(connection, method, path, body, content_type).read()
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(0, repr(error)) from error
        finally:
            connection.close()

    def _connect(self, timeout: float | None) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(urlsplit(self.server).netloc, context=self._tls, timeout=timeout)

    @staticmethod
    def _send(
        connection: http.client.HTTPSConnection, method: str, path: str, body: Json | None, content_type: str
    ) -> http.client.HTTPResponse:
        headers = {"Content-Type": content_type, "Accept": "application/json", "User-Agent": USER_AGENT}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        if response.status >= 400:
            raise ApiError(response.status, response.read().decode(errors="replace")[:1000])
        return response
