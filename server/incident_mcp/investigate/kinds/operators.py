"""What operators say of the objects that they look after."""

from incident_mcp.investigate.kinds.kind import Kind

OPERATOR_REPORTS = Kind(
    "INC720",
    "operator-reports",
    "An operator says that an object of its own does not work",
    14,
    "KEDA, OLM or OpenShift's operators, by its own conditions. A notice where it only keeps others up to date.",
    "Alert when the operator of {target} reports it",
)
ALL = (OPERATOR_REPORTS,)
