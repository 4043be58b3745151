"""The pods that let the outside in, found by the labels that their usual installations give them."""

from functools import partial

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.vocabulary.observation import PodSeen

SELECTORS = (
    "app.kubernetes.io/name in (ingress-nginx,nginx-ingress,traefik,contour,envoy)",
    "istio in (ingressgateway,ingress)",
)
MOST = 50
_PROXIES = ("controller", "envoy", "istio-proxy", "traefik", "nginx-ingress")


async def controller_pods(look: Look) -> list[PodSeen]:
    """Those that are ready, in all namespaces. What can't be read is noted."""
    found: dict[str, PodSeen] = {}

    async def read(selector: str) -> None:
        for thing in await look.ask("ingress controllers", partial(_list, look.api, selector), []):
            pod = pod_seen(thing)
            if pod.ready:
                found[pod.uid] = pod

    await together([partial(read, selector) for selector in SELECTORS])
    return list(found.values())


def proxy_of(pod: PodSeen) -> str:
    """The container that writes the access log."""
    names = [each.name for each in pod.containers if not each.init]
    return next((name for name in names if name in _PROXIES), names[0] if names else "")


async def _list(api: Api, selector: str) -> list[dict[str, object]]:
    answer = await api.get_json("/api/v1/pods", params={"labelSelector": selector, "limit": MOST})
    return items(answer, "items")
