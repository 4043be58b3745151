"""Who did something, and how we know the name: the protocol brings none, so the record says where ours came from."""

from typing import Literal

from incident_mcp.vocabulary.value import Value

KnownBy = Literal["INCIDENT_USER", "settings file", "OS user", "client", "server", "passphrase"]


class Actor(Value):
    """A person, the assistant or this server; `client` is the chat client with its version."""

    role: Literal["person", "assistant", "server"]
    name: str
    known_by: KnownBy
    client: str | None = None

    def __str__(self) -> str:
        return self.name
