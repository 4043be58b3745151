"""The tools, one file a phase. Each is a thin, documented door to one workflow step.

Steps are imported when they are first called: a client waits about a second for a server to list its tools, and the
rules, the log patterns and the verdicts are not needed for that.
"""

from mcp.server.mcpserver.tools import Tool

from incident_mcp.surface.office import Office
from incident_mcp.surface.tools import assessment, incident, investigation, mitigation, postmortem, resolution


def tools(office: Office) -> list[Tool]:
    """All tools of a server; those that change the cluster only where writing is enabled."""
    phases = (incident, assessment, investigation, mitigation, resolution, postmortem)
    return [tool for phase in phases for tool in phase.tools(office)]
