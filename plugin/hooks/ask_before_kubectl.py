#!/usr/bin/env python3
"""Before the assistant's shell runs a kubectl or helm command that would change a cluster, the person is asked.

Advisory: it reads the command line as a shell would split it, and looks into `sh -c`, `xargs`, `sudo` and the like. A
script, an alias or a variable that holds the command goes past it. What holds is the cluster's own rights (`incident-mcp
doctor --rbac` prints the least). Standard library only, so that it costs each command a few hundredths of a second.
"""

import json
import re
import shlex
import sys
from collections.abc import Iterator

KUBECTL_READS = {
    "api-resources", "api-versions", "auth can-i", "auth whoami", "cluster-info", "completion", "config", "describe",
    "diff", "events", "explain", "get", "help", "kustomize", "logs", "options", "plugin", "rollout history",
    "rollout status", "top", "version", "wait",
}  # fmt: skip
HELM_READS = {
    "completion", "create", "dependency", "env", "get", "help", "history", "lint", "list", "ls", "package", "pull",
    "repo", "search", "show", "status", "template", "verify", "version",
}  # fmt: skip
PROGRAMS = {"kubectl": KUBECTL_READS, "k": KUBECTL_READS, "oc": KUBECTL_READS, "helm": HELM_READS}
# Options that take a value as the next word, and may stand before the verb.
VALUED = {
    "-n", "--namespace", "--context", "--kubeconfig", "--cluster", "--user", "--as", "--as-group", "--as-uid", "-s",
    "--server", "--token", "--request-timeout", "--cache-dir", "--certificate-authority", "--client-certificate",
    "--client-key", "--tls-server-name", "-v", "--v", "--kube-context", "--kube-apiserver", "--kube-token",
    "--kube-as-user", "--kube-as-group", "--kube-ca-file", "--password", "--username", "--profile",
}  # fmt: skip
SHELLS = {"sh", "bash", "zsh", "dash", "ash", "ksh"}
BETWEEN = re.compile(r"[;&|()<>\n]+|\$\(|`")
DEEPEST = 4


def changing(command: str, depth: int = 0) -> str:
    """The first kubectl or helm command in it that may change a cluster, as words; empty: there is none."""
    if depth > DEEPEST:
        return command if re.search(r"\b(?:kubectl|helm|oc)\b", command) else ""
    for words in parts(command):
        if found := changing_words(words, depth):
            return found
    return ""


def parts(command: str) -> Iterator[list[str]]:
    """The simple commands of a line, each as words. What a shell could not split either is looked at word by word."""
    lexer = shlex.shlex(command.replace("\\\n", " ").replace("`", " ; ").replace("$(", " ; "), posix=True, punctuation_chars=";&|()<>\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        for word in lexer:
            if word and not set(word) - set(";&|()\n"):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:
        yield re.split(r"[\s'\"]+", command)
        return
    yield words


def changing_words(words: list[str], depth: int) -> str:
    for at, word in enumerate(words):
        program = word.rpartition("/")[2]
        if program in SHELLS or program in ("eval", "watch", "ssh"):
            told = words[at + 1 :]
            inner = " ".join(told) if program != word.rpartition("/")[2] or program in ("eval", "watch", "ssh") else ""
            for text in ([inner] if inner else [each for each in told if " " in each]):
                if found := changing(text, depth + 1):
                    return found
        if program in PROGRAMS:
            verb = verb_of(words[at + 1 :])
            if reads(program, verb, words[at + 1 :]):
                continue
            return " ".join([program, *verb])
        # Anywhere in a word: a command that another program is given as one text.
        if " " in word and program not in SHELLS and re.search(r"\b(?:kubectl|helm|oc)\s", word):
            if found := changing(word, depth + 1):
                return found
    return ""


def verb_of(words: list[str]) -> list[str]:
    """The verb and what it is said of: `rollout undo`, `delete pod`."""
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in VALUED
        elif not set(word) - set("<>"):
            break
        else:
            found.append(word)
        if len(found) == 2:
            break
    return found


def reads(program: str, verb: list[str], words: list[str]) -> bool:
    if not verb or "--help" in words or "-h" in words:
        return True
    if any(re.fullmatch(r"--dry-run=(?:client|server)", word) for word in words):
        return True
    known = PROGRAMS[program]
    if program != "helm" and verb[0] == "config":
        return verb[1:] != [] and not verb[1].startswith(("set", "unset", "use", "delete", "rename"))
    return verb[0] in known or " ".join(verb) in known


def main() -> None:
    try:
        asked = json.load(sys.stdin)
        command = str(asked.get("tool_input", {}).get("command", ""))
    except (ValueError, AttributeError):
        return
    if found := changing(command):
        reason = (
            f"`{found}` may change the cluster past the incident's gate: no plan, no undo, no entry in the record. "
            "The incident tools show a plan first (preview_change). Advisory: this looks at the command line only."
        )
        decision = {"hookEventName": "PreToolUse", "permissionDecision": "ask", "permissionDecisionReason": reason}
        print(json.dumps({"hookSpecificOutput": decision}))


if __name__ == "__main__":
    main()
