"""incident-mcp: a Kubernetes incident, run by an assistant, with a person in command."""

__version__ = "0.1.0"
