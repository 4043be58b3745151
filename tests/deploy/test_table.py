"""The tools' table of rights says what the tools ask the API server for: no more, and no less.

Each tool is played over the embedded cluster, through the client, and every request of ours is written down as the
verb and the resource that RBAC will want for it.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from mcp.types import ElicitResult

from incident_mcp.cluster.access import Need
from incident_mcp.cluster.api import USER_AGENT
from incident_mcp.cluster.calls import MERGE_PATCH, Call
from incident_mcp.cluster.kinds import KINDS, path_of
from incident_mcp.cluster.outgoing import Outgoing
from incident_mcp.cluster.tls import ClientCertificate
from incident_mcp.cluster.transport import Answer, Transport
from incident_mcp.gate.gate import LocalGate
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.policy import TELLS
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.permissions import TOOLS, needs
from tests.cluster.connection.harness import connected
from tests.surface.world import ACCEPT, CHECKOUT, DECLINE, World, at_once, data_of, world

BY_NAME = {tool.tool: tool for tool in TOOLS}
STATEFUL = {"kind": "StatefulSet", "namespace": "payments", "name": "payments-db"}
DAEMON = {"kind": "DaemonSet", "namespace": "kube-system", "name": "kube-proxy"}
WORKLOADS = (CHECKOUT, STATEFUL, DAEMON)
MISSING = [
    {"kind": kind, "namespace": "shop", "name": "chekout"} for kind in ("Deployment", "StatefulSet", "DaemonSet")
]
NOWHERE = {"kind": "Deployment", "namespace": "shp", "name": "checkout"}
RECORD_ONLY = {
    "open_incident", "update_incident", "record_entry", "get_incident", "hand_over", "close_incident",
    "write_postmortem", *TELLS,
}  # fmt: skip
REVIEWS = "selfsubjectaccessreviews.authorization.k8s.io"
LEFT = {
    *needs("get: nodes cronjobs.batch jobs.batch deployments.apps deployments.apps/scale statefulsets.apps/scale"),
    *needs("get: services configmaps ingresses.networking.k8s.io"),
}
"""Whether what a change left behind is still there: asked only where there was such a change, with its own rights."""
SECRETS = {"get secrets"}
"""No workload of the scenario takes a Secret."""
MONITORING = {"get services/proxy"}
"""The scenario's settings name no monitoring."""
NEAR_MISSES = needs("get list: namespaces", "list: deployments.apps statefulsets.apps daemonsets.apps")
GITOPS = {
    *(f"get {name}" for name in ("kustomizations.kustomize.toolkit.fluxcd.io", "helmreleases.helm.toolkit.fluxcd.io")),
    "list applications.argoproj.io",
    "list kustomizations.kustomize.toolkit.fluxcd.io",
    "list helmreleases.helm.toolkit.fluxcd.io",
}
FLAGS = {"list featureflags.core.openfeature.dev", "list featureflagconfigurations.core.openfeature.dev"}
INSTALLED = {str(need) for tool in TOOLS for need in tool.where_served}
"""Neither the Gateway API nor cert-manager is installed."""
REASONS = {
    *(f"list {name}" for name in ("resourcequotas", "storageclasses.storage.k8s.io", "persistentvolumeclaims")),
    *(f"list {kind}webhookconfigurations.admissionregistration.k8s.io" for kind in ("mutating", "validating")),
    "list networkpolicies.networking.k8s.io",
    "get services",  # of another namespace, that a failing program calls by its full name
}
"""Read only where something was refused or waits: nothing is in the scenario, and only once something fails."""
NODES = {"list nodes", "get nodes"}
"""Only where a pod finds none, or stands on one and is not ready."""
STUCK = {"delete pods", "get serviceaccounts"}
"""No StatefulSet of the scenario waits for a broken pod, and none takes a service account."""
WATCHED = {*map(str, BY_NAME["diagnose_workload"].all), "get serviceaccounts"}
SELDOM = {
    "check_health": {*SECRETS, *REASONS},
    "assess_incident": {*SECRETS, *REASONS, *MONITORING},
    # Its namespace is looked at where it does not explain itself.
    "diagnose_workload": {*SECRETS, *REASONS, *NODES, *MONITORING, *map(str, BY_NAME["check_health"].all)},
    # The workload that fails here is a Deployment.
    "hand_off": {
        *map(str, NEAR_MISSES),
        *map(str, needs("get: statefulsets.apps daemonsets.apps pods", "list: controllerrevisions.apps")),
    },
    "rollback_workload": {*SECRETS, *REASONS, *STUCK, *NODES},
    "what_changed": {*SECRETS, *GITOPS, *FLAGS, *REASONS, *MONITORING},  # none of these operators is installed
    "resource_usage": {"get pods", "list nodes", "list nodes.metrics.k8s.io"},  # the scenario has no metrics server
    "verify_fix": {
        *SECRETS,
        *REASONS,
        *NODES,
        *MONITORING,
        "get pods/log",
    },  # where an error was to go
    # A change is watched by looks like diagnose_workload's, which ask for more only where something is not well.
    "preview_change": {*SECRETS, *STUCK},
    "restart_workload": WATCHED,
    "set_resources": WATCHED,
    "pause_rollout": {*WATCHED, *GITOPS},
    "evict_pod": WATCHED,  # the pod that is evicted here has no controller
    "suspend_job": GITOPS,
    # The embedded cluster runs no container of that pod, so that no command is asked for.
    "run_diagnostic": {"create pods/exec", "get pods/exec", *map(str, needs("get: pods/log", "list: events"))},
    "redirect_traffic": GITOPS,
    "set_feature_flag": GITOPS,
    "undo_action": {
        *WATCHED,
        *GITOPS,
        *(
            f"{verb} {kind}.apps{what}"
            for verb in ("get", "patch")
            for what in ("", "/scale")
            for kind in ("deployments", "statefulsets")
        ),
    },
    # Logs only where a pod that may go is not ready; revisions only where a StatefulSet's scaling is watched.
    "scale_workload": {
        *STUCK,
        *GITOPS,
        *SECRETS,
        *REASONS,
        *NODES,
        "get pods/log",
        "list controllerrevisions.apps",
        *map(str, NEAR_MISSES),
    },
}


