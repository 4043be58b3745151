"""Kubernetes: connection, sweep, objects, ownership and revisions, pod logs, events, and writes that take a permit."""
