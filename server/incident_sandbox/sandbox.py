"""A scenario served: cluster, API server and the ticking that makes them live, for as long as the block lasts."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from incident_sandbox.access.users import ADMIN, VIEWER, Tokens, User
from incident_sandbox.api.app import ApiServer
from incident_sandbox.api.audit import AuditRecord
from incident_sandbox.api.faults import Faults
from incident_sandbox.api.hub import pause
from incident_sandbox.certificate import make_certificate
from incident_sandbox.clock import Clock, Time
from incident_sandbox.cluster import Cluster
from incident_sandbox.kubeconfig import write_kubeconfig
from incident_sandbox.scenario import load_scenario
from incident_sandbox.server import HttpsServer

TICK_SECONDS = 0.1


class Sandbox:
    """What a caller holds of a running sandbox."""

    def __init__(self, cluster: Cluster, folder: Path, port: int = 0) -> None:
        self.cluster = cluster
        """Time, controllers and objects, to look at and to turn behind the API's back."""
        self.tokens = Tokens()
        self._api = ApiServer(cluster, self.tokens)
        self.faults: Faults = self._api.faults
        """What shall go wrong with the next requests."""
        certificate = make_certificate(folder)
        self._https = HttpsServer(self._api, certificate, port)
        self.url = self._https.url
        self.authority = certificate.authority
        """The certificate authority, PEM."""
        self._folder = folder
        self._issued: dict[User, str] = {}
        self.kubeconfig = self._write_kubeconfig("kubeconfig", ADMIN)
        """User "admin", who may do everything."""
        self.viewer_kubeconfig = self._write_kubeconfig("viewer.kubeconfig", VIEWER, namespace="shop")
        """User "viewer", who may read namespace shop, without its Secrets, and nothing else."""

    def _write_kubeconfig(self, name: str, user: User, namespace: str = "") -> Path:
        token = self._issued[user] = self.tokens.issue(user)
        path = self._folder / name
        return write_kubeconfig(
            path, url=self.url, authority=self.authority, user=user.name, token=token, namespace=namespace
        )

    @property
    def token(self) -> str:
        """The admin's bearer token."""
        return self._issued[ADMIN]

    @property
    def viewer_token(self) -> str:
        return self._issued[VIEWER]

    @property
    def requests(self) -> list[AuditRecord]:
        """Every mutating request so far, dry runs included, in the order in which they were answered."""
        return self._api.records

    def expire_tokens(self) -> None:
        """From now on 401 for every token given out so far."""
        self.tokens.expire()

    def restore_tokens(self) -> None:
        """The tokens in the kubeconfigs are good again."""
        for user, token in self._issued.items():
            self.tokens.restore(token, user)

    def forget_history(self) -> None:
        """Watches from an older revision and lists begun before now get a 410."""
        self.cluster.store.forget()

    def send_bookmarks(self) -> None:
        """Every watch that wants bookmarks gets one now, not after the usual minute."""
        self._api.hub.bookmarks_asked += 1
        self._api.hub.wake()

    def close_streams(self) -> None:
        """End all watches and followed logs, as an API server does that restarts; new ones are welcome."""
        self._api.hub.end_streams()

    async def start(self) -> None:
        await self._https.start()

    async def tick(self) -> None:
        """Keep the cluster at the clock's time, for ever."""
        with self._api.hub.listening() as news:
            while True:
                self.cluster.catch_up()
                await pause(news, TICK_SECONDS)

    def raise_own_faults(self, outcome: Sequence[BaseException | None]) -> None:
        """Raises an ExceptionGroup where the sandbox, and not its client, went wrong."""
        crashes = [error for error in outcome if isinstance(error, Exception)]
        if crashes or self._api.failures:
            raise ExceptionGroup("the sandbox is at fault", [*crashes, *self._api.failures])

    async def stop(self) -> None:
        self._api.hub.stop()
        await self._https.stop()


@asynccontextmanager
async def serve_sandbox(
    scenario: str, *, clock: Clock | Time | None = None, folder: Path | None = None, port: int = 0
) -> AsyncGenerator[Sandbox]:
    """Serve a scenario on 127.0.0.1 in the caller's event loop (asyncio), until the block ends.

    `folder` gets the certificate and the kubeconfigs; without it, a temporary one is used and removed. With a
    `ManualClock`, time stands still until `sandbox.cluster.advance(seconds)`; controllers still react to writes.
    Raises ValueError for an unknown scenario, and OSError where the port is taken.
    """
    async with AsyncExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="incident-sandbox-")))
        folder.mkdir(parents=True, exist_ok=True)
        sandbox = Sandbox(Cluster(load_scenario(scenario), clock), folder, port)
        await sandbox.start()
        ticking = asyncio.create_task(sandbox.tick(), name="sandbox-tick")
        try:
            yield sandbox
        finally:
            ticking.cancel()
            outcome = await asyncio.gather(ticking, return_exceptions=True)
            await sandbox.stop()
        sandbox.raise_own_faults(outcome)
