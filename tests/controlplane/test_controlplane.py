"""The control plane that other tests stand on is what they take it for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.controlplane import build, machine, podlogs
from tests.controlplane.api import ApiError, Json
from tests.controlplane.bootstrap import SHOP
from tests.controlplane.control_plane import ControlPlane, KubectlError, missing
from tests.controlplane.kubeconfigs import CONTEXT
from tests.controlplane.processes import CLASH, Child, PortClash, free_ports
from tests.controlplane.scenario import DEPLOYER, REPLICAS, bad_rollout, healthy_shop
from tests.controlplane.waiting import NotInTime, wait_for

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def busy(control_plane: ControlPlane) -> str:
    """A pod that uses something. It is made before the first test, since metrics take half a minute to come."""
    control_plane.require("metrics")
    usage = {"kwok.x-k8s.io/usage-cpu": "120m", "kwok.x-k8s.io/usage-memory": "96Mi"}
    control_plane.apply(_pod("busy", "1", usage))
    return "busy"


@pytest.mark.usefixtures("busy")
def test_its_nodes_are_ready_and_its_context_has_a_name(control_plane: ControlPlane) -> None:
    control_plane.require("faults")
    assert control_plane.kubectl("config", "current-context").strip() == CONTEXT
    lines = control_plane.kubectl("get", "nodes", "--no-headers").splitlines()
    assert [line.split()[:2] for line in lines] == [[f"node-{n}", "Ready"] for n in (1, 2, 3)]


def test_a_deployment_becomes_ready(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.require("controllers", "faults")
    control_plane.kubectl("create", "deployment", "web", "--image=registry.example/web:1", "-n", namespace)
    said = control_plane.kubectl("rollout", "status", "deployment/web", "-n", namespace, "--timeout=20s")
    assert "successfully rolled out" in said


def test_a_bad_rollout_takes_checkout_down_and_nothing_else(control_plane: ControlPlane, namespace: str) -> None:
    shop = bad_rollout(control_plane, namespace)

    assert shop.revision() == shop.bad_revision
    assert shop.checkout()["status"].get("readyReplicas", 0) == 0
    assert {pod["spec"]["containers"][0]["image"] for pod in shop.pods()} == {shop.bad_image}
    for pod in shop.pods():
        status = pod["status"]["containerStatuses"][0]
        ended = status["lastState"]["terminated"]
        assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
        assert (ended["exitCode"], ended["reason"], ended["containerID"]) == (1, "Error", status["containerID"])
        assert ended["startedAt"] < ended["finishedAt"]
        assert status["restartCount"] >= 1
    others = control_plane.get("pods", "-n", namespace, "-l", "app!=checkout")["items"]
    assert len(others) == 11
    assert all(pod["status"]["containerStatuses"][0]["ready"] for pod in others)
    changed = [field for field in shop.checkout()["metadata"]["managedFields"] if field["manager"] == DEPLOYER]
    assert len(changed) == 1


def test_crashed_pods_have_logs_of_their_own_run(control_plane: ControlPlane, namespace: str) -> None:
    shop = bad_rollout(control_plane, namespace)
    name = shop.pods()[0]["metadata"]["name"]

    for flags in ([], ["--previous"], ["--since=1m"]):
        log = control_plane.kubectl("logs", name, "-n", namespace, *flags)
        assert log.splitlines()[0] == "starting checkout 1.42"
        assert log.splitlines()[-1] == "KeyError: 'PAYMENT_URL'"
    stamped = control_plane.kubectl("logs", name, "-n", namespace, "--timestamps").splitlines()[0]
    ended = control_plane.get("pod", name, "-n", namespace)["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert ended["startedAt"][:19] <= stamped[:19] <= ended["finishedAt"][:19]


def test_a_healthy_pod_has_fresh_logs_and_no_previous_run(control_plane: ControlPlane, namespace: str) -> None:
    healthy_shop(control_plane, namespace)

    log = control_plane.kubectl("logs", "deployment/catalog", "-n", namespace, "--since=30s")
    assert "GET /healthz 200" in log
    with pytest.raises(KubectlError, match="BadRequest"):
        control_plane.kubectl("logs", "deployment/catalog", "-n", namespace, "--previous")


def test_a_crash_loop_goes_on_and_the_kubelet_says_so(control_plane: ControlPlane, namespace: str) -> None:
    shop = bad_rollout(control_plane, namespace)
    first = {pod["metadata"]["name"]: _ready_since(pod) for pod in shop.pods()}

    def restarted() -> list[Json]:
        pods = shop.pods()
        return pods if all(pod["status"]["containerStatuses"][0]["restartCount"] >= 2 for pod in pods) else []

    again = control_plane.wait("a second restart", restarted)
    assert {pod["metadata"]["name"]: _ready_since(pod) for pod in again} == first
    events = control_plane.get("events", "-n", namespace, "--field-selector=reason=BackOff")["items"]
    assert len(events) == REPLICAS
    assert {event["source"]["component"] for event in events} == {"kubelet"}


def test_an_undone_rollout_heals(control_plane: ControlPlane, namespace: str) -> None:
    shop = bad_rollout(control_plane, namespace)

    control_plane.kubectl("rollout", "undo", "deployment/checkout", "-n", namespace)
    shop.wait_healthy()

    assert {pod["spec"]["containers"][0]["image"] for pod in shop.pods()} == {shop.good_image}
    assert shop.revision() == shop.bad_revision + 1


def test_the_missing_variable_heals(control_plane: ControlPlane, namespace: str) -> None:
    shop = bad_rollout(control_plane, namespace)

    control_plane.kubectl("set", "env", "deployment/checkout", "PAYMENT_URL=http://payment", "-n", namespace)
    shop.wait_healthy()

    assert {pod["spec"]["containers"][0]["image"] for pod in shop.pods()} == {shop.bad_image}


def test_the_incident_can_be_played_again_in_the_same_namespace(control_plane: ControlPlane, namespace: str) -> None:
    bad_rollout(control_plane, namespace)
    control_plane.kubectl("delete", "deployment", "checkout", "-n", namespace)
    assert bad_rollout(control_plane, namespace).revision() == 7


@pytest.mark.parametrize(
    ("tag", "phase", "reason", "event"),
    [
        ("1-crash", "Running", "CrashLoopBackOff", "BackOff"),
        ("1-oom", "Running", "CrashLoopBackOff", "BackOff"),
        ("1-pull", "Pending", "ImagePullBackOff", "Failed"),
        ("1-mount", "Pending", "ContainerCreating", "FailedMount"),
        ("1-unready", "Running", None, "Unhealthy"),
    ],
)
def test_the_tag_of_an_image_chooses_a_fault(
    control_plane: ControlPlane, namespace: str, tag: str, phase: str, reason: str | None, event: str
) -> None:
    control_plane.require("controllers", "faults")
    control_plane.apply(_pod("faulty", tag), namespace)

    def fault() -> Json | None:
        events = control_plane.get("events", "-n", namespace, f"--field-selector=reason={event}")["items"]
        pod = control_plane.get("pod", "faulty", "-n", namespace)
        return pod if events and pod["status"].get("containerStatuses") else None

    status = (control_plane.wait("the fault shows", fault) or {})["status"]
    container = status["containerStatuses"][0]
    assert status["phase"] == phase
    assert container["state"].get("waiting", {}).get("reason") == reason
    assert not container["ready"]
    if tag == "1-oom":
        ended = container["lastState"]["terminated"]
        assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")


def test_a_sidecar_of_a_crashing_container_runs(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.require("controllers", "faults")
    pod = _pod("pair", "1-crash")
    pod["spec"]["containers"].append({"name": "proxy", "image": "registry.example/proxy:2"})
    control_plane.apply(pod, namespace)

    def statuses() -> dict[str, bool]:
        found = control_plane.get("pod", "pair", "-n", namespace)["status"].get("containerStatuses", [])
        return {each["name"]: each["ready"] for each in found}

    assert control_plane.wait("the pod runs", statuses) == {"app": False, "proxy": True}
    assert "GET /healthz" in control_plane.kubectl("logs", "pair", "-c", "proxy", "-n", namespace)


def test_the_audit_log_tells_who_wrote_and_who_only_tried(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.require("audit")
    create = ("create", "configmap", "-n", namespace)
    control_plane.kubectl(*create, "tried", "--dry-run=server")
    control_plane.kubectl(*create, "written")
    with pytest.raises(KubectlError, match="already exists"):
        control_plane.kubectl(*create, "written")
    control_plane.kubectl("get", "configmaps", "-n", namespace)
    control_plane.kubectl("auth", "can-i", "delete", "pods", "-n", namespace)

    events = [event for event in control_plane.audit_events(namespace) if event.resource == "configmaps"]
    by_admin = [event for event in events if event.user == "admin"]
    seen = [(each.verb, each.name, each.dry_run, each.status, each.wrote) for each in by_admin]
    assert seen == [
        ("create", "tried", True, 201, False),
        ("create", "written", False, 201, True),
        ("create", "written", False, 409, False),
    ]
    assert all(event.user_agent.startswith("kubectl/") for event in by_admin)
    assert by_admin[1].body["metadata"]["name"] == "written"
    written = [event.name for event in control_plane.audit_events() if event.wrote and event.resource == "configmaps"]
    assert written.count("written") == 1


def test_the_viewer_reads_one_namespace_and_writes_nothing(control_plane: ControlPlane, namespace: str) -> None:
    viewer = control_plane.viewer_kubeconfig

    assert control_plane.kubectl("get", "pods", "-n", SHOP, "-o", "name", kubeconfig=viewer) is not None
    for refused in (["get", "pods", "-n", namespace], ["get", "nodes"], ["get", "secrets", "-n", SHOP]):
        with pytest.raises(KubectlError, match=r'Forbidden.*User "viewer" cannot list'):
            control_plane.kubectl(*refused, kubeconfig=viewer)
    with pytest.raises(KubectlError, match="cannot create"):
        control_plane.kubectl("create", "configmap", "x", "-n", SHOP, kubeconfig=viewer)
    control_plane.let_view(namespace)
    assert control_plane.kubectl("get", "pods", "-n", namespace, "-o", "name", kubeconfig=viewer) == ""


def test_anybody_can_be_made_up_and_may_nothing(control_plane: ControlPlane) -> None:
    control_plane.require("users")
    stranger = control_plane.user_kubeconfig("stranger", "strangers")
    assert (
        control_plane.kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.groups[0]}", kubeconfig=stranger)
        == "strangers"
    )
    with pytest.raises(KubectlError, match='User "stranger" cannot list'):
        control_plane.kubectl("get", "pods", "-n", SHOP, kubeconfig=stranger)


def test_a_namespace_is_gone_soon_after_its_test(control_plane: ControlPlane) -> None:
    control_plane.require("controllers", "faults")
    with control_plane.new_namespace() as name:
        control_plane.apply(_pod("web", "1"), name)

    def gone() -> bool:
        return not control_plane.kubectl("get", "namespace", name, "--ignore-not-found", "-o", "name")

    control_plane.wait(f"namespace {name} is gone", gone)


def test_the_api_server_can_go_and_come_back(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.require("processes", "controllers", "faults")
    control_plane.kubectl("create", "configmap", "kept", "-n", namespace)

    control_plane.stop_apiserver()
    with pytest.raises(ApiError):
        control_plane.api.get("/version")
    control_plane.start_apiserver()

    assert control_plane.get("configmap", "kept", "-n", namespace)
    control_plane.kubectl("create", "deployment", "web", "--image=registry.example/web:1", "-n", namespace)
    control_plane.kubectl("rollout", "status", "deployment/web", "-n", namespace, "--timeout=30s")


def test_a_paused_api_server_answers_later(control_plane: ControlPlane) -> None:
    control_plane.require("processes")
    with control_plane.pause(), pytest.raises(KubectlError, match=r"(?i)timeout|deadline|unable to connect"):
        control_plane.kubectl("get", "--raw", "/version", "--request-timeout=500ms")
    assert control_plane.api.get("/version")["major"]


def test_metrics_come(control_plane: ControlPlane, busy: str) -> None:
    line = control_plane.wait("metrics of a pod", lambda: _top(control_plane, busy), seconds=60)
    name, cpu, memory = line.split()
    assert (name, memory) == (busy, "96Mi")
    assert 100 <= int(cpu.removesuffix("m")) <= 140


# Without the session's control plane


def test_a_borrowed_cluster_is_used_as_it_is(control_plane: ControlPlane, tmp_path: Path) -> None:
    kubectl = build.cache_folder() / "bin" / "kubectl"
    if not kubectl.exists():
        missing("this needs the kubectl of `make control-plane`")
    borrowed = ControlPlane(control_plane.kubeconfig, kubectl, tmp_path)

    with borrowed.new_namespace("borrowed") as name:
        assert borrowed.get("serviceaccount", "default", "-n", name)
    assert borrowed.url == control_plane.url
    borrowed.stop()
    assert borrowed.kubectl("get", "--raw", "/readyz") == "ok"


def test_what_a_cluster_lacks_skips_or_where_required_fails(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrowed = ControlPlane(control_plane.kubeconfig, Path("kubectl"), tmp_path)
    monkeypatch.delenv("INCIDENT_REQUIRE_CONTROL_PLANE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no audit: `make control-plane`"):
        borrowed.audit_events()
    monkeypatch.setenv("INCIDENT_REQUIRE_CONTROL_PLANE", "1")
    with pytest.raises(pytest.fail.Exception, match="no audit"):
        borrowed.audit_events()


def test_etcd_and_an_api_server_are_enough_to_store_objects_and_stop_leaves_nothing(
    envtest: Path, tmp_path: Path
) -> None:
    small = ControlPlane.start(envtest, tmp_path)
    try:
        assert small.features == {"audit", "processes", "users"}
        with small.new_namespace() as name:
            small.apply(_pod("still", "1"), name)
            assert small.get("pod", "still", "-n", name)["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
        assert small.machine
        pids = [child.pid for child in small.machine.children.values()]
        assert len(pids) == 2
    finally:
        small.stop()
    assert not any(_is_alive(pid) for pid in pids)


def test_a_port_taken_in_the_meantime_is_no_obstacle(
    envtest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = [int(taken.getsockname()[1]), *free_ports(4)]  # etcd's is the one that is taken
        found = iter([first, free_ports(5)])

        def find(_: int) -> list[int]:
            return next(found)

        monkeypatch.setattr(machine, "free_ports", find)
        small = ControlPlane.start(envtest, tmp_path / "run")
        try:
            assert small.api.ready()
        finally:
            small.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="needs the kernel's parent-death signal")
def test_nothing_is_left_when_the_tests_are_killed(envtest: Path, tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from tests.controlplane.control_plane import ControlPlane
        running = ControlPlane.start(Path({str(envtest)!r}), Path({str(tmp_path / "run")!r}))
        print(*[child.pid for child in running.machine.children.values()], flush=True)
        time.sleep(60)
    """)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    tests = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert tests.stdout
    with tests.stdout:
        pids = [int(pid) for pid in tests.stdout.readline().split()]
    assert len(pids) == 2
    assert all(_is_alive(pid) for pid in pids)

    tests.send_signal(signal.SIGKILL)
    tests.wait()

    wait_for("its programs are gone", lambda: not any(_is_alive(pid) for pid in pids), seconds=5)


