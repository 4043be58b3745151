"""The whole rollback decision tree, walked: each branch yes, no or unknown, with the reason, and the call that fits.

A branch says *no* only where something that was seen speaks against it. What the cluster can't tell (whether a feature
may be switched off) stays *unknown*: that is for a person.
"""

from incident_mcp.assess.assessment import Call, Decision, YesNo
from incident_mcp.investigate.kinds import placing
from incident_mcp.investigate.kinds.nodes import NODE_NOT_READY, NODE_PRESSURE
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.value import Value

SCALE = "scale_workload"
BUSY = 0.8
"""From this share of the CPU limit or request on, more replicas would relieve the others."""
_NO_ROOM = (*(kind.code for kind in placing.ALL), NODE_NOT_READY.code, NODE_PRESSURE.code)


class Branch(Value):
    """One question of the tree."""

    question: str
    answer: YesNo
    why: str

    def __str__(self) -> str:
        return f"{self.question} {self.answer} ({self.why})"


class Walk(Value):
    """The branches in order, and the call that the first *yes* leads to."""

    branches: tuple[Branch, ...]
    call: Call | None = None


def walk(seen: Observation, chain: Chain | None, decision: Decision | None, load: float | None = None) -> Walk:
    """For the worst chain, or none. `load` is the share of the CPU that it may use; None: not measured."""
    if chain is None:
        return Walk(branches=(_branch("Caused by a recent deployment?", "no", "no fault was found"),))
    workload = next((each for each in seen.workloads if each.ref == chain.root.target), None)
    first = _deployment(decision)
    if first.answer == "yes" and decision and decision.call:
        return Walk(branches=(first,), call=decision.call)
    scale = _scale(workload, chain, load)
    branches = (first, scale, _traffic(seen, workload), _feature(workload))
    return Walk(branches=branches, call=_more(workload) if scale.answer == "yes" and workload else None)


def _branch(question: str, answer: YesNo, why: str) -> Branch:
    return Branch(question=question, answer=answer, why=why)


def _deployment(decision: Decision | None) -> Branch:
    question = "Caused by a recent deployment?"
    if decision is None:
        return _branch(question, "unknown", "its revisions could not be read")
    return _branch(question, decision.recent_deployment, decision.why)


def _scale(workload: WorkloadSeen | None, chain: Chain, load: float | None) -> Branch:
    question = "Can we scale up?"
    if workload is None:
        return _branch(question, "no", f"the root is {chain.root.target}")
    if workload.ref.kind == "DaemonSet":
        return _branch(question, "no", "a DaemonSet has one pod a node")
    if workload.ready == 0:
        return _branch(question, "no", f"none of {count(workload.desired, 'pod')} is ready: more would fail alike")
    if chain.root.code in _NO_ROOM:
        return _branch(question, "no", "there is no room for more pods")
    if load is None:
        return _branch(question, "unknown", "its load is not measured")
    if load >= BUSY:
        return _branch(question, "yes", f"its ready pods use {round(load * 100)} % of their CPU")
    return _branch(question, "no", f"its ready pods use only {round(load * 100)} % of their CPU")


def _more(workload: WorkloadSeen) -> Call:
    """Half as many again, at least one more."""
    ref, replicas = workload.ref, workload.desired + max(1, workload.desired // 2)
    return Call(
        tool=SCALE,
        arguments={"kind": ref.kind, "namespace": ref.namespace, "name": ref.name, "replicas": replicas},
    )


def _traffic(seen: Observation, workload: WorkloadSeen | None) -> Branch:
    question = "Can we redirect traffic?"
    if workload is not None and workload.ready > 0:
        return _branch(question, "no", "its Services already leave out the pods that are not ready")
    if "ingresses" not in seen.looked_at:
        return _branch(question, "unknown", "its routes could not be read")
    if not seen.routes:
        return _branch(question, "no", "no Ingress leads to it")
    return _branch(question, "unknown", "whether another Service can answer for it, the cluster does not say")


def _feature(workload: WorkloadSeen | None) -> Branch:
    question = "Can we disable the feature?"
    if workload is None:
        return _branch(question, "no", "the root is no workload")
    return _branch(question, "unknown", "which flags it has, the cluster does not say")
