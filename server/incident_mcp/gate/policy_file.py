"""The policy as its file says now. It is looked at anew before each plan, answer and write, so a stricter policy holds
at once, for a running server too.

Without a file the shipped default holds. A file that was named, or that was there before, and is now missing, broken or
unreadable allows nothing: nobody can tell what it would have said.
"""

from pathlib import Path

from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.policy import Policy

LARGEST = 1_000_000
"""Bytes. What is larger is no policy."""


class PolicyError(IncidentError):
    """There is a policy, but it can't be relied on; so nothing is allowed."""


class PolicyFile:
    """Reads one file, again whenever it has changed. Called, it returns the `Policy`, or raises `PolicyError`."""

    def __init__(self, path: Path, *, named: bool) -> None:
        self.path = path.expanduser()
        self._must_be_there = named
        self._seen: tuple[int, ...] | None = None
        self._policy: Policy | None = None

    @property
    def shipped(self) -> bool:
        """Whether the shipped default holds, because there is no file."""
        return not (self._must_be_there or self.path.exists() or self.path.is_symlink())

    def __call__(self) -> Policy:
        try:
            found = self.path.stat()
        except FileNotFoundError as error:
            if self._must_be_there or self.path.is_symlink():  # a link that leads nowhere named a file
                raise self._broken("it is not there") from error
            self._policy = self._policy or Policy()
            return self._policy
        except OSError as error:
            raise self._broken(str(error)) from error
        seen = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
        if self._policy is None or seen != self._seen:
            self._must_be_there = True
            self._seen = None
            if found.st_mode & 0o002:
                raise self._broken("others may write to it")
            self._policy = self._read()
            self._seen = seen
        return self._policy

    def _read(self) -> Policy:
        import tomllib  # few have a policy of their own, and the start-up is short

        from pydantic import ValidationError

        try:
            with self.path.open("rb") as file:
                text = file.read(LARGEST + 1)
            if len(text) > LARGEST:
                raise self._broken(f"it is larger than {LARGEST} bytes")
            if not text.strip():  # what a full disk or an editor leaves, and not what anybody means by a policy
                raise self._broken("it is empty")
            return Policy.model_validate(tomllib.loads(text.decode()))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
            words = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in problems)
            raise self._broken(words) from error
        except (OSError, ValueError) as error:  # unreadable, no UTF-8, no TOML
            raise self._broken(str(error)) from error

    def _broken(self, why: str) -> PolicyError:
        return PolicyError(
            f"The policy {self.path} can't be used: {why}. So nothing is allowed.",
            "Mend the file (examples/policy.toml explains each key); incident-mcp doctor shows what holds.",
        )
