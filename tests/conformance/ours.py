"""The product's server for the official suite: `python -m tests.conformance.ours`."""

import anyio

from incident_mcp.settings import Settings, load_settings
from incident_mcp.wiring import office, server
from tests.conformance.serving import serve


async def main() -> None:
    settings = load_settings(allow_writes=True)

    async def located() -> Settings:
        return settings

    await serve(server(settings, office(settings, {}, located)))


if __name__ == "__main__":
    anyio.run(main)
