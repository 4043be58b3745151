"""Those who decide how many pods there are, and how many may go."""

from incident_mcp.investigate.kinds.kind import Kind

AUTOSCALER_BLIND = Kind(
    "INC170",
    "autoscaler-blind",
    "An autoscaler gets no metrics",
    30,
    "It leaves the number of pods as it is, whatever the load. No metrics server, or pods without requests.",
    "Alert when {target} gets no metrics",
)
AUTOSCALER_UNABLE = Kind(
    "INC171",
    "autoscaler-unable",
    "An autoscaler can't scale its target",
    31,
    "The target does not exist, or may not be scaled.",
)
AUTOSCALER_AT_MAXIMUM = Kind(
    "INC172",
    "autoscaler-at-maximum",
    "An autoscaler wants more pods than it may have",
    20,
    "The load is above what the maximum serves: raise it if there is capacity.",
    "Review the maximum of {target}",
)
BUDGET_BLOCKS = Kind(
    "INC173",
    "budget-blocks",
    "A PodDisruptionBudget lets no pod go",
    15,
    "A drain waits for it as long as it stands: its rule leaves no pod to spare.",
)
BUDGETS_OVERLAP = Kind(
    "INC174",
    "budgets-overlap",
    "Two PodDisruptionBudgets select the same pods",
    16,
    "The eviction API refuses pods with more than one budget: a drain never gets past them.",
    "Keep one budget for what {target} selects",
)
ALL = (AUTOSCALER_BLIND, AUTOSCALER_UNABLE, AUTOSCALER_AT_MAXIMUM, BUDGET_BLOCKS, BUDGETS_OVERLAP)
