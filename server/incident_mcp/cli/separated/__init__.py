"""Setting up the separated mode: what `incident-mcp init --separated` prints, does as root, and takes away again."""
