"""The plan of a switch in Unleash."""

from incident_mcp.cluster.json_parts import items
from incident_mcp.mitigate.flags.objects import FlagCall
from incident_mcp.mitigate.flags.place import KIND
from incident_mcp.mitigate.flags.unleash import Unleash, warnings, writes
from incident_mcp.mitigate.pointers import fact
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Draft, Undo
from incident_mcp.vocabulary.refs import Ref

_ON = {"on": True, "off": False}


async def switched(server: Unleash, given: FlagCall, action: str) -> Draft:
    """Namespace is the project, name the flag, key the environment. `action` is what undoes it.

    Raises `BadRequest` where the call means something else, or it is so already.
    """
    if given.to not in _ON or not given.key or given.flag:
        raise BadRequest(
            "For Unleash: namespace is the project, name the flag, key the environment, to is on or off.",
            "Give exactly those.",
        )
    on, environment, now = _ON[given.to], given.key, "off" if _ON[given.to] else "on"
    target = Ref(kind=KIND, namespace=given.namespace, name=given.name)
    sent = writes(target, environment, on=on)
    live = await server.flag(target, environment)
    if live.get("enabled") is on:
        raise BadRequest(f"{target} is {given.to} in {environment} already.", "Nothing is to do.")
    may = await server.may_switch(target, environment)
    call = {"kind": "Unleash", "namespace": given.namespace, "name": given.name, "key": environment}
    return Draft(
        target=target,
        title=f"Switch {target.name} {given.to}",
        headline=f"switch {target} {given.to} in {environment}",
        before=f"{now} in {environment}, {len(items(live, 'strategies'))} strategies",
        after=f"{given.to} in {environment}",
        pods="No pod is replaced; clients poll, by default each 15 s",
        facts=(fact(live, "/enabled", f"{now} in {environment}"), fact(live, "/strategies", "the same strategies")),
        writes=sent,
        diff=(f"- enabled: {str(not on).lower()}", f"+ enabled: {str(on).lower()}"),
        refused="" if may else f"The token for {server.name} may not switch {target} in {environment}.",
        warnings=tuple(warnings(live, on=on)),
        undo=Undo(action=action, arguments={**call, "to": now}, shown=f"Undo: {now} again, by {action} to {now}."),
        kubectl=f"curl -X POST -H 'Authorization: TOKEN' {server.name}{sent[0].path}",
    )
