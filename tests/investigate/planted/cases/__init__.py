"""The faults, one file a family. Twins stand side by side where they share a family, and share a word where not."""

from tests.investigate.planted.cases import (
    again,
    cluster,
    config,
    containers,
    creating,
    dependencies,
    images,
    jobs,
    misleading,
    nodes,
    placing,
    policies,
    probes,
    rollouts,
    routes,
    scaling,
    services,
    storage,
)
from tests.investigate.planted.fault import Fault

FAMILIES: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    ("Images", images.FAULTS),
    ("Configuration", config.FAULTS),
    ("Containers", containers.FAULTS),
    ("Probes", probes.FAULTS),
    ("Placing pods", placing.FAULTS),
    ("Creating pods", creating.FAULTS),
    ("Storage", storage.FAULTS),
    ("Services", services.FAULTS),
    ("Routes", routes.FAULTS),
    ("Dependencies, in logs only", dependencies.FAULTS),
    ("Network policies", policies.FAULTS),
    ("Rollouts", rollouts.FAULTS),
    ("Jobs", jobs.FAULTS),
    ("Scaling and disruption", scaling.FAULTS),
    ("Nodes", nodes.FAULTS),
    ("In other words", again.FAULTS),
    ("Misleading signs", misleading.FAULTS),
    ("The cluster itself", cluster.FAULTS),
)
FAULTS: tuple[Fault, ...] = tuple(fault for _, faults in FAMILIES for fault in faults)
