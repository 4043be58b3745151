"""Where Loki and VictoriaLogs stand, as the settings say, and what they call a line's namespace, pod and container."""

from pydantic import Field

from incident_mcp.services.place import Place

SECONDS = 10.0
_LABEL = r"^[a-zA-Z_][a-zA-Z0-9_]{0,100}$"
_FIELD = r"^[a-zA-Z_][a-zA-Z0-9_./-]{0,100}$"


class LokiPlace(Place):
    """As `[loki]` in the settings. The labels' names are those of Promtail and Alloy."""

    timeout: float = Field(SECONDS, gt=0, le=60, description="Seconds one request may take.")
    namespace_label: str = Field("namespace", pattern=_LABEL, description="The label with a line's namespace.")
    pod_label: str = Field("pod", pattern=_LABEL, description="The label with its pod.")
    container_label: str = Field("container", pattern=_LABEL, description="The label with its container.")


class VictoriaLogsPlace(Place):
    """As `[victorialogs]` in the settings. The fields' names are those of vlagent and Vector."""

    timeout: float = Field(SECONDS, gt=0, le=60, description="Seconds one request may take.")
    namespace_field: str = Field(
        "kubernetes.pod_namespace", pattern=_FIELD, description="The field with a line's namespace."
    )
    pod_field: str = Field("kubernetes.pod_name", pattern=_FIELD, description="The field with its pod.")
    container_field: str = Field(
        "kubernetes.container_name", pattern=_FIELD, description="The field with its container."
    )
