"""What traffic is sent to."""

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class Backend(Value):
    """The pods behind a Service."""

    service: Ref
    selector: dict[str, str] = {}
    """Those that this one selects, instead of the Service's own: it may not be in place yet."""
    subset: dict[str, str] = {}
    """Only those that carry these labels too."""
    label: str
    """What its route calls it: `web-v2`, `web/v2`."""
