"""Who is at the other end of the socket: the kernel says which user, the machine's groups say what that user may ask.

Both are looked up at each connection, so whoever leaves a group loses the door with it. A user in both groups is a
client: whatever runs as that user could be the assistant, so no yes is taken from it.
"""

import grp
import os
import pwd
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from incident_mcp.executor.protocol import Role
from incident_mcp.vocabulary.errors import IncidentError


class Stranger(IncidentError):
    """The user at the other end may ask nothing of the executor."""


class FalseExecutor(IncidentError):
    """Who answers at the socket is not whom the socket's folder belongs to."""


@dataclass(frozen=True)
class Peer:
    """A user, by number and name, and the part that it plays."""

    uid: int
    name: str
    role: Role


@dataclass(frozen=True)
class Groups:
    """The names of the two groups."""

    clients: str
    approvers: str

    def peer(self, uid: int) -> Peer:
        """Raises `Stranger`."""
        try:
            user = pwd.getpwuid(uid)
        except KeyError:
            raise Stranger(f"User {uid} has no name on this machine.", "Nothing was answered.") from None
        of = {*os.getgrouplist(user.pw_name, user.pw_gid)}
        if _number(self.clients) in of:
            return Peer(uid, user.pw_name, "client")
        if _number(self.approvers) in of:
            return Peer(uid, user.pw_name, "approver")
        raise Stranger(
            f"User {user.pw_name} is neither in group {self.clients} nor in {self.approvers}.",
            "An operator adds users to them: incident-mcp init --separated.",
        )


def _number(group: str) -> int | None:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None


def uid_of(connection: socket.socket) -> int:
    """The user that connected, or that listens, as the kernel noted it (`SO_PEERCRED`, unix(7))."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", told)
    return uid


def check_answering(connection: socket.socket, path: Path) -> None:
    """Raise `FalseExecutor` unless whoever listens owns the socket's folder, in which nobody else can put a socket: a
    passphrase is for the executor alone.
    """
    folder, uid = path.parent.stat(), uid_of(connection)
    if folder.st_uid not in (uid, 0) or folder.st_mode & 0o022:
        raise FalseExecutor(
            f"At {path} answers user {uid}, but others than the executor can put a socket into {path.parent}.",
            "It must be the executor's, and writable by nobody else; incident-mcp init --separated makes it so.",
        )
