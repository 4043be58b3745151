"""What a server beside the cluster says no with, in the product's own words: by its status, and quoted."""

from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.errors import (
    ClusterError,
    Conflict,
    CredentialsError,
    Forbidden,
    Invalid,
    NotFound,
    ServerFailed,
    Throttled,
)
from incident_mcp.vocabulary.untrusted import Untrusted

_ERRORS: dict[int, type[ClusterError]] = {
    401: CredentialsError,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    420: Throttled,
    429: Throttled,
}


def refusal(server: str, status: int, said: str) -> ClusterError:
    """The error for a status of 300 or more; a 5xx is `ServerFailed`, after which nobody knows what was done."""
    kind = _ERRORS.get(status, ServerFailed if status >= 500 else Invalid)
    advice = "Check the token that the settings name." if status in (401, 403) else ""
    return kind(f"{server} answered {status}: {quote(Untrusted(said), 160)}.", advice)
