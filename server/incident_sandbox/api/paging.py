"""Continue tokens: where in which revision the next page of a list begins."""

from __future__ import annotations

import base64
import binascii
import json

from incident_sandbox.model.errors import ApiError, bad_request, expired
from incident_sandbox.store.store import Store

TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


def make_token(revision: int, last: str) -> str:
    """A negative revision continues at whatever is newest."""
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": last}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str, store: Store) -> tuple[int, str]:
    """The revision and the last key of the page before. Raises ApiError 400 or 410."""
    try:
        data = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        revision, last = int(data["rv"]), str(data["start"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise bad_request(f"invalid continue token: continue key is not valid: {error}") from error
    if revision < 0:
        return store.revision, last
    if not store.remembers(revision):
        raise _too_old(last)
    return revision, last


def _too_old(last: str) -> ApiError:
    error = expired(TOO_OLD)
    error.metadata = {"continue": make_token(-1, last)}
    return error
