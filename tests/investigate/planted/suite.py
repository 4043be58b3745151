"""The suite: plant all faults at once, a namespace each, wait until the cluster has said its say, and ask.

Asked is what a user asks: `assess_incident` for the namespace, `check_health` for it, `diagnose_workload` for the
workload that people would name; the cluster is asked once, after it has settled, and nobody says which fault it is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import anyio

from incident_mcp.cluster.kinds import KINDS, collection
from incident_mcp.settings import load_settings
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.assessment import assess_incident
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.diagnosis import diagnose_workload
from incident_mcp.workflow.findings import FindingLine
from incident_mcp.workflow.health import check_health
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.fault import Fault, Noise
from tests.investigate.planted.kubelet import Kubelet
from tests.investigate.planted.world import CLASSES, LAB_NODES, OPERATORS, WEB
from tests.investigate.real_routes import CERT_MANAGER, CRDS, GATEWAY_API, GATEWAY_CLASS

Json = dict[str, Any]
FIRST = (
    "Namespace",
    "Node",
    "ResourceQuota",
    "LimitRange",
    "PersistentVolume",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
)
"""Kinds that must be in force before the others come."""
WATCHED = ("pods", "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch",
           "persistentvolumeclaims", "endpointslices.discovery.k8s.io")  # fmt: skip
WRITTEN = (GATEWAY_API, CERT_MANAGER, "keda.sh")
"""Groups whose controllers are not there: their status is written with the object."""
QUIET_SECONDS = 2.0
SETTLE_SECONDS = 90.0
AT_ONCE = 3
HANDS = 6
MANAGER = "deploy-bot"


@dataclass(frozen=True)
class Told:
    """What the product said about one fault."""

    fault: Fault
    rank: int | None
    """Of the right root among the roots of the assessment: 1 is first; None: it is not among them."""
    diagnosed: bool | None
    """The diagnosis of the workload names the right root first; None: nobody asked."""
    roots: tuple[str, ...]
    """All roots that were told, in order."""
    hurt_neighbours: tuple[str, ...]
    """Findings of warning or worse on what is well."""

    @property
    def right(self) -> bool:
        return self.rank == 1 and not self.hurt_neighbours


@dataclass
class Suite:
    """One run over these faults on one control plane."""

    control_plane: ControlPlane
    faults: tuple[Fault, ...]
    folder: Path
    spaces: dict[str, Fault] = field(default_factory=dict[str, Fault])

    def run(self) -> list[Told]:
        kubelet = Kubelet(self.control_plane.api, self.folder / "logs").start()
        try:
            self._world()
            alone = [fault for fault in self.faults if fault.where == "cluster"]
            told = [each for number, fault in enumerate(alone, 1) for each in self._alone(f"alone-{number}", fault)]
            rest = [fault for fault in self.faults if fault not in alone]
            told += self._asked({f"ns-{number:03}": fault for number, fault in enumerate(rest, 1)})
            return [next(each for each in told if each.fault is fault) for fault in self.faults]
        finally:
            kubelet.stop()

    def _alone(self, space: str, fault: Fault) -> list[Told]:
        """One fault of the cluster, taken away again."""
        try:
            return self._asked({space: fault})
        finally:
            text = "\n---\n".join(json.dumps(_placed(each, space)) for each in fault.objects)
            flags = ("--ignore-not-found", "--wait=false")
            self.control_plane.kubectl("delete", "-f", "-", *flags, input=text)
            self.control_plane.kubectl("delete", "namespace", space, *flags)
            self._gone(space)

    def _gone(self, space: str) -> None:
        def gone() -> bool:
            spaces = self.control_plane.api.get(collection("Namespace", None))["items"]
            pods = self.control_plane.api.get(collection("Pod", None))["items"]
            left = [*(each["metadata"]["name"] for each in spaces), *(pod["metadata"]["namespace"] for pod in pods)]
            system = any(pod["metadata"]["namespace"] == "kube-system" for pod in pods)
            return space not in left and not system

        self.control_plane.wait(f"{space} and its pods are gone", gone, SETTLE_SECONDS)

    def _asked(self, spaces: dict[str, Fault]) -> list[Told]:
        self.spaces = spaces
        self._plant()
        return anyio.run(self._ask_all)

    # Planting

    def _plant(self) -> None:
        self._namespaces()
        self._apply(self._objects(lambda fault: WEB))
        for space in self.spaces:
            self._await(space, "Deployment", "web", '"readyReplicas": 2')
        self._settle()
        self._apply(self._objects(lambda fault: (each for each in fault.objects if each["kind"] in FIRST)))
        self._conditions()
        self._apply(self._objects(lambda fault: (each for each in fault.objects if each["kind"] not in FIRST)))
        self._settle()
        if any(fault.then or fault.gone for fault in self.spaces.values()):
            self._apply(self._objects(lambda fault: fault.then))
            self._delete()
            self._settle()
        for space, fault in self.spaces.items():
            for number, noise in enumerate(fault.noise):
                self._noise(space, number, noise)
            if fault.sign:
                self._await(space, *fault.sign)

    def _world(self) -> None:
        for each in LAB_NODES:
            self.control_plane.api.create("/api/v1/nodes", each)
        kinds = (*CRDS, *OPERATORS)
        self.control_plane.apply([*CLASSES, *kinds])
        names = [f"crd/{each['metadata']['name']}" for each in kinds]
        self.control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", *names)
        self._apply([GATEWAY_CLASS])

    def _namespaces(self) -> None:
        spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in self.spaces]
        self._apply(spaces)
        for space in self.spaces:
            account = f"{collection('Namespace', None)}/{space}/serviceaccounts/default"
            self.control_plane.wait(f"{space} has its account", lambda a=account: self.control_plane.api.get(a))

    def _objects(self, of: Callable[[Fault], Iterable[Json]]) -> list[Json]:
        return [_placed(each, space) for space, fault in self.spaces.items() for each in of(fault)]

    def _apply(self, objects: list[Json]) -> None:
        """Server-side apply, several at a time: kubectl would take a second for what takes a moment."""
        api = self.control_plane.api

        def put(thing: Json) -> None:
            path = f"{_path(thing)}?fieldManager={MANAGER}&force=true"
            put_it = partial(api.request, "PATCH", path, thing, "application/apply-patch+yaml")
            self.control_plane.wait(f"{path} is there", put_it, SETTLE_SECONDS)
            if "status" in thing and thing["apiVersion"].split("/")[0] in WRITTEN:
                told = {"status": thing["status"]}
                api.request("PATCH", f"{_path(thing)}/status", told, "application/merge-patch+json")

        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(put, objects))

    def _conditions(self) -> None:
        """Wait until the quotas are counted: before that, nothing is refused."""

        def counted() -> bool:
            quotas = self.control_plane.api.get(collection("ResourceQuota", None))["items"]
            return all(quota.get("status", {}).get("used") is not None for quota in quotas)

        self.control_plane.wait("the quotas are counted", counted)

    def _delete(self) -> None:
        for space, fault in self.spaces.items():
            for kind, name in fault.gone:
                name = name.replace("{ns}", space)
                self.control_plane.kubectl("delete", kind.lower(), name, "-n", space, "--wait=false")
                free = '{"metadata": {"finalizers": null}}'
                self.control_plane.kubectl("patch", kind.lower(), name, "-n", space, "--type=merge", "-p", free)

    def _noise(self, space: str, number: int, noise: Noise) -> None:
        about = self._about(space, noise.about)
        last = datetime.now(UTC) - timedelta(minutes=noise.minutes_ago)
        self.control_plane.api.create(
            f"/api/v1/namespaces/{space}/events",
            {
                "metadata": {"name": f"{about['name']}.old{number}", "namespace": space},
                "involvedObject": about,
                "type": "Warning",
                "reason": noise.reason,
                "message": noise.message,
                "source": {"component": "kubelet", "host": "node-1"},
                "firstTimestamp": f"{last - timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}",
                "lastTimestamp": f"{last:%Y-%m-%dT%H:%M:%SZ}",
                "count": noise.count,
            },
        )

    def _about(self, space: str, words: str) -> Json:
        kind, _, name = words.partition(" ")
        listed = self.control_plane.api.get(collection(kind, space))["items"]
        found = next(each for each in listed if each["metadata"]["name"].startswith(name))
        return {
            "kind": kind,
            "namespace": space,
            "name": found["metadata"]["name"],
            "uid": found["metadata"]["uid"],
        }

    def _await(self, space: str, kind: str, name: str, words: str) -> None:
        def said() -> bool:
            listed = self.control_plane.api.get(collection(kind, space))["items"]
            chosen = [each for each in listed if each["metadata"]["name"].startswith(name)]
            return any(words in json.dumps(each) for each in chosen)

        self.control_plane.wait(f"{kind} {space}/{name} says {words}", said, SETTLE_SECONDS)

    def _settle(self) -> None:
        """Until nobody has changed anything of what matters for a while."""
        until, before, since = time.monotonic() + SETTLE_SECONDS, self._picture(), time.monotonic()
        while time.monotonic() < until and time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.5)
            now = self._picture()
            if now != before:
                before, since = now, time.monotonic()

    def _picture(self) -> dict[str, str]:
        told = self.control_plane.kubectl(
            "get", ",".join(WATCHED), "-A", "-o",
            r"jsonpath={range .items[*]}{.metadata.uid} {.metadata.resourceVersion}{'\n'}{end}",
        )  # fmt: skip
        return dict(cast("list[tuple[str, str]]", [line.split() for line in told.splitlines()]))

    # Asking

    async def _ask_all(self) -> list[Told]:
        settings = load_settings(kubeconfig=str(self.control_plane.kubeconfig), home=self.folder / "state")
        desk = await open_desk(settings, {})
        told: dict[str, Told] = {}
        limit = anyio.CapacityLimiter(AT_ONCE)

        async def ask(space: str, fault: Fault) -> None:
            async with limit:
                told[space] = await _ask(desk, space, fault)

        try:
            async with anyio.create_task_group() as group:
                for space, fault in self.spaces.items():
                    group.start_soon(ask, space, fault)
        finally:
            await desk.api.aclose()
        return [told[space] for space in self.spaces]


async def _ask(desk: Desk, space: str, fault: Fault) -> Told:
    where = None if fault.where == "cluster" else space
    assessed = await assess_incident(desk, desk.person, namespace=where, incident=None)
    health = await check_health(desk, desk.person, namespace=where, kind=None, name=None, incident=None)
    roots = [_root(each) for each in assessed.findings]
    wanted = _wanted(fault, space)
    hurt = [
        f"{each.cause} {each.target}"
        for each in (*assessed.findings, *health.findings)
        if each.severity != "notice" and _is_well(each, fault)
    ]
    return Told(
        fault=fault,
        rank=_rank(roots, wanted, [each.severity for each in assessed.findings]),
        diagnosed=await _diagnosed(desk, space, fault, wanted),
        roots=tuple(f"{cause} {target}" for cause, target in roots),
        hurt_neighbours=tuple(dict.fromkeys(hurt)),
    )


def _wanted(fault: Fault, space: str) -> tuple[str, str]:
    return fault.root[0], fault.root[1].replace("{ns}", space)


def _rank(roots: list[tuple[str, str]], wanted: tuple[str, str], severities: list[str]) -> int | None:
    if not wanted[0]:
        return None if any(each != "notice" for each in severities) else 1
    return next((place for place, each in enumerate(roots, 1) if _same(each, wanted)), None)


def _same(told: tuple[str, str], wanted: tuple[str, str]) -> bool:
    """Made-up names (of a CronJob's run) begin with the name that was given."""
    kind, name = wanted[1].split(" ")
    run = kind == "Job" and told[1].startswith(f"{kind} {name}-")
    return told[0] == wanted[0] and (told[1] == wanted[1] or run)


def _root(line: FindingLine) -> tuple[str, str]:
    return line.cause, f"{line.target.kind} {line.target.name}"


def _is_well(line: FindingLine, fault: Fault) -> bool:
    return line.target.name == "web" or f"{line.target.kind} {line.target.name}" in fault.healthy


async def _diagnosed(desk: Desk, space: str, fault: Fault, wanted: tuple[str, str]) -> bool | None:
    kind, _, name = _asked(fault).partition("/")
    if not kind or not wanted[0]:
        return None
    reply = await diagnose_workload(desk, desk.person, kind=kind, namespace=space, name=name, incident=None)
    roots = [_root(each) for each in reply.findings if each.root]
    return bool(roots) and _same(roots[0], wanted)


def _asked(fault: Fault) -> str:
    if fault.ask:
        return fault.ask
    there = [f"{each['kind']}/{each['metadata']['name']}".lower() for each in fault.objects]
    return "deployment/api" if "deployment/api" in there else ""


def _placed(thing: Json, space: str) -> Json:
    """The object in this namespace; `{ns}` stands for its name."""
    placed = cast("Json", _filled(thing, space))
    namespaced = thing["kind"] not in KINDS or KINDS[thing["kind"]].namespaced
    if namespaced and thing["kind"] not in FIRST[4:] and thing["kind"] not in ("IngressClass", "PriorityClass"):
        placed["metadata"] = {"namespace": space, **placed["metadata"]}
    return placed


def _path(thing: Json) -> str:
    meta, version, kind = thing["metadata"], str(thing["apiVersion"]), str(thing["kind"])
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    where = f"/namespaces/{meta['namespace']}" if "namespace" in meta else ""
    return f"{root}{where}/{_plural(kind.lower())}/{meta['name']}"


def _plural(kind: str) -> str:
    if kind.endswith("s"):
        return f"{kind}es"
    return f"{kind[:-1]}ies" if kind.endswith("y") and not kind.endswith("way") else f"{kind}s"


def _filled(thing: Any, space: str) -> Any:
    if isinstance(thing, dict):
        return {key: _filled(value, space) for key, value in cast("Json", thing).items()}
    if isinstance(thing, list):
        return [_filled(each, space) for each in cast("list[Any]", thing)]
    return thing.replace("{ns}", space) if isinstance(thing, str) else thing


def score(told: list[Told]) -> Iterator[Told]:
    """Those that count as right: twins only together."""
    wrong = {each.fault.twins for each in told if not each.right and each.fault.twins}
    return (each for each in told if each.right and each.fault.twins not in wrong)
