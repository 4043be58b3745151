"""The seven common issues: found by a sign, ruled out by what was looked at, and never ruled out by nothing."""

import pytest

from incident_mcp.investigate.common_issues import Issue, common_issues, is_outside, of_a_look
from incident_mcp.investigate.find import find
from incident_mcp.vocabulary.observation import ContainerSeen, Observation
from tests.investigate.observations import container, crashing, deployment, log, observation, pod, workload

API = deployment("api")
LOGGED = {
    "Connection refused (service discovery)": "dial tcp 10.0.0.7:8443: connect: connection refused",
    "Database connection pool exhaustion": "QueuePool limit of size 5 overflow 10 reached",
    "External API failures": "getaddrinfo ENOTFOUND api.stripe.com",
    "Certificate expiration": "x509: certificate has expired or is not yet valid",
    "DNS resolution failures": "lookup payments.shop.svc.cluster.local on 10.96.0.10:53: no such host",
}


def issues(seen: Observation) -> dict[str, Issue]:
    return {one.name: one for one in common_issues(of_a_look(seen, API, find(seen)))}


def api(*lines: str, fails: ContainerSeen | None = None) -> Observation:
    one = pod("api", "api-1", fails or crashing())
    return observation(workload("api", 0, 1), one, *([log(one, *lines)] if lines else []))


@pytest.mark.parametrize(("name", "line"), LOGGED.items())
def test_each_is_found_by_its_line_and_the_others_are_ruled_out_by_number(name: str, line: str) -> None:
    found = issues(api("starting", line))
    assert found[name].state == "found"
    if name != "Certificate expiration":  # a rule of its own says that better than a count
        assert found[name].why.endswith("1 line in 1 pod")
    innocent = {
        one for one in LOGGED if one != name and {one, name} != {"External API failures", "DNS resolution failures"}
    }
    for other in innocent:
        assert found[other].state == "ruled out", found[other]
        assert found[other].why.endswith("in 2 log lines of 1 pod")


def test_without_a_log_line_nothing_that_only_logs_tell_is_ruled_out() -> None:
    found = issues(api())
    assert {found[name].state for name in LOGGED} == {"not checked"}
    assert {found[name].why for name in LOGGED} == {"no log line could be read"}


def test_a_pod_killed_for_memory_and_one_that_crashes_are_told_apart() -> None:
    killed = issues(api("x", fails=crashing(last_reason="OOMKilled", last_exit_code=137)))
    crashed = issues(api("x"))
    assert killed["OOMKilled pods (memory limits)"].state == "found"
    assert crashed["OOMKilled pods (memory limits)"].why == "none of 1 pod was killed for memory"
    assert crashed["CrashLoopBackOff (application errors)"].state == "found"


def test_well_pods_rule_out_crashes_and_no_pods_rule_out_nothing() -> None:
    well = pod("api", "api-1", container(state="running", ready=True), ready=True)
    running = issues(observation(workload("api", 1, 1), well))
    empty = issues(observation(workload("api", 0, 1)))
    assert running["CrashLoopBackOff (application errors)"].state == "ruled out"
    assert empty["CrashLoopBackOff (application errors)"] == Issue(
        name="CrashLoopBackOff (application errors)", state="not checked", why="it has no pods"
    )


def test_a_timeout_that_names_nobody_neither_accuses_nor_acquits_the_outside() -> None:
    found = issues(api("context deadline exceeded"))["External API failures"]
    assert (found.state, found.why) == ("not checked", "1 line about a time-out, none of which names a host")


@pytest.mark.parametrize("host", ["api.stripe.com", "stripe.com", "8.8.8.8", "s3.eu-west-1.amazonaws.com"])
def test_a_public_host_is_outside(host: str) -> None:
    assert is_outside(host)


@pytest.mark.parametrize(
    "host", ["", "payments", "payments.shop", "payments.shop.svc", "payments.shop.svc.cluster.local", "10.0.0.7", "::1"]
)
def test_a_service_or_a_private_address_is_inside(host: str) -> None:
    assert not is_outside(host)
