"""Which kinds of an API group that not every cluster has are served here, and under which root.

Discovery is open to everybody. `/apis` names all groups in one small answer: only a group that is there costs more.
"""

from functools import partial

from incident_mcp.cluster.json_parts import Json, items, text
from incident_mcp.cluster.look import Look, reason, together
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError


async def served(look: Look, groups: dict[str, str]) -> dict[str, dict[str, str]]:
    """For each group (its name, and what to call it where it can't be asked for): roots by plural, as
    `/apis/gateway.networking.k8s.io/v1` for `gateways`. A group that is not there has none.
    """
    listed = await _discovery(look, "/apis", " and ".join(groups.values()))
    found: dict[str, dict[str, str]] = {group: {} for group in groups}
    there = [each for each in items(listed, "groups") if text(each, "name") in groups]

    async def read(group: Json) -> None:
        name = text(group, "name")
        roots = [f"/apis/{text(version, 'groupVersion')}" for version in items(group, "versions")]
        answers: dict[str, Json] = {}

        async def one(root: str) -> None:
            answers[root] = await _discovery(look, root, groups[name])

        await together([partial(one, root) for root in roots])
        for root in reversed(roots):  # the preferred version comes first, and wins
            found[name] |= {text(each, "name"): root for each in items(answers[root], "resources")}

    await together([partial(read, group) for group in there])
    return found


async def _discovery(look: Look, path: str, what: str) -> Json:
    """Quietly: that discovery was asked is of no interest to anybody, only that it failed."""
    try:
        return await look.api.get_json(path)
    except CredentialsError:
        raise
    except ClusterError as error:
        look.miss(what, reason(error))
        return {}
