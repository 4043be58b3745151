"""The kinds of secrets that are masked: one table entry a kind, one file a family."""

from incident_mcp.text.secrets.assignments import ASSIGNMENTS
from incident_mcp.text.secrets.clouds import CLOUDS
from incident_mcp.text.secrets.code_hosts import CODE_HOSTS
from incident_mcp.text.secrets.credentials import CREDENTIALS
from incident_mcp.text.secrets.keys import KEYS
from incident_mcp.text.secrets.kind import Kind
from incident_mcp.text.secrets.services import SERVICES

KINDS: tuple[Kind, ...] = (*KEYS, *CLOUDS, *CODE_HOSTS, *SERVICES, *CREDENTIALS, *ASSIGNMENTS)

__all__ = ["KINDS", "Kind"]
