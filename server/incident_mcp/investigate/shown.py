"""Who shows which certificate for which hosts, and whether a certificate is for a host."""

from collections.abc import Iterator
from dataclasses import dataclass

from incident_mcp.vocabulary.gateway_seen import GatewaySeen, ListenerSeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref


@dataclass(frozen=True, slots=True)
class Shown:
    """An Ingress or Gateway, a Secret that it names, and the hosts that its certificate is shown for."""

    by: Ref
    secret: Ref
    hosts: tuple[str, ...]


def shown(seen: Observation) -> Iterator[Shown]:
    for ingress in seen.ingresses:
        for tls in ingress.tls:
            yield Shown(ingress.ref, tls.secret, tls.hosts)
    for gateway in seen.gateways:
        for listener in gateway.listeners:
            granted = [secret for secret in listener.secrets if secret not in listener.ungranted]
            # Of several certificates a listener shows the one that fits: which one is meant for a host nobody says.
            hosts = _hosts(seen, gateway, listener) if len(granted) == 1 else ()
            for secret in granted:
                yield Shown(gateway.ref, secret, hosts)


def _hosts(seen: Observation, gateway: GatewaySeen, listener: ListenerSeen) -> tuple[str, ...]:
    """The listener's own host, else those of the routes that name it or any listener of its Gateway."""
    if listener.hostname:
        return (listener.hostname,)
    hosts = (
        host
        for route in seen.gateway_routes
        if any(p.gateway == gateway.ref and p.section in ("", listener.name) for p in route.parents)
        for host in route.hosts
    )
    return tuple(dict.fromkeys(hosts))


def is_for(names: tuple[str, ...], host: str) -> bool:
    """Whether a certificate of these names is one for this host (RFC 9525): a wildcard stands for one whole label."""
    wanted = _plain(host)
    return any(_fits(_plain(name), wanted) for name in names)


def _fits(name: str, host: str) -> bool:
    if name == host:
        return True
    label, _, rest = host.partition(".")
    return name.startswith("*.") and label not in ("", "*") and rest == name[2:]


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
