"""The nodes' side: what the containers of an image do when they run, and what becomes visible of it."""
