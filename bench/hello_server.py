"""The bare SDK's server: hello-world, or with a number as argument that many plain tools, and nothing behind them."""

import sys

from mcp.server import MCPServer

server = MCPServer("hello")


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        server.add_tool(add, name=f"add_{number}")
    server.run()
