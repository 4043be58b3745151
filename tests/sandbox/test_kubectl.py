"""kubectl against the sandbox: the commands that people type in an incident."""

import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from tests.controlplane.build import cache_folder, is_built
from tests.sandbox.client import Kube, served


def _kubectl() -> str | None:
    built = cache_folder()
    return str(built / "bin" / "kubectl") if is_built(built) else shutil.which("kubectl")


KUBECTL = _kubectl()
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="no kubectl: neither built nor on the PATH")


class Terminal:
    """Runs kubectl as the admin, in namespace shop."""

    def __init__(self, kube: Kube, home: Path, config: Path) -> None:
        self.kube = kube
        self._home = home
        self._config = config

    def as_viewer(self) -> "Terminal":
        return Terminal(self.kube, self._home, self.kube.sandbox.viewer_kubeconfig)

    async def __call__(self, line: str, *more: str, code: int = 0, stdin: bytes = b"") -> str:
        """What it prints, both streams; `code` is how it must end."""
        environment = {"HOME": str(self._home), "KUBECONFIG": str(self._config), "PATH": os.environ["PATH"]}
        command = [str(KUBECTL), "-n", "shop", *line.split(), *more]
        done = await anyio.run_process(command, input=stdin, check=False, env=environment)
        text = (done.stdout + done.stderr).decode()
        assert done.returncode == code, text
        return text


def fast() -> Callable[[], datetime]:
    """A clock that runs eight times as fast: rollouts take no longer than kubectl does."""
    begun, start = time.monotonic(), datetime.now(UTC)
    return lambda: start + timedelta(seconds=8 * (time.monotonic() - begun))


@pytest.fixture
async def kubectl(tmp_path: Path) -> AsyncIterator[Terminal]:
    with anyio.fail_after(60):
        async with served("bad-rollout", clock=fast()) as kube:
            yield Terminal(kube, tmp_path, kube.sandbox.kubeconfig)


@pytest.fixture
async def well(tmp_path: Path) -> AsyncIterator[Terminal]:
    with anyio.fail_after(60):
        async with served("healthy", clock=fast()) as kube:
            yield Terminal(kube, tmp_path, kube.sandbox.kubeconfig)


async def test_version_and_api_resources(kubectl: Terminal) -> None:
    assert "Server Version: v1.37.2" in await kubectl("version")
    resources = await kubectl("api-resources")
    assert "deployments" in resources
    assert "HorizontalPodAutoscaler" in resources


async def test_get_shows_tables_in_every_shape(kubectl: Terminal) -> None:
    pods = await kubectl("get pods -A")
    assert pods.splitlines()[0].split() == ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert pods.count("CrashLoopBackOff") == 3
    assert len(pods.splitlines()) == 21
    wide = await kubectl("get deploy checkout -o wide")
    assert "registry.example/shop/checkout:1.42" in wide
    assert await kubectl("get deploy checkout -o jsonpath={.spec.replicas}") == "3"
    assert "kind: Deployment" in await kubectl("get deploy checkout -o yaml")
    assert len((await kubectl("get pods -l app=cart -o name")).split()) == 2
    assert len((await kubectl("get pods -A --field-selector spec.nodeName=node-1 -o name")).split()) == 7
    assert "service/checkout" in await kubectl("get all")
    everything = await kubectl("get ingress,endpointslices,configmaps,secrets,pdb,nodes,namespaces,sts,ds,rs -A")
    assert "shop.example.com" in everything
    assert 'Error from server (NotFound): pods "nope" not found' in await kubectl("get pod nope", code=1)


async def test_get_events(kubectl: Terminal) -> None:
    events = await kubectl("get events --sort-by=.lastTimestamp")
    assert "Back-off restarting failed container checkout in pod" in events
    assert "Scaled up replica set" in await kubectl("events --for deployment/checkout")


async def test_logs_of_this_run_and_the_last_one(kubectl: Terminal) -> None:
    pod = (await kubectl("get pods -l app=checkout -o name")).split()[0]
    assert (await kubectl(f"logs {pod} --tail=1")).strip() == "KeyError: 'PAYMENT_URL'"
    assert "KeyError: 'PAYMENT_URL'" in await kubectl(f"logs -p {pod} -c checkout --timestamps")
    assert "KeyError" in await kubectl("logs deploy/checkout --since=10m")
    assert "previous terminated container" in await kubectl("logs -p deploy/cart", code=1)


