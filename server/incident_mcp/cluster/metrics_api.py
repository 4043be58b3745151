"""Whether there is a metrics server: one cheap request for its API group."""

from incident_mcp.cluster.look import Look
from incident_mcp.vocabulary.errors import Forbidden, NotFound, ServerFailed, Throttled, Unreachable

GROUP = "/apis/metrics.k8s.io/v1beta1"


async def check_metrics(look: Look) -> None:
    """Note what is missing; a metrics server that answers needs no word."""
    try:
        await look.api.get(GROUP)
    except NotFound:
        look.miss("metrics", "no metrics server")
    except ServerFailed:
        look.miss("metrics", "the metrics server does not answer")
    except Forbidden:
        look.miss("metrics", "Forbidden")
    except (Throttled, Unreachable):
        look.miss("metrics", "no answer")
