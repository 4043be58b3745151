"""Where requests go: what can be changed of it, one file a kind, and what stands behind."""