async def test_undo_brings_checkout_back(kubectl: Terminal) -> None:
    history = await kubectl("rollout history deploy/checkout")
    assert "7         deploy checkout 1.42" in history
    assert "checkout:1.41" in await kubectl("rollout history deploy/checkout --revision=6")
    assert "rolled back" in await kubectl("rollout undo deploy/checkout")
    assert "successfully rolled out" in await kubectl("rollout status deploy/checkout --timeout=30s")
    history = await kubectl("rollout history deploy/checkout")
    assert "8         deploy checkout 1.41" in history
    assert "6         " not in history
    assert "skipped rollback" in await kubectl("rollout undo deploy/checkout --to-revision=8")


async def test_restart_scale_pause_and_resume(well: Terminal) -> None:
    assert "restarted" in await well("rollout restart deploy/cart")
    assert "successfully rolled out" in await well("rollout status deploy/cart --timeout=40s")
    assert "scaled" in await well("scale deploy/cart --replicas=3 --current-replicas=2")
    assert "paused" in await well("rollout pause deploy/cart")
    assert "resumed" in await well("rollout resume deploy/cart")
    assert "image updated" in await well("set image deploy/cart cart=registry.example/shop/cart:5.1")
    assert "condition met" in await well("wait --for=condition=Available deploy/cart --timeout=30s")


async def test_stateful_sets_and_daemon_sets_undo_too(well: Terminal) -> None:
    for name, image in (
        ("sts/payments-db", "postgres=postgres:17.7"),
        ("ds/kube-proxy", "kube-proxy=registry.k8s.io/kube-proxy:v1.37.3"),
    ):
        namespace = "payments" if name.startswith("sts") else "kube-system"
        assert "image updated" in await well(f"-n {namespace} set image {name} {image}")
        assert "REVISION" in await well(f"-n {namespace} rollout history {name}")
        assert "rolled back" in await well(f"-n {namespace} rollout undo {name}")
        assert await well(f"-n {namespace} rollout status {name} --timeout=50s")


async def test_patch_annotate_label_edit_and_apply(kubectl: Terminal) -> None:
    assert "annotated" in await kubectl("annotate deploy/cart note=x")
    assert "labeled" in await kubectl("label deploy/cart note=x")
    for kind in ("merge", "strategic"):
        assert "patched" in await kubectl(
            "patch deploy cart --type", kind, "-p", '{"metadata":{"labels":{"kind":"' + kind + '"}}}'
        )
    test = '[{"op":"test","path":"/metadata/uid","value":"x"}]'
    failed = await kubectl("patch deploy cart --type json -p", test, code=1)
    assert "the server rejected our request due to an error in our request" in failed
    manifest = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, namespace: shop}\ndata: {a: '%d'}\n"
    assert "created" in await kubectl("apply -f -", stdin=manifest % 1)
    assert "configured" in await kubectl("apply -f -", stdin=manifest % 2)
    assert "serverside-applied" in await kubectl("apply --server-side --force-conflicts -f -", stdin=manifest % 3)
    assert await kubectl("get cm applied -o jsonpath={.data.a}") == "3"
    assert "deleted" in await kubectl("delete cm applied")
    assert "(server dry run)" in await kubectl("scale deploy/cart --replicas=9 --dry-run=server")
    assert await kubectl("get deploy cart -o jsonpath={.spec.replicas}") == "2"


async def test_top_needs_metrics(kubectl: Terminal, well: Terminal) -> None:
    assert "Metrics API not available" in await kubectl("top pods", code=1)
    assert "checkout-" in await well("top pods")
    assert "node-3" in await well("top nodes")


async def test_rights_are_asked_for(kubectl: Terminal) -> None:
    viewer = kubectl.as_viewer()
    assert "yes" in await viewer("auth can-i list pods")
    assert "no" in await viewer("auth can-i delete pods", code=1)
    assert "pods/log" in await viewer("auth can-i --list")
    assert "viewer" in await viewer("auth whoami")
    refused = await viewer("-n payments get pods", code=1)
    assert 'User "viewer" cannot list resource "pods" in API group "" in the namespace "payments"' in refused


async def test_a_watch_shows_pods_coming_up(kubectl: Terminal) -> None:
    assert "rolled back" in await kubectl("rollout undo deploy/checkout")
    text = await kubectl("get pods -l app=checkout --watch --output-watch-events --request-timeout=3s")
    assert "ADDED" in text
    assert "1/1     Running" in text


async def test_drain_respects_budgets_and_moves_pods(well: Terminal) -> None:
    text = await well("drain node-1 --ignore-daemonsets --timeout=50s")
    assert "drained" in text
    assert "SchedulingDisabled" in await well("get node node-1")
    assert "uncordoned" in await well("uncordon node-1")
