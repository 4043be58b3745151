"""Which cluster a command speaks of: the one that a server for this project folder serves, so that the command line and
the tools in the chat agree; without such a server, the settings' own. A cluster named on the command line wins.
"""

from incident_mcp.cli.serving import Serving, served_here
from incident_mcp.settings import Settings


def located(settings: Settings, *, named: bool) -> tuple[Settings, Serving | None]:
    """Settings that lead to the cluster, and the note of the server that decided it. `named`: by an option."""
    serving = None if named else served_here(settings.home)
    if serving is None:
        return settings, None
    own = settings.unmonitored if serving.sandbox else settings
    hosts = settings.try_hosts and not serving.sandbox
    update = {"kubeconfig": serving.kubeconfig, "context": serving.context, "try_hosts": hosts}
    return own.model_copy(update=update), serving
