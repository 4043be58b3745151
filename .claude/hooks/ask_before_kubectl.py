#!/usr/bin/env python3
"""Before the assistant's shell runs a kubectl or helm command that may change a cluster, the person is asked.

Advisory: it reads the command line as a shell would split it, into `sh -c`, `xargs`, `sudo`, `$(...)` and the like; in
doubt it asks. A script, an alias or a variable that holds the program goes past it. What holds is the cluster's own
rights: `incident-mcp doctor --rbac` prints the least. Standard library only, so that a command waits for it no longer
than Python needs to start.
"""

import json
import re
import shlex
import sys
from collections.abc import Iterator

KUBECTL_READS = {
    "api-resources", "api-versions", "auth can-i", "auth whoami", "cluster-info", "completion",
    "config current-context", "config get-clusters", "config get-contexts", "config get-users", "config view",
    "describe", "diff", "events", "explain", "get", "help", "kustomize", "logs", "options", "plugin", "port-forward",
    "rollout history", "rollout status", "top", "version", "wait",
}  # fmt: skip
HELM_READS = {
    "completion", "create", "dependency", "env", "get", "help", "history", "lint", "list", "ls", "package", "pull",
    "repo", "search", "show", "status", "template", "verify", "version",
}  # fmt: skip
READS = {"kubectl": KUBECTL_READS, "oc": KUBECTL_READS, "helm": HELM_READS}
VALUED = {
    "-n", "--namespace", "--context", "--kubeconfig", "--cluster", "--user", "--as", "--as-group", "--as-uid", "-s",
    "--server", "--token", "--request-timeout", "--cache-dir", "--certificate-authority", "--client-certificate",
    "--client-key", "--tls-server-name", "-v", "--v", "--username", "--password", "--profile", "--kube-context",
    "--kube-apiserver", "--kube-token", "--kube-as-user", "--kube-as-group", "--kube-ca-file",
}  # fmt: skip
"""Options before the verb whose value is the next word."""
ONLY_TEXT = {
    "echo",
    "printf",
    "grep",
    "egrep",
    "rg",
    "git",
    "cat",
    "head",
    "tail",
    "less",
    "man",
    "which",
    "type",
    "ls",
}
"""Programs to which a command is text."""
SEPARATORS = ";&|()\n"
DRY_RUN = {"--dry-run=client", "--dry-run=server", "-h", "--help"}
DEEPEST = 5


def changing(command: str, depth: int = 0) -> str:
    """The first kubectl or helm command in it that may change a cluster, by program and verb; empty: there is none."""
    if depth > DEEPEST:
        return "a command in many others"
    found = (_changing(words, depth) for words in commands(command))
    inside = (changing(text, depth + 1) for text in re.findall(r"(?:\$\(|`)([^`]*)", command))
    return next((each for each in found if each), "") or next((each for each in inside if each), "")


def commands(line: str) -> Iterator[list[str]]:
    """The simple commands of a line, each as words."""
    lexer = shlex.shlex(line.replace("\\\n", " "), posix=True, punctuation_chars=SEPARATORS + "<>")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    try:
        words = list(lexer)
    except ValueError:  # a quote that never ends: the text of a here-document, say
        words = re.findall(rf"[{SEPARATORS}]+|[^\s'\"{SEPARATORS}]+", line)
    while words:
        end = next((at for at, word in enumerate(words) if not set(word) - set(SEPARATORS)), len(words))
        yield words[:end]
        words = words[end + 1 :]


def _changing(words: list[str], depth: int) -> str:
    program = next((word for word in words if not re.match(r"\w+=", word)), "")
    if program.rpartition("/")[2] in ONLY_TEXT:
        return ""
    for at, word in enumerate(words):
        name = word.rpartition("/")[2]
        if name in READS and (told := _writes(name, words[at + 1 :])):
            return told
        if re.search(r"\s", word) and (told := changing(word, depth + 1)):
            return told
    return ""


def _writes(program: str, words: list[str]) -> str:
    verb = _verb(words)
    known = not verb or verb[0] in READS[program] or " ".join(verb) in READS[program]
    tried = DRY_RUN & {*words} or (program == "helm" and "--dry-run" in words)
    return "" if known or tried else " ".join([program, *verb])


def _verb(words: list[str]) -> list[str]:
    """The verb and the word after it: `rollout undo`, `delete pod`."""
    found: list[str] = []
    value = False
    for word in words:
        if value:
            value = False
        elif word.startswith("-"):
            value = word in VALUED
        else:
            found.append(word)
    return found[:2]


def main() -> None:
    """Answer Claude Code's `PreToolUse`; silence means that it decides as it would without us."""
    try:
        command = str(json.load(sys.stdin)["tool_input"]["command"])
    except (ValueError, LookupError, TypeError):
        return
    if told := changing(command):
        reason = (
            f"`{told}` may change the cluster past the incident's gate: without a plan, an undo or an entry in the "
            "record. preview_change shows the plan of such a change. (Advisory: only the command line was read.)"
        )
        asked = {"hookEventName": "PreToolUse", "permissionDecision": "ask", "permissionDecisionReason": reason}
        sys.stdout.write(json.dumps({"hookSpecificOutput": asked}) + "\n")


if __name__ == "__main__":
    main()
