"""The embedded sandbox as a cluster to work on: started beside the command, gone with it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from incident_mcp.settings import Settings
from incident_mcp.vocabulary.errors import BadRequest


def check_scenario(scenario: str | None) -> None:
    """Raise `BadRequest` when there is no such scenario."""
    if scenario is None:
        return
    from incident_sandbox import scenario_names

    if scenario not in scenario_names():
        raise BadRequest(f"There is no scenario {scenario[:60]}.", f"There are: {', '.join(scenario_names())}.")


@asynccontextmanager
async def embedded(settings: Settings, scenario: str | None) -> AsyncGenerator[Settings]:
    """The settings as they are, or, with a scenario, those that lead to a sandbox that lives as long as this block.

    Raises `BadRequest` when there is no such scenario.
    """
    check_scenario(scenario)
    if scenario is None:
        yield settings
        return
    # Web server and certificates are heavy: only those who want a sandbox pay for them.
    from incident_sandbox import serve_sandbox

    async with serve_sandbox(scenario) as sandbox:
        here = {"kubeconfig": str(sandbox.kubeconfig), "context": None, "namespace": None}
        # Its hosts are somebody else's, or nobody's.
        yield settings.unmonitored.model_copy(update={**here, "try_hosts": False})
