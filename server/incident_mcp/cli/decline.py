"""`incident-mcp decline [PLAN]`: the no of a person in a terminal, beside `approve`."""

from incident_mcp.cli.approve import decline as command

__all__ = ["NAME", "command"]

NAME = "decline"
