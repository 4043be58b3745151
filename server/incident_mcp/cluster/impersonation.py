"""Impersonation headers: acting as somebody else, as `as`, `as-uid`, `as-groups` and `as-user-extra` ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incident_mcp.vocabulary.errors import SettingsError

# What a header's name may hold (RFC 9110, token), without %: client-go escapes all else, % included.
_LEGAL = frozenset("!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Who is acted as. Without a user there is none."""

    user: str = ""
    uid: str = ""
    groups: Sequence[str] = ()
    extra: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    def headers(self) -> list[tuple[str, str]]:
        """Raises SettingsError when groups, uid or extra are asked for without a user, as kubectl does."""
        if not self.user:
            if self.uid or self.groups or self.extra:
                raise SettingsError(
                    "The kubeconfig impersonates a uid, groups or extra fields without a user.",
                    "Name the user with `as`.",
                )
            return []
        uid = [("Impersonate-Uid", self.uid)] if self.uid else []
        groups = [("Impersonate-Group", group) for group in self.groups]
        extra = [(f"Impersonate-Extra-{_escape(key)}", value) for key, values in self.extra.items() for value in values]
        return [("Impersonate-User", self.user), *uid, *groups, *extra]


def _escape(key: str) -> str:
    return "".join(c if c in _LEGAL else "".join(f"%{byte:02X}" for byte in c.encode()) for c in key)