def test_a_port_that_somebody_took_is_told_apart_from_other_ends(tmp_path: Path) -> None:
    say = [sys.executable, "-c", f"print('listen tcp: bind: {CLASH}'); exit(1)"]
    clashing, other = (Child(name, command, tmp_path, {}) for name, command in (("a", say), ("b", ["/bin/false"])))
    for child in (clashing, other):
        child.wait(5)

    with pytest.raises(PortClash):
        clashing.check()
    with pytest.raises(RuntimeError, match="b ended with code 1"):
        other.check()


def test_a_program_that_does_not_listen_to_reason_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = Child("deaf", [sys.executable, "-c", deaf], tmp_path, {})
    wait_for("it is deaf", lambda: child.log.read_text() == "deaf\n")
    child.stop()
    assert not child.running


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20


def test_a_wait_says_what_it_saw_last() -> None:
    with pytest.raises(NotInTime, match=r"tea: not within 0 s; last seen: \[\]"):
        wait_for("tea", lambda: list[str](), seconds=0)


def test_log_lines_are_dated_as_the_kubelet_dates_them() -> None:
    begin = podlogs.instant("2026-11-25T02:11:31.123456789Z")
    lines = podlogs.cri_lines("stdout one\nstderr two words", begin, begin + podlogs.RUN)
    assert list(lines) == [
        "2026-11-25T02:11:31.123456000Z stdout F one\n",
        "2026-11-25T02:11:31.573456000Z stderr F two words\n",
    ]


@pytest.fixture
def envtest(tmp_path: Path) -> Path:
    """A folder with the three programs that `KUBEBUILDER_ASSETS` usually names."""
    built = build.cache_folder()
    if not build.is_built(built):
        missing("this needs the programs of `make control-plane`")
    folder = tmp_path / "envtest"
    folder.mkdir()
    for program in ("etcd", "kube-apiserver", "kubectl"):
        (folder / program).symlink_to(built / "bin" / program)
    return folder


def _pod(name: str, tag: str, annotations: dict[str, str] | None = None) -> Json:
    container = {"name": "app", "image": f"registry.example/app:{tag}"}
    meta = {"name": name, "annotations": annotations or {}}
    spec: Json = {"containers": [container], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


def _ready_since(pod: Json) -> str:
    return next(each["lastTransitionTime"] for each in pod["status"]["conditions"] if each["type"] == "Ready")


def _top(control_plane: ControlPlane, pod: str) -> str:
    try:
        return control_plane.kubectl("top", "pod", pod, "--no-headers", "-n", "default")
    except KubectlError:
        return ""


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
