"""Who calls: the assistant, by the client's own word. The protocol brings no person's name."""

from typing import Any

from mcp.server.mcpserver import Context

from incident_mcp.vocabulary.actor import Actor


def assistant(ctx: Context[Any, Any]) -> Actor:
    """The assistant behind this call, with the client's name and version where it gives them."""
    params = ctx.session.client_params
    info = params.client_info if params else None
    client = f"{info.name} {info.version}".strip() if info else None
    return Actor(role="assistant", name="assistant", known_by="client", client=client)


def can_be_asked(ctx: Context[Any, Any]) -> bool:
    """Whether the client says that it can show a form. A bare `elicitation: {}` means forms (protocol 2025-11-25)."""
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)
