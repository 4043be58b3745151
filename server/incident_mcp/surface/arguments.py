"""The arguments that many tools share, described once and briefly: every character is in the model's context."""

from typing import Annotated

from pydantic import Field

Kind = Annotated[str, Field(description="Deployment, StatefulSet or DaemonSet.", max_length=63)]
Namespace = Annotated[str, Field(max_length=253)]
Name = Annotated[str, Field(max_length=253)]
IncidentName = Annotated[str | None, Field(description="Incident id; default: the only open one.", max_length=100)]
