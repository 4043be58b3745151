"""What a node is, well or not: where it stands, which group of nodes it belongs to, and what runs on it."""

from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value


class NodeTraits(Value):
    """One node. Labels are validated by the API server; what its kubelet reports of itself is outside text."""

    name: str
    zone: str = ""
    pool: str = ""
    instance_type: str = ""
    capacity: str = ""
    """`spot` or `on-demand`, in the provider's own word."""
    architecture: str = ""
    kubelet: Untrusted = Untrusted("")
    image: Untrusted = Untrusted("")
    kernel: Untrusted = Untrusted("")
    runtime: Untrusted = Untrusted("")
