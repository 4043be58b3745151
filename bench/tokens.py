"""What an assistant reads and writes in an incident: with these tools, and with kubernetes-mcp-server's.

The same steps on the same embedded cluster, by a script that already knows where to look, so that neither side is
charged for wrong turns:

1. the list of tools, once: name, description and input schema of each;
2. what is wrong, and why: `open_incident` and `assess_incident`, beside the pods, the events, and then, for each
   incident, the fewest lists, objects and logs in which its cause and what changed can be seen;
3. the change, first as a plan: `preview_change`, beside nothing, since there is no such tool there;
4. the change: the tool itself (which stops at *approval required*: the person is elsewhere), beside the scaling or the
   object that is written;
5. whether it is over: `check_health`, beside pods and events again.

Counted are the arguments and the answers, four bytes a token. Clients show a model the text of an answer or its
structured form: the larger one counts. The
record and the postmortem have no counterpart there and are left out of both. Their change is made; ours waits for its
yes, so the last look of each is at what is there then.
"""

import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread

from bench.stdio import Session, session
from bench.sweep import OURS, PACKAGE, peer
from incident_mcp.text.budget import tokens
from incident_sandbox import serve_sandbox
from incident_sandbox.model import resources as r
from incident_sandbox.sandbox import Sandbox

Call = tuple[str, dict[str, Any]]
_APPS = "apps/v1"
_LOOK: tuple[Call, ...] = (("pods_list", {}), ("events_list", {}))


@dataclass(frozen=True)
class Play:
    """One incident: how it is made, what shows its cause over there, and the change on both sides."""

    name: str
    scenario: str
    theirs: tuple[Call, ...]
    change: Call | None = None
    same: Call | None = None
    """The change over there."""
    edit: tuple[Any, str, str, dict[str, Any]] | None = None
    """Resource, namespace, name and merge patch that make a variation of the scenario."""


@dataclass
class Count:
    """Tokens of the list of tools, and of each step."""

    listing: int = 0
    steps: list[int] = field(default_factory=list[int])

    @property
    def whole(self) -> int:
        return self.listing + sum(self.steps)


def _get(kind: str, namespace: str, name: str, version: str = "v1") -> Call:
    return "resources_get", {"apiVersion": version, "kind": kind, "namespace": namespace, "name": name}


def _all(kind: str, namespace: str = "", version: str = "v1") -> Call:
    return "resources_list", {"apiVersion": version, "kind": kind} | ({"namespace": namespace} if namespace else {})


def _log(namespace: str, app: str, *, previous: bool = False) -> Call:
    """Of the first pod of that app; 50 lines."""
    return "pods_log", {"namespace": namespace, "name": f"{app}-", "tail": 50, "previous": previous}


def _scale(kind: str, namespace: str, name: str, replicas: int) -> tuple[Call, Call]:
    where = {"kind": kind, "namespace": namespace, "name": name}
    return ("scale_workload", where | {"replicas": replicas}), (
        "resources_scale",
        where | {"apiVersion": _APPS, "scale": replicas},
    )


def _roll(name: str, revision: int, container: dict[str, Any]) -> tuple[Call, Call]:
    where = {"kind": "Deployment", "namespace": "shop", "name": name}
    spec = {"template": {"spec": {"containers": [{"name": name} | container]}}}
    written = {"apiVersion": _APPS, "kind": "Deployment", "metadata": {"namespace": "shop", "name": name}, "spec": spec}
    return ("rollback_workload", where | {"revision": revision}), (
        "resources_create_or_update",
        {"resource": json.dumps(written)},
    )


def _template(name: str) -> tuple[Call, Call]:
    """The Deployment and its revisions: what changed."""
    return _get("Deployment", "shop", name, _APPS), _all("ReplicaSet", "shop", _APPS)


