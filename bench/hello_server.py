"""The bare SDK's hello-world server: what any MCP server in Python pays before its own first line."""

from mcp.server import MCPServer

server = MCPServer("hello")


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    server.run()
