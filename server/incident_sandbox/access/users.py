"""Users and their bearer tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from incident_sandbox.model.errors import unauthorized

MASTERS, AUTHENTICATED, UNAUTHENTICATED = "system:masters", "system:authenticated", "system:unauthenticated"


@dataclass(frozen=True, slots=True)
class User:
    name: str
    groups: tuple[str, ...] = ()

    @property
    def all_groups(self) -> tuple[str, ...]:
        return (*self.groups, AUTHENTICATED)


ANONYMOUS = User("system:anonymous")
ADMIN = User("admin", (MASTERS,))
VIEWER = User("viewer")


class Tokens:
    """The tokens that are good now. They are made at start, and live as long as the sandbox unless a test ends them."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def issue(self, user: User) -> str:
        token = secrets.token_urlsafe(24)
        self._users[token] = user
        return token

    def expire(self, user: User | None = None) -> None:
        """From now on 401 for the tokens of `user`, or of everybody."""
        self._users = {token: owner for token, owner in self._users.items() if user and owner != user}

    def restore(self, token: str, user: User) -> None:
        self._users[token] = user

    def user_of(self, authorization: str | None) -> User:
        """Raises ApiError 401 for a token that is not good; without any token one is anonymous."""
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        user = self._users.get(token.strip()) if scheme.lower() == "bearer" else None
        if user is None:
            raise unauthorized()
        return user
