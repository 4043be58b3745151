"""The kinds beside pods and workloads, as JSON objects, and which rows of their tables look off."""

from datetime import UTC, datetime
from typing import Any

from incident_mcp.cluster.api_services import api_service_seen
from incident_mcp.cluster.autoscalers import autoscaler_seen, unable_or_full
from incident_mcp.cluster.budgets import budget_seen, spent
from incident_mcp.cluster.claims import claim_seen, storage_class_seen, unbound
from incident_mcp.cluster.cron_jobs import late_or_suspended
from incident_mcp.cluster.ingresses import ingress_seen, routes_seen
from incident_mcp.cluster.jobs import job_seen, unwell_jobs
from incident_mcp.cluster.outlines import outline_seen
from incident_mcp.cluster.policies import policy_seen
from incident_mcp.cluster.services import services_seen
from incident_mcp.cluster.tables import Column, Row, Table
from incident_mcp.cluster.webhooks import webhooks_seen
from incident_mcp.vocabulary.network_seen import PortSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen, SelectorSeen
from incident_mcp.vocabulary.refs import Ref

META: dict[str, Any] = {"name": "x", "namespace": "shop", "uid": "u", "creationTimestamp": "2026-11-24T02:00:00Z"}
NOW = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)


def table(*names: str, rows: list[list[Any]]) -> Table:
    return Table(column_definitions=[Column(name) for name in names], rows=[Row(cells) for cells in rows])


def test_claims_that_are_not_bound_are_read() -> None:
    found = table("Name", "Status", rows=[["well", "Bound"], ["waits", "Pending"], ["gone", "Lost"]])
    assert list(unbound(found)) == ["waits", "gone"]


def test_a_table_without_the_column_suspects_nobody() -> None:
    plain = table("Name", "Created At", rows=[["x", "2026"]])
    for names in (unbound, unwell_jobs, unable_or_full, spent, late_or_suspended(NOW)):
        assert list(names(plain)) == []


def test_jobs_by_their_status() -> None:
    found = table("Name", "Status", rows=[["a", "Complete"], ["b", "Failed"], ["c", "Running"], ["d", "Suspended"]])
    assert list(unwell_jobs(found)) == ["b", "d", "c"]  # the pods of a running one may be refused


def test_cron_jobs_that_should_have_run_by_now() -> None:
    columns = ("Name", "Schedule", "Timezone", "Suspend", "Active", "Last Schedule", "Age")
    rows: list[list[Any]] = [
        ["well", "0 * * * *", "<none>", False, 0, "14m", "9d"],
        ["daily", "0 3 * * *", "<none>", "False", 0, "23h", "9d"],
        ["late", "0 * * * *", "<none>", False, 0, "74m", "9d"],
        ["never", "0 * * * *", "<none>", False, 0, "<none>", "9d"],
        ["new", "0 * * * *", "<none>", False, 0, "<none>", "5m"],
        ["off", "0 * * * *", "<none>", True, 0, "14m", "9d"],
        ["odd", "every day", "<none>", False, 0, "<none>", "9d"],
    ]
    assert list(late_or_suspended(NOW)(table(*columns, rows=rows))) == ["late", "never", "off", "odd"]


def test_autoscalers_without_metrics_or_at_their_maximum() -> None:
    columns = ("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age")
    rows: list[list[Any]] = [
        ["well", "Deployment/a", "cpu: 40%/50%", "1", "5", "2", "1d"],
        ["blind", "Deployment/b", "cpu: <unknown>/50%", "1", "5", "2", "1d"],
        ["full", "Deployment/c", "cpu: 90%/50%", "1", "5", "5", "1d"],
    ]
    assert list(unable_or_full(table(*columns, rows=rows))) == ["blind", "full"]


def test_objects_as_values() -> None:
    claim = claim_seen({"metadata": META, "spec": {"storageClassName": "fast"}, "status": {"phase": "Pending"}})
    assert (claim.phase, claim.storage_class, claim.volume) == ("Pending", "fast", "")
    notes = {"storageclass.kubernetes.io/is-default-class": "true"}
    kept = storage_class_seen({"metadata": {**META, "annotations": notes}, "volumeBindingMode": "WaitForFirstConsumer"})
    assert (kept.default, kept.waits_for_pod) == (True, True)
    owner = {"controller": True, "kind": "CronJob", "name": "backup"}
    job = job_seen({"metadata": {**META, "ownerReferences": [owner]}, "status": {"failed": 3}})
    assert (job.owner, job.failed) == (Ref(kind="CronJob", namespace="shop", name="backup"), 3)
    target = {"kind": "Deployment", "name": "api"}
    scaler = autoscaler_seen({"metadata": META, "spec": {"scaleTargetRef": target, "maxReplicas": 4}})
    assert (str(scaler.target), scaler.most) == ("Deployment shop/api", 4)
    budget = budget_seen({"metadata": META, "spec": {"maxUnavailable": 0}, "status": {"expectedPods": 2}})
    assert (budget.rule, budget.expected) == ("maxUnavailable 0", 2)


