"""The cluster's memory: every object, and the history of changes that watches replay."""
