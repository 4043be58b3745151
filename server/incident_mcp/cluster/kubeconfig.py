"""Kubeconfig files, merged as kubectl merges them, and the one context that is used.

The rules are client-go's (tools/clientcmd/loader.go): files that do not exist are skipped; of each cluster, user and
context the *first* file to name it wins, whole; the first file that sets a current context sets it; relative paths
start at the folder of the file they stand in. (The `kubernetes` package takes the last current context, and so ends
up in another cluster than kubectl.)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from incident_mcp.cluster.kubeconfig_file import ClusterEntry, ContextEntry, KubeconfigFile, UserEntry, parse
from incident_mcp.vocabulary.errors import SettingsError

Entry = TypeVar("Entry", ClusterEntry, UserEntry, ContextEntry)


@dataclass(frozen=True, slots=True)
class Placed(Generic[Entry]):
    """An entry and the folder where its relative paths start."""

    name: str
    entry: Entry
    folder: Path

    def path(self, written: str) -> Path:
        return self.folder / written


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """The merged files."""

    files: tuple[Path, ...] = ()
    clusters: dict[str, Placed[ClusterEntry]] = field(default_factory=dict[str, Placed[ClusterEntry]])
    users: dict[str, Placed[UserEntry]] = field(default_factory=dict[str, Placed[UserEntry]])
    contexts: dict[str, Placed[ContextEntry]] = field(default_factory=dict[str, Placed[ContextEntry]])
    current_context: str = ""

    @property
    def empty(self) -> bool:
        return not (self.clusters or self.users or self.contexts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One context with what it names."""

    context: str
    cluster: Placed[ClusterEntry]
    user: Placed[UserEntry]
    namespace: str


def paths(option: str | None, environment: Mapping[str, str]) -> tuple[list[Path], str]:
    """The files to read, and who named them: the option, else KUBECONFIG, else `~/.kube/config`."""
    home = Path(environment.get("HOME") or Path.home())
    for written, origin in ((option, "--kubeconfig"), (environment.get("KUBECONFIG"), "KUBECONFIG")):
        if written:
            parts = [part for part in written.split(os.pathsep) if part]
            return [_expanded(part, home) for part in dict.fromkeys(parts)], origin
    return [home / ".kube" / "config"], ""


def load(files: Iterable[Path]) -> Kubeconfig:
    """Reads and merges. Raises SettingsError for a file that is there and can't be used."""
    merged = Kubeconfig()
    used: list[Path] = []
    current = ""
    for path in files:
        content = _read(path)
        if content is None:
            continue
        used.append(path)
        parsed = parse(path, content)
        _merge(merged, parsed, path)
        current = current or parsed.current_context
    return Kubeconfig(tuple(used), merged.clusters, merged.users, merged.contexts, current)


def choose(config: Kubeconfig, context: str | None) -> Chosen:
    """The context asked for, else the current one.

    Raises SettingsError when it, or the cluster or user that it names, is not there.
    """
    name = context or config.current_context
    if not name:
        raise SettingsError(
            f"{_where(config)} sets no current context.", f"Choose one with --context: {_list(config.contexts)}."
        )
    chosen = config.contexts.get(name)
    if chosen is None:
        raise SettingsError(f"{_where(config)} has no context {name!r}.", _suggestion(name, config.contexts))
    cluster = config.clusters.get(chosen.entry.cluster)
    if cluster is None:
        raise _dangling(config, name, "cluster", chosen.entry.cluster)
    user = config.users.get(chosen.entry.user)
    if user is None and chosen.entry.user:
        raise _dangling(config, name, "user", chosen.entry.user)
    return Chosen(name, cluster, user or Placed("", UserEntry(), chosen.folder), chosen.entry.namespace)


def _merge(into: Kubeconfig, parsed: KubeconfigFile, path: Path) -> None:
    folder = path.absolute().parent
    _add(into.clusters, [Placed(c.name, c.cluster, folder) for c in parsed.clusters], path, "cluster")
    _add(into.users, [Placed(u.name, u.user, folder) for u in parsed.users], path, "user")
    _add(into.contexts, [Placed(c.name, c.context, folder) for c in parsed.contexts], path, "context")


def _add(into: dict[str, Placed[Entry]], entries: list[Placed[Entry]], path: Path, kind: str) -> None:
    seen: set[str] = set()
    for placed in entries:
        if placed.name in seen:
            raise SettingsError(f"The file {path} names the {kind} {placed.name!r} twice.", "Remove one of them.")
        seen.add(placed.name)
        into.setdefault(placed.name, placed)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(
            f"The kubeconfig {path} can't be read: {error.strerror}.", "Correct its permissions or its path."
        ) from error


def _expanded(written: str, home: Path) -> Path:
    return home / written[2:] if written.startswith("~/") else Path(written)


def _where(config: Kubeconfig) -> str:
    return "The kubeconfig " + ", ".join(str(file) for file in config.files)


def _dangling(config: Kubeconfig, context: str, kind: str, name: str) -> SettingsError:
    named = f"names the {kind} {name!r}, which is not in" if name else f"names no {kind} in"
    return SettingsError(
        f"The context {context!r} {named} the kubeconfig {', '.join(str(file) for file in config.files)}.",
        f"Fetch the kubeconfig again, or correct the context's {kind}.",
    )


def _suggestion(name: str, contexts: Mapping[str, object]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, contexts, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are: {_list(contexts)}."


def _list(names: Mapping[str, object], most: int = 10) -> str:
    shown = ", ".join(list(names)[:most]) or "none"
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
