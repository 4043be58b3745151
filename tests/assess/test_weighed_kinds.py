"""Whether a kind of finding names a cause or leaves open why: somebody must have decided that for each of them."""

import pytest

from incident_mcp.assess.assess import assess
from incident_mcp.assess.rivals.weigh import SAID, SYMPTOMS, weigh
from incident_mcp.investigate.catalogue import BY_CODE, CATALOGUE
from tests.investigate.faults.fault import Fault
from tests.investigate.test_rules import FAULTS

PROVEN = """
missing-environment missing-config volume-mount container-not-created waits-for-config volume-attach sandbox-failed
bad-command variable-shadowed
image-not-found image-pull-denied registry-unreachable image-name-invalid image-not-present
unschedulable insufficient-resources preempted untolerated-taint no-matching-node volume-elsewhere host-port-taken
scheduling-gated nodes-cordoned
pods-not-created quota-exceeded limit-range pod-security webhook-down webhook-denies service-account-missing
quota-needs-limits class-missing
rollout-paused scaled-to-zero daemon-set-misscheduled governing-service-missing evicted stuck-terminating
namespace-terminating
job-suspended cron-job-suspended cron-job-invalid cron-job-failing job-held-open
autoscaler-blind autoscaler-unable autoscaler-at-maximum budget-blocks budgets-overlap
rbac-denied policy-blocks dns-policy port-conflict
no-endpoints selects-nothing target-port mixed-endpoints load-balancer-pending load-balancer-failing no-local-endpoint
route-down backend-missing backend-port-missing route-redirected ingress-class-missing certificate-missing dns-down
dns-failing dns-denies network-agent-down
certificate-expired certificate-expires-soon certificate-not-yet-valid certificate-wrong-name certificate-malformed
certificate-not-issued issuer-not-ready route-untrusted
gateway-class-missing gateway-not-ready listener-broken route-detached reference-not-granted gateway-missing
route-unserved route-unresolved
node-not-ready node-pressure node-out-of-memory node-cordoned node-network node-problem api-service-down
claim-pending claim-lost storage-class-missing claim-missing
operator-reports
"""
"""Kinds that name what is wrong, or quote whoever knows (API server, scheduler, kubelet, controller): they have no
rivals. A new kind that only says what is seen belongs to SYMPTOMS, one that a program says of itself to SAID.
"""


def test_each_kind_is_a_symptom_or_said_by_a_program_or_proven_and_none_is_two_of_these() -> None:
    proven = {kind.code for kind in CATALOGUE if kind.cause in PROVEN.split()}
    assert len(proven) == len(PROVEN.split()), "a word that is no cause any more"
    assert not proven & (SYMPTOMS | SAID)
    assert not SYMPTOMS & SAID
    undecided = {kind.code for kind in CATALOGUE} - proven - SYMPTOMS - SAID
    assert [BY_CODE[code].cause for code in sorted(undecided)] == []


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.cause}-{number}" for number, fault in enumerate(FAULTS)])
def test_a_symptom_is_never_left_without_a_hypothesis_or_a_next_look_and_what_is_proven_has_no_rivals(
    fault: Fault,
) -> None:
    result = assess(fault.seen)
    for row in result.rows:
        found = weigh(fault.seen, result, row)
        if row.cause.code in SYMPTOMS:
            assert found is not None
            assert found.rivals or found.missing
            assert found.look.tool
        elif row.cause.code not in SAID:
            assert found is None
