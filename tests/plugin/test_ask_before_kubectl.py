"""The hook that asks before the assistant's shell changes a cluster: played as the client plays it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HOOK = Path(__file__).parents[2] / ".claude/hooks/ask_before_kubectl.py"
ASKED = [
    "kubectl delete pod x",
    "kubectl -n shop rollout undo deployment/checkout",
    "kubectl --context prod --namespace=shop scale deploy/checkout --replicas=0",
    "/usr/local/bin/kubectl apply -f -",
    "KUBECONFIG=/tmp/k sudo -u ada kubectl patch deploy x -p '{}'",
    "kubectl get pods -o name | xargs -n1 kubectl delete",
    "cd /tmp && kubectl exec -it x -- rm -rf /data",
    "sh -c 'kubectl delete ns shop'",
    "ssh bastion \"sudo bash -c 'kubectl drain node-1'\"",
    'echo "$(kubectl delete pod x)"',
    "echo `kubectl cordon node-1`",
    "for p in a b; do kubectl delete pod $p; done",
    "cat <<EOF | kubectl apply -f -\nit's: text\nEOF",
    "kubectl \\\n  delete pod x",
    "find . -name '*.yaml' -exec kubectl apply -f {} +",
    "kubectl $VERB pod x",
    "kubectl config use-context prod",
    "helm upgrade checkout ./chart",
    "helm --kube-context prod rollback checkout 6",
    "helm uninstall checkout",
    "kubectl auth reconcile -f x",
    "kubectl apply -f x --dry-run=none",
    "timeout 5 oc delete project shop",
]
NOT_ASKED = [
    "kubectl get pods -A",
    "kubectl -n delete get pods",
    "kubectl --context prod rollout history deployment/checkout",
    "kubectl logs delete-me -f | grep -i delete",
    "kubectl apply -f x --dry-run=server",
    "kubectl delete --help",
    "kubectl config view --minify",
    "helm list -A; helm get values checkout",
    "helm upgrade checkout ./chart --dry-run",
    "grep -rn 'kubectl delete' docs/",
    "git commit -m 'Say when kubectl delete is asked for'",
    "echo kubectl delete pod x",
    "ls -la && make test",
    "helm-docs --help",
    "",
    "kubectl",
]


def played(event: Any) -> str:
    text = event if isinstance(event, str) else json.dumps(event)
    done = subprocess.run(
        [sys.executable, "-I", str(HOOK)], input=text, capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stderr == ""
    return done.stdout


def changing(command: str) -> str:
    """In this process: a Python for each command would take longer than all of them."""
    space: dict[str, Any] = {"__name__": "hook"}
    exec(compile(HOOK.read_text(), HOOK, "exec"), space)  # noqa: S102 - our own file, which is no module of a package
    return space["changing"](command)


@pytest.mark.parametrize("command", ASKED)
def test_a_command_that_may_change_a_cluster_is_asked_about(command: str) -> None:
    assert changing(command).startswith(("kubectl", "helm", "oc"))


@pytest.mark.parametrize("command", NOT_ASKED)
def test_one_that_only_reads_or_only_speaks_of_it_is_not(command: str) -> None:
    assert changing(command) == ""


def test_the_client_is_told_to_ask_and_why() -> None:
    told = json.loads(played({"tool_name": "Bash", "tool_input": {"command": "kubectl delete pod x"}}))
    said = told["hookSpecificOutput"]
    assert (said["hookEventName"], said["permissionDecision"]) == ("PreToolUse", "ask")
    assert "kubectl delete" in said["permissionDecisionReason"]
    assert "Advisory" in said["permissionDecisionReason"]


@pytest.mark.parametrize("event", ["", "no JSON", {}, {"tool_input": None}, {"tool_input": {"command": "ls"}}])
def test_it_never_fails_and_otherwise_says_nothing(event: Any) -> None:
    assert played(event) == ""


def test_commands_without_an_end_end() -> None:
    changing("$(" * 10_000 + "kubectl delete pod x")
    changing("sh -c '" * 500 + "kubectl get pods")
