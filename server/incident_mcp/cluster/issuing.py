"""cert-manager's Certificates and issuers, where it is installed: who should fill a Secret, and why it does not."""

from functools import partial

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import Json, part, text
from incident_mcp.cluster.lists import read_list
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.object_meta import owner_of, ref_of
from incident_mcp.vocabulary.certificate_seen import IssuedSeen, IssuerSeen
from incident_mcp.vocabulary.condition import ConditionSeen, condition
from incident_mcp.vocabulary.refs import Ref

GROUP = "cert-manager.io"
WHAT = "cert-manager"


async def read_issuing(
    look: Look, roots: dict[str, str], namespaces: list[str], issued: list[IssuedSeen], issuers: list[IssuerSeen]
) -> None:
    """Add all Certificates, and the issuers that are not ready; no namespaces mean all. `roots`: what is served."""
    lists: dict[str, list[Json]] = {plural: [] for plural in ("certificates", "issuers", "clusterissuers")}

    async def read(plural: str) -> None:
        if plural in roots:
            places = [] if plural == "clusterissuers" else namespaces
            await read_list(look, WHAT, roots[plural], plural, places, lists[plural])

    await together([partial(read, plural) for plural in lists])
    found = [issued_seen(each) for each in lists["certificates"]]
    if "certificaterequests" in roots and any(unready(each.conditions) for each in found):
        await _requests(look, roots["certificaterequests"], found)
    issued.extend(found)
    kinds = (("Issuer", lists["issuers"]), ("ClusterIssuer", lists["clusterissuers"]))
    seen = (IssuerSeen(ref=ref_of(each, kind), conditions=_conditions(each)) for kind, those in kinds for each in those)
    issuers.extend(each for each in seen if unready(each.conditions))


async def _requests(look: Look, root: str, found: list[IssuedSeen]) -> None:
    """The newest request of each Certificate that is not ready: it says what the issuer answered."""
    waiting = {each.ref: index for index, each in enumerate(found) if unready(each.conditions)}
    requests: list[Json] = []
    namespaces = sorted({ref.namespace or "" for ref in waiting})
    await read_list(look, WHAT, root, "certificaterequests", namespaces, requests)
    for request in sorted(requests, key=lambda each: text(each, "metadata", "creationTimestamp")):
        owner = owner_of(request)
        if owner is not None and owner in waiting:
            at = waiting[owner]
            found[at] = found[at].model_copy(update={"request": _conditions(request)})


def issued_seen(thing: Json) -> IssuedSeen:
    ref = ref_of(thing, "Certificate")
    kind = text(thing, "spec", "issuerRef", "kind") or "Issuer"
    return IssuedSeen(
        ref=ref,
        secret=Ref(kind="Secret", namespace=ref.namespace, name=text(thing, "spec", "secretName")),
        issuer=Ref(
            kind=kind,
            namespace=None if kind == "ClusterIssuer" else ref.namespace,
            name=text(thing, "spec", "issuerRef", "name"),
        ),
        conditions=_conditions(thing),
        renewal=moment(text(thing, "status", "renewalTime")),
    )


def unready(conditions: tuple[ConditionSeen, ...]) -> bool:
    """Ready is False. Without the condition, nobody has judged it yet."""
    return condition(conditions, "Ready", "False") is not None


def _conditions(thing: Json) -> tuple[ConditionSeen, ...]:
    return conditions_seen(part(thing, "status"))
