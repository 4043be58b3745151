"""Names and ports of all Services of a few namespaces, by one table each: enough to say that one is not there."""

import re
from functools import partial

from incident_mcp.cluster.kinds import collection, is_name
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.refs import Ref

ServicePorts = dict[str, dict[str, tuple[int, ...]]]
"""Ports by name by namespace. A namespace that could not be read is not in it; without ports, none are known."""
NAMESPACES = 40
_PORT = re.compile(r"(\d+)(?::\d+)?/")


async def read_service_ports(look: Look, services: list[Ref]) -> ServicePorts:
    found: ServicePorts = {}
    wanted = sorted({ref.namespace for ref in services if ref.namespace and is_name(ref.namespace)})
    if len(wanted) > NAMESPACES:
        look.miss(f"services of {len(wanted) - NAMESPACES} more namespaces with routes", "too many")

    async def read(namespace: str) -> None:
        path = collection("Service", namespace)
        table = await look.ask("services", partial(look.api.table, path), None, where=namespace)
        if table is not None:
            found[namespace] = _ports(table)

    await together([partial(read, namespace) for namespace in wanted[:NAMESPACES]])
    return found


def _ports(table: Table) -> dict[str, tuple[int, ...]]:
    """`80/TCP,443:31443/TCP` of the column Port(s)."""
    name, ports = table.column("Name"), table.column("Port(s)")
    return {
        str(row.cells[name]): tuple(int(number) for number in _PORT.findall(str(row.cells[ports])))
        if ports >= 0
        else ()
        for row in table.rows
    }
