"""Names of things in a cluster. The API server validates these names, so they are plain `str`."""

from typing import Literal

from incident_mcp.vocabulary.value import Value

WorkloadKind = Literal["Deployment", "StatefulSet", "DaemonSet"]
"""The kinds that have rollouts and revisions."""


class Cluster(Value):
    """Which cluster this is: the context's name for people, the server's URL and CA for certainty."""

    name: str
    server: str
    ca: str | None = None
    """SHA-256 of the certificate authority that the server is checked against; None: the system's."""


class Ref(Value):
    """One object: kind, namespace (None for cluster-wide kinds) and name."""

    kind: str
    namespace: str | None = None
    name: str

    def __eq__(self, other: object) -> bool:
        """The name first: most are told apart by it, and a look at a large cluster compares a million times."""
        if not isinstance(other, Ref):
            return NotImplemented
        return self.name == other.name and self.namespace == other.namespace and self.kind == other.kind

    def __hash__(self) -> int:
        return hash((self.kind, self.namespace, self.name))

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"

    @property
    def path(self) -> str:
        """`namespace/name`, or the bare name of a cluster-wide object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Scope(Value):
    """What a look covers: the whole cluster, one namespace, or one workload in it."""

    namespace: str | None = None
    workload: Ref | None = None

    def __str__(self) -> str:
        if self.workload:
            return str(self.workload)
        return f"namespace {self.namespace}" if self.namespace else "the whole cluster"
