"""Every kind of finding, with the code people search for and silence, and the stable word for its cause.

A code never changes its meaning and is never used again for another one. `docs/findings.md` is made from this.
"""

from incident_mcp.investigate.kinds import (
    certificates,
    containers,
    creating,
    gateways,
    images,
    jobs,
    network,
    nodes,
    operators,
    placing,
    programs,
    scaling,
    storage,
    workloads,
)
from incident_mcp.investigate.kinds.kind import Kind

FAMILIES: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("Containers", containers.ALL),
    ("Images", images.ALL),
    ("Placing pods on nodes", placing.ALL),
    ("Creating pods", creating.ALL),
    ("Workloads", workloads.ALL),
    ("Jobs", jobs.ALL),
    ("Scaling and disruption", scaling.ALL),
    ("What programs say", programs.ALL),
    ("Services and routes", network.ALL),
    ("Certificates", certificates.ALL),
    ("Gateways", gateways.ALL),
    ("Nodes and APIs", nodes.ALL),
    ("Storage", storage.ALL),
    ("Operators", operators.ALL),
)
CATALOGUE: tuple[Kind, ...] = tuple(kind for _, kinds in FAMILIES for kind in kinds)
BY_CODE: dict[str, Kind] = {kind.code: kind for kind in CATALOGUE}
