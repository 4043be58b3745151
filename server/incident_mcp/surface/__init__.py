"""The door for agents: MCP tools, prompts, and the approval question. It speaks the protocol and decides nothing."""
