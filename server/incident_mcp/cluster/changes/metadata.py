"""Lists of metadata only: names, labels, and who wrote which part when. No content is sent over the wire."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.moments import moment
from incident_mcp.vocabulary.errors import ServerFailed
from incident_mcp.vocabulary.refs import Ref

ACCEPT = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
PAGE = 500
MOST = 5000
"""Objects of one kind that are read; beyond, the newest are not known to be among them."""


class Written(msgspec.Struct):
    """One entry of the managed fields."""

    manager: str = ""
    time: str | None = None
    subresource: str = ""
    fields: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"{}"), name="fieldsV1")

    def parts(self) -> dict[str, Any]:
        """What it owns, from the top: `f:data`, `f:spec` ..."""
        return msgspec.json.decode(self.fields, type=dict[str, Any])


class _Metadata(msgspec.Struct, rename="camel"):
    name: str = ""
    namespace: str | None = None
    creation_timestamp: str | None = None
    labels: dict[str, str] | None = None
    managed_fields: list[Written] | None = None


class _Item(msgspec.Struct):
    metadata: _Metadata


class _ListMeta(msgspec.Struct):
    continue_: str = msgspec.field(default="", name="continue")


class _List(msgspec.Struct):
    items: list[_Item] | None = None
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


_decoder = msgspec.json.Decoder(_List)


@dataclass(frozen=True, slots=True)
class Known:
    """What metadata tell of one object."""

    ref: Ref
    created: datetime | None
    labels: dict[str, str]
    written: tuple[Written, ...]

    def writes(self, since: datetime) -> Iterator[tuple[datetime, Written]]:
        """Writes to the object itself, not to its status, in this window."""
        for entry in self.written:
            at = moment(entry.time)
            if at is not None and at >= since and entry.subresource != "status":
                yield at, entry


async def known(api: Api, kind: str, namespace: str | None, *, labels: str = "") -> tuple[list[Known], bool]:
    """All objects of a kind, and whether that was all. Raises what the API raises, and `ServerFailed`."""
    return await known_at(api, collection(kind, namespace), kind, labels=labels)


async def known_at(api: Api, path: str, kind: str, *, labels: str = "") -> tuple[list[Known], bool]:
    """The same of a kind that this server has no name for."""
    params = {"limit": PAGE} | ({"labelSelector": labels} if labels else {})
    found: list[Known] = []
    while True:
        page = _decoded(await api.get(path, params=params, accept=ACCEPT))
        found += [_known(kind, item.metadata) for item in page.items or ()]
        if not page.metadata.continue_ or len(found) >= MOST:
            return found, not page.metadata.continue_
        params = {**params, "continue": page.metadata.continue_}


def _decoded(body: bytes) -> _List:
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise ServerFailed("The API server's answer is not a list of metadata.") from error


def _known(kind: str, meta: _Metadata) -> Known:
    return Known(
        ref=Ref(kind=kind, namespace=meta.namespace, name=meta.name),
        created=moment(meta.creation_timestamp),
        labels=meta.labels or {},
        written=tuple(meta.managed_fields or ()),
    )