WAITING = "plans that wait"
"""Every answer names them, and so reads their targets again: what a change's own tool may read anyway."""


class Asked:
    """What was asked for, by the tool that was being called."""

    def __init__(self) -> None:
        self.tool = ""
        self.needs: defaultdict[str, set[Need]] = defaultdict(set)

    def note(self, outgoing: Outgoing) -> None:
        url = urlsplit(outgoing.target)
        method: Any = outgoing.method
        call = Call(method, url.path, dict(parse_qsl(url.query)))
        verb: Any = call.verb
        if call.resource.startswith("/") or call.resource == REVIEWS:  # which every authenticated user may
            return
        self.needs[self.tool].add(Need(verb, call.resource))


class Person:
    """Answers every form as told."""

    says: ElicitResult = DECLINE

    async def answer(self) -> ElicitResult:
        return self.says


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Reads along at the one place where bytes leave for the API server."""
    notes, send = Asked(), Transport.send

    @asynccontextmanager
    async def read_along(
        self: Transport, outgoing: Outgoing, certificate: ClientCertificate | None
    ) -> AsyncGenerator[Answer]:
        notes.note(outgoing)
        async with send(self, outgoing, certificate) as answer:
            yield answer

    waiting = LocalGate.waiting

    async def for_the_plans_that_wait(self: LocalGate, incident: str | None, by: Actor) -> list[str]:
        tool, notes.tool = notes.tool, WAITING
        try:
            return await waiting(self, incident, by)
        finally:
            notes.tool = tool

    monkeypatch.setattr(Transport, "send", read_along)
    monkeypatch.setattr(LocalGate, "waiting", for_the_plans_that_wait)
    return notes


async def play(here: World, asked: Asked, person: Person) -> None:
    """Each tool on each kind, on what is there and on what is not; one change of each is carried out."""

    async def call(name: str, /, **arguments: Any) -> None:
        asked.tool = name
        await here.call(name, **arguments)

    for tool in ("assess_incident", "check_health"):
        for arguments in ({}, {"namespace": "shop"}, {"namespace": "shp"}):
            await call(tool, **arguments)
    await call("check_health", namespace="shop", hygiene=True)
    await play_logs(here, asked)
    await call("hand_off", specialist="python-pro", question="Why does it want PAYMENT_URL?")
    for tool in ("what_changed", "resource_usage"):
        for arguments in ({}, {"namespace": "shop"}, {"namespace": "shp"}):
            await call(tool, **arguments)
    for kind in KINDS:
        await call("read_object", kind=kind)
        await call("read_object", kind=kind, name="there-is-none")
    person.says = DECLINE
    for workload in (*WORKLOADS, *MISSING, NOWHERE):
        for tool in ("check_health", "diagnose_workload", "rollout_history", "analyze_logs", "rollback_workload"):
            await call(tool, **workload)
        await call("follow_logs", **workload, seconds=1)
        await call("verify_fix", **workload, soak_seconds=0)
        await call("scale_workload", **workload, replicas=2)
        await call("preview_change", tool="rollback_workload", arguments=workload)
        await call("preview_change", tool="scale_workload", arguments={**workload, "replicas": 2})
    await play_others(here, asked, person)
    person.says = ACCEPT
    await call("rollback_workload", **CHECKOUT, revision=5)
    await call("verify_fix", **CHECKOUT, soak_seconds=0)
    await call("scale_workload", **CHECKOUT, replicas=4)
    for tool in (*TELLS, *sorted(RECORD_ONLY - {"open_incident", *TELLS})):
        asked.tool = tool
        await here.call(tool, **RECORDS.get(tool, {}))


async def play_logs(here: World, asked: Asked) -> None:
    """Of a pod, and of pods that are not there."""
    for tool, bounded in (("analyze_logs", {}), ("follow_logs", {"seconds": 1})):
        asked.tool = tool
        await here.call(tool, kind="Pod", namespace="shop", name="alone", **bounded)
        await here.call(tool, namespace="shop", selector="app=there-is-none", **bounded)


async def play_others(here: World, asked: Asked, person: Person) -> None:
    """The other changes, declined, previewed, and then each carried out and undone on something that is well."""

    async def call(name: str, /, **arguments: Any) -> None:
        asked.tool = name
        await here.call(name, **arguments)

    for tool, arguments in (*others(STATEFUL), *others(DAEMON), *others(CHECKOUT)):
        await call(tool, **arguments)
        await call("preview_change", tool=tool, arguments=arguments)
    await call("set_resources", **STATEFUL, memory_limit="300Mi")
    person.says = ACCEPT
    done: list[str] = []
    asked.tool = "check_health"
    seen = [data_of(await here.call("check_health", namespace="shop"))["entry"]]
    for tool, arguments in others(DAEMON):  # it is well, so nothing is waited for
        await call("preview_change", tool=tool, arguments=arguments, evidence=seen)  # it was declined before
        person.says = ElicitResult(action="accept", content={"approve": True, "name": str(arguments.get("name"))})
        asked.tool = tool
        answer: dict[str, Any] = (await here.call(tool, **arguments)).structured_content or {}
        done += [answer["plan"]] if answer.get("changed") is True else []
    for plan in done:
        await call("undo_action", plan=plan)


def others(workload: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """The other changes, on one workload and on what else there is."""
    named = {"namespace": workload["namespace"], "name": workload["name"]}
    jobs = [("suspend_job", {"kind": kind, "namespace": "shop", "name": "nightly"}) for kind in ("CronJob", "Job")]
    return [
        ("restart_workload", workload),
        (
            "redirect_traffic",
            {"kind": "Service", "namespace": "shop", "name": "front", "selector": {"app": "tool"}, **NOW},
        ),
        ("redirect_traffic", {"kind": "Ingress", "namespace": "shop", "name": "front", "to": "back", **NOW}),
        ("redirect_traffic", {"kind": "Ingress", "namespace": "shop", "name": "canary", "percent": 5, **NOW}),
        ("redirect_traffic", {"kind": "HTTPRoute", "namespace": "shop", "name": "front", "to": "back", "percent": 5}),
        ("set_feature_flag", {"kind": "ConfigMap", "namespace": "shop", "name": "flags", "to": "off"}),
        ("set_feature_flag", {"kind": "FeatureFlag", "namespace": "shop", "name": "flags", "flag": "x", "to": "off"}),
        ("pause_rollout", named),
        ("pause_rollout", named | {"paused": False}),
        ("set_resources", workload | {"memory_limit": "2Gi"}),
        ("evict_pod", {"namespace": "shop", "name": "alone"}),
        ("run_diagnostic", {"namespace": "shop", "name": "alone", "command": ["ls"]}),
        *jobs,
        ("cordon_node", {"name": "node-2", "do": "cordon"}),
        ("cordon_node", {"name": "node-3", "do": "drain", "minutes": 1}),
        ("undo_action", {"plan": "00000000"}),
    ]


NOW = {"watch_seconds": 0}
"""The time of this world stands still."""
RECORDS: dict[str, dict[str, Any]] = {
    "update_incident": {"severity": "SEV-2"},
    "record_entry": {"kind": "note", "text": "a note"},
    "hand_over": {"receiver": "Ada"},
    "close_incident": {"reason": "a rehearsal"},
    "page": {"do": "note", "text": "a note"},
    "post_update": {"status": "investigating", "impact": "Nobody can pay."},
    "create_follow_ups": {"items": ["Set PAYMENT_URL."]},
}


MARKS: dict[str, Any] = {
    "Deployment": {"labels": {f"helm.toolkit.fluxcd.io/{part}": "shop" for part in ("name", "namespace")}},
    "DaemonSet": {"labels": {f"kustomize.toolkit.fluxcd.io/{part}": "shop" for part in ("name", "namespace")}},
    "StatefulSet": {
        "annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/StatefulSet:payments/payments-db"},
    },
}
POD: dict[str, Any] = {"containers": [{"name": "app", "image": "registry.example/shop/tool:1"}]}
JOB: dict[str, Any] = {"template": {"spec": {**POD, "restartPolicy": "Never"}}}


def service(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
    }


def ingress(name: str, **notes: str) -> dict[str, Any]:
    backend = {"service": {"name": "front", "port": {"number": 80}}}
    rule = {"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "annotations": notes},
        "spec": {"rules": [rule]},
    }


CANARY = {"nginx.ingress.kubernetes.io/canary": "true"}
THINGS: list[tuple[str, dict[str, Any]]] = [
    *(("/api/v1/namespaces/shop/services", service(name)) for name in ("front", "back")),
    ("/apis/networking.k8s.io/v1/namespaces/shop/ingresses", ingress("front")),
    ("/apis/networking.k8s.io/v1/namespaces/shop/ingresses", ingress("canary", **CANARY)),
    (
        "/api/v1/namespaces/shop/configmaps",
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "flags"}, "data": {"x": "on"}},
    ),
    ("/api/v1/namespaces/shop/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "alone"}, "spec": POD}),
    (
        "/apis/batch/v1/namespaces/shop/jobs",
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "nightly"}, "spec": JOB},
    ),
    (
        "/apis/batch/v1/namespaces/shop/cronjobs",
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "nightly"},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": JOB}},
        },
    ),
]


async def make_trouble(here: World) -> None:
    """A node that is cordoned, a second revision of the StatefulSet and the DaemonSet, each marked by a GitOps tool,
    and a pod and jobs that the scenario has none of.
    """
    async with connected(here.sandbox.kubeconfig) as api:
        cordon = {"spec": {"unschedulable": True}}
        names = [row.cells[0] for row in (await api.table("/api/v1/nodes")).rows]
        await api.patch(f"/api/v1/nodes/{names[0]}", cordon, content_type=MERGE_PATCH, user_agent=USER_AGENT)
        again = {"spec": {"template": {"metadata": {"annotations": {"restarted": "now"}}}}}
        for workload in WORKLOADS:
            path = path_of(Ref(**workload))
            change = (again if workload != CHECKOUT else {}) | {"metadata": MARKS[workload["kind"]]}
            await api.patch(path, change, content_type=MERGE_PATCH, user_agent=USER_AGENT)
        for path, thing in THINGS:
            await api.create(path, thing, user_agent=USER_AGENT)


async def test_the_table_is_what_the_tools_ask_for(asked: Asked, tmp_path: Path) -> None:
    person = Person()
    policy = at_once(tmp_path, "mutations_an_incident = 1000")
    async with world(tmp_path, "legacy", person.answer, policy=policy) as here:
        await make_trouble(here)
        asked.needs.clear()
        await play(here, asked, person)
        listed = {tool.name for tool in (await here.client.list_tools()).tools}
    assert listed == set(BY_NAME) | RECORD_ONLY
    assert asked.needs[WAITING] <= {need for tool in TOOLS if tool.changes for need in tool.all}
    assert {tool: asked.needs[tool] - LEFT for tool in RECORD_ONLY if asked.needs[tool] - LEFT} == {}
    for tool, row in BY_NAME.items():
        beyond, idle = asked.needs[tool] - set(row.all), set(row.all) - asked.needs[tool]
        assert {str(need) for need in beyond} == set(), f"{tool} asked, and its row does not say so"
        assert {str(need) for need in idle} - INSTALLED <= SELDOM.get(tool, SECRETS), (
            f"in the row of {tool}, and never asked"
        )
