"""What one look saw of those who let things in and out: quotas, webhooks, API services, namespaces that go away."""

from datetime import datetime

from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value


class QuotaSeen(Value):
    """A ResourceQuota, read because it refused something. Amounts as the API server prints them."""

    ref: Ref
    hard: dict[str, str] = {}
    used: dict[str, str] = {}


class WebhookSeen(Value):
    """One admission webhook that a refusal names, or that nobody answers and that refuses what nobody judges."""

    config: Ref
    name: str
    service: Ref | None = None
    """None: it is reached by a URL, outside of what can be seen here."""
    fails_closed: bool = True
    service_missing: bool = False
    """The Service is not there (known only where Services could be read)."""
    judges: tuple[str, ...] = ()
    """Resources that it is asked about: `pods`, `deployments` ..., `*` for all."""


class ApiServiceSeen(Value):
    """An aggregated API that is not available."""

    ref: Ref
    service: Ref | None = None
    reason: str = ""
    message: Untrusted = Untrusted("")
    since: datetime | None = None


class NamespaceSeen(Value):
    """A namespace that is being deleted."""

    name: str
    deleted: datetime | None = None
    conditions: tuple[ConditionSeen, ...] = ()