_ROLLOUT = (
    _log("shop", "checkout", previous=True),
    *_template("checkout"),
    _get("ConfigMap", "shop", "checkout-config"),
)
_ROLLED = _roll("checkout", 6, {"image": "registry.example/shop/checkout:1.41"})
_ZERO = {"spec": {"replicas": 0}}
_NO_IMAGE = {"spec": {"template": {"spec": {"containers": [{"name": "frontend", "image": "registry.example/none:1"}]}}}}
PLAYS = (
    Play("bad rollout", "bad-rollout", _ROLLOUT, *_ROLLED),
    Play(
        "out of memory",
        "oom",
        (_log("shop", "catalog", previous=True), *_template("catalog")),
        *_roll("catalog", 1, {"resources": {"limits": {"memory": "256Mi"}, "requests": {"memory": "256Mi"}}}),
    ),
    Play(
        "dependency down",
        "dependency-down",
        (
            _log("shop", "checkout"),
            _log("payments", "payments", previous=True),
            _all("Service"),
            _get("StatefulSet", "payments", "payments-db", _APPS),
        ),
        *_scale("StatefulSet", "payments", "payments-db", 1),
    ),
    Play(
        "DNS",
        "dns",
        (
            _log("shop", "checkout", previous=True),
            _log("payments", "payments", previous=True),
            _get("Deployment", "kube-system", "coredns", _APPS),
        ),
        *_scale("Deployment", "kube-system", "coredns", 2),
    ),
    Play(
        "certificate expired",
        "certificate-expired",
        (
            _all("Ingress", "shop", "networking.k8s.io/v1"),
            _get("Ingress", "shop", "shop", "networking.k8s.io/v1"),
            _get("Secret", "shop", "shop-tls"),
        ),
    ),
    Play("node lost", "node-lost", (_all("Node"), _get("Node", "", "node-3"))),
    Play(
        "image that is not there",
        "healthy",
        _template("frontend"),
        *_roll("frontend", 1, {"image": "registry.example/shop/frontend:4.11"}),
        edit=(r.DEPLOYMENTS, "shop", "frontend", _NO_IMAGE),
    ),
    Play(
        "cart scaled to zero",
        "healthy",
        (_all("Deployment", "", _APPS), _get("Deployment", "shop", "cart", _APPS)),
        *_scale("Deployment", "shop", "cart", 2),
        edit=(r.DEPLOYMENTS, "shop", "cart", _ZERO),
    ),
    Play(
        "Service that selects nothing",
        "healthy",
        (
            _all("Service", "shop"),
            _get("Service", "shop", "frontend"),
            _all("EndpointSlice", "shop", "discovery.k8s.io/v1"),
        ),
        edit=(r.SERVICES, "shop", "frontend", {"spec": {"selector": {"app": "front-end"}}}),
    ),
    Play("all is well", "healthy", (_all("Deployment", "", _APPS), _all("Node"))),
)


def main() -> None:
    command = peer()
    if command is None:
        sys.exit(1)
    print(f"tokens, four bytes each: list of tools and answers   {'ours':>16}   {PACKAGE:>22}")
    ours = theirs = 0
    for play in PLAYS:
        here, there = anyio.run(_both, play, str(command))
        print(f"  {play.name:<48} {_row(here):>18}   {_row(there):>22}   {there.whole / here.whole:4.1f} x", flush=True)
        ours, theirs = ours + here.whole, theirs + there.whole
    print(f"  {'all':<48} {ours:>18,}   {theirs:>22,}   {theirs / ours:4.1f} x")


def _row(count: Count) -> str:
    return f"{count.listing:,} + {sum(count.steps):,}"


async def _both(play: Play, command: str) -> tuple[Count, Count]:
    counts: list[Count] = []
    for ours in (True, False):
        async with serve_sandbox(play.scenario) as sandbox:
            if play.edit:
                sandbox.cluster.edit(*play.edit[:3], play.edit[3], manager="kubectl-edit")
                sandbox.cluster.advance(120)
            counts.append(await anyio.to_thread.run_sync(_played, play, sandbox, command, ours))
    return counts[0], counts[1]


def _played(play: Play, sandbox: Sandbox, command: str, ours: bool) -> Count:
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "INCIDENT_HOME": home} | {
            "KUBECONFIG": str(sandbox.kubeconfig),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        with session([*OURS, "serve", "--allow-writes"] if ours else [command], environment) as server:
            count = Count(_listing(server))
            for tool, arguments in _ours(play) if ours else _theirs(play):
                count.steps.append(_step(server, sandbox, tool, arguments))
            return count


def _ours(play: Play) -> list[Call]:
    change: list[Call] = []
    if play.change:
        tool, arguments = play.change
        change = [("preview_change", {"tool": tool, "arguments": arguments}), play.change]
    return [
        ("open_incident", {"title": play.name}),
        ("assess_incident", {}),
        *change,
        ("check_health", {"quick": True}),
    ]


def _theirs(play: Play) -> list[Call]:
    return [*_LOOK, *play.theirs, *([play.same] if play.same else []), *_LOOK]


def _listing(server: Session) -> int:
    listed = server.ask("tools/list", {})["result"]["tools"]
    return tokens([{part: each.get(part) for part in ("name", "description", "inputSchema")} for each in listed])


def _step(server: Session, sandbox: Sandbox, tool: str, arguments: dict[str, Any]) -> int:
    if tool == "pods_log":
        arguments = arguments | {"name": _pod(sandbox, arguments["namespace"], arguments["name"])}
    result = server.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
    text = "".join(part.get("text", "") for part in result["content"])
    if result.get("isError") and "pproval" not in text:
        raise RuntimeError(f"{tool} failed: {text[:500]}")
    return tokens(arguments) + max(tokens(text), tokens(result.get("structuredContent", "")))


def _pod(sandbox: Sandbox, namespace: str, begins: str) -> str:
    """The pod that has restarted most."""
    pods = [
        pod for pod in sandbox.cluster.pods_of(namespace, begins.rstrip("-")) if pod["status"].get("containerStatuses")
    ]
    return max(pods, key=lambda pod: pod["status"]["containerStatuses"][0]["restartCount"])["metadata"]["name"]


if __name__ == "__main__":
    main()
