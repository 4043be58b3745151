"""One fault as data: what is planted beside the healthy neighbour, and the one root that must be told first."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Noise:
    """A warning about some object that has nothing to do with the fault: old, or of no consequence."""

    about: str
    """`Pod web`: its first pod; else kind and name."""
    reason: str
    message: str
    minutes_ago: float
    count: int = 12


@dataclass(frozen=True)
class Fault:
    """A fault in a namespace of its own, or (`where="cluster"`) one of the cluster, planted when the others are told.

    `root` is the cause and the object. `twins`: faults of one word look alike and are named alike. `sign` says when
    slow controllers have spoken: `(kind, name, words)`, words that its JSON must hold before anybody is asked.
    """

    title: str
    root: tuple[str, str]
    objects: tuple[Json, ...]
    then: tuple[Json, ...] = ()
    """Applied when the first are settled: a rollout, an edit."""
    gone: tuple[tuple[str, str], ...] = ()
    """Kind and name of what is deleted at last."""
    twins: str = ""
    sign: tuple[str, str, str] | None = None
    noise: tuple[Noise, ...] = ()
    healthy: tuple[str, ...] = ()
    """Names of objects that are well, besides `web`."""
    ask: str = ""
    """The workload that is diagnosed; else the root's own where it is one, else `deployment/api`."""
    where: str = "namespace"
    """`cluster`: planted and asked alone, without a namespace."""
