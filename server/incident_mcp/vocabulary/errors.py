"""What can go wrong, in the product's own words.

Each error tells what happened, what was *not* done, and the next step. The surface turns them into tool errors,
the command line into one paragraph on stderr; nobody shows a traceback to a person at three in the morning.
"""

from __future__ import annotations


class IncidentError(Exception):
    """A failure that a person or an assistant can act on.

    `happened` and `next_step` are whole sentences; `not_done` says what did not change because of it.
    """

    not_done = "Nothing was changed."

    def __init__(self, happened: str, next_step: str = "", *, not_done: str | None = None) -> None:
        self.happened = happened
        self.next_step = next_step
        if not_done is not None:
            self.not_done = not_done
        super().__init__(happened)

    def __str__(self) -> str:
        return " ".join(part for part in (self.happened, self.not_done, self.next_step) if part)


class BadRequest(IncidentError):
    """The caller asked for something that makes no sense (a wrong argument, an absurd number)."""


class SettingsError(IncidentError):
    """The settings, the kubeconfig or the state folder can't be used as they are."""


class ExecutorAway(IncidentError):
    """The separated executor can't be reached, so nothing can be planned or changed; reading goes on."""

    def __init__(self, happened: str, next_step: str = "", *, sent: bool = False) -> None:
        super().__init__(happened, next_step)
        self.sent = sent
        """True when the request had left before: what came of it is not known."""


class RecordError(IncidentError):
    """The record can't be read or written. Without it nothing is written to a cluster."""


class AlreadyDone(RecordError):
    """Something that may happen once had happened before: an approval is spent, an incident is open."""


class ClusterError(IncidentError):
    """The API server did not give what was asked for."""


class Unreachable(ClusterError):
    """No answer: refused, timed out, name not resolved, TLS failed. A write may or may not have been received."""

    def __init__(self, happened: str, next_step: str = "", *, sent: bool = False) -> None:
        super().__init__(happened, next_step)
        self.sent = sent
        """True when the request had left before the connection failed: its outcome is unknown."""


class CredentialsError(ClusterError):
    """The credentials are missing, expired or refused (401), or the plugin that makes them failed."""


class Forbidden(ClusterError):
    """403: which verb on which resource is lacking is in the text, and in `verb` and `resource`."""

    def __init__(self, happened: str, next_step: str = "", *, verb: str = "", resource: str = "") -> None:
        super().__init__(happened, next_step)
        self.verb = verb
        self.resource = resource


class NotFound(ClusterError):
    """404: the object, or the kind itself, is not there."""


class Conflict(ClusterError):
    """409, or a failed precondition: the object is not what the caller thought it was."""


class Invalid(ClusterError):
    """422 or 400: the API server refused the content itself."""


class Throttled(ClusterError):
    """429 that outlasted the patience of one call."""


class ServerFailed(ClusterError):
    """A 5xx answer of the API server or of an aggregated API."""