def test_an_api_that_is_available_by_now_is_left_out() -> None:
    def status(value: str) -> dict[str, Any]:
        behind = {"namespace": "kube-system", "name": "metrics"}
        return {
            "metadata": META,
            "spec": {"service": behind},
            "status": {"conditions": [{"type": "Available", "status": value, "reason": "MissingEndpoints"}]},
        }

    assert api_service_seen(status("True")) is None
    down = api_service_seen(status("False"))
    assert down is not None
    assert (str(down.service), down.reason) == ("Service kube-system/metrics", "MissingEndpoints")


def test_ports_of_services_and_of_what_stands_behind() -> None:
    ports = [{"port": 80, "name": "http", "targetPort": "web"}, {"port": 9090}]
    spec = {"selector": {"app": "x"}, "clusterIP": "None", "ports": ports}
    (seen,) = services_seen([{"metadata": META, "spec": spec}], [])
    assert seen.ports == (PortSeen(number=80, name="http", target="web"), PortSeen(number=9090, target="9090"))
    assert seen.headless
    containers = [{"ports": [{"name": "web", "containerPort": 8080}]}, {}]
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": containers}}
    outline = outline_seen({"metadata": META, "spec": {"replicas": 0, "template": template}}, "Deployment")
    assert (outline.ports, outline.desired) == ((("web", 8080),), 0)
    assert outline.has_port("web")
    assert outline.has_port("8080")
    assert not outline.has_port("80")


def test_an_ingress_names_its_class_its_certificates_and_ports() -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    notes = {"kubernetes.io/ingress.class": "nginx"}
    spec = {"defaultBackend": backend, "tls": [{"secretName": "s"}, {"secretName": "s"}, {}]}
    thing = {"metadata": {**META, "annotations": notes}, "spec": spec}
    seen = ingress_seen(thing)
    assert (seen.class_name, [ref.name for ref in seen.secrets]) == ("nginx", ["s"])
    assert [route.port for route in routes_seen(thing)] == ["80"]


def test_what_a_policy_lets_out() -> None:
    def policy(**spec: Any) -> PolicySeen:
        return policy_seen({"metadata": META, "spec": {"podSelector": {}, "policyTypes": ["Egress"], **spec}})

    dns = {"ports": [{"port": 53, "protocol": "UDP"}]}
    web = {"ports": [{"port": 443}]}
    some = {"ports": [{"port": 1, "endPort": 100}]}
    cases: list[list[dict[str, Any]]] = [[], [web], [web, dns], [{}], [some]]
    gates = [[[(gate.port, gate.end) for gate in rule.gates] for rule in policy(egress=r).lets_out] for r in cases]
    assert gates == [[], [[("443", None)]], [[("443", None)], [("53", None)]], [[]], [[("1", 100)]]]
    assert policy(policyTypes=["Ingress"]).egress is False
    assert policy().selector.fits({"any": "pod"})
    assert not policy(podSelector={"matchLabels": {"app": "x"}}).selector.fits({"app": "y"})


def test_whom_a_policy_lets_in() -> None:
    peers: list[list[dict[str, Any]]] = [
        [{"podSelector": {"matchLabels": {"tier": "web"}}}],
        [],
        [{"namespaceSelector": {}}],
        [{"podSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {"matchLabels": {"c": "d"}}}],
        [{"podSelector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}],
        [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
        [{"podSelector": {}}],
    ]
    spec: dict[str, Any] = {"podSelector": {}, "ingress": [{"from": each} if each else {} for each in peers]}
    seen = policy_seen({"metadata": META, "spec": spec})
    assert [len(rule.peers) for rule in seen.lets_in] == [1, 0, 1, 1, 1, 1, 1]
    assert seen.lets_in[0].peers[0].pods == SelectorSeen(labels={"tier": "web"})
    assert seen.lets_in[5].peers[0].block == "10.0.0.0/8"
    assert seen.ingress
    assert policy_seen({"metadata": META, "spec": {"policyTypes": ["Egress"]}}).ingress is False


def test_webhooks_and_who_answers_them() -> None:
    hooks = [
        {"name": "a.example", "clientConfig": {"service": {"namespace": "n", "name": "s"}}, "failurePolicy": "Ignore"},
        {"name": "b.example", "clientConfig": {"url": "https://x"}, "rules": [{"resources": ["pods", "*"]}]},
    ]
    first, second = webhooks_seen({"metadata": {"name": "x"}, "webhooks": hooks}, "MutatingWebhookConfiguration")
    assert (str(first.service), first.fails_closed) == ("Service n/s", False)
    assert (second.service, second.fails_closed, second.judges) == (None, True, ("pods", "*"))
