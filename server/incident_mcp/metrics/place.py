"""Where Prometheus stands, as the settings say it, and a shop's own queries to it."""

from pydantic import Field, field_validator

from incident_mcp.metrics.placeholders import check
from incident_mcp.services.place import Place
from incident_mcp.vocabulary.value import Value


class Queries(Value):
    """A shop's own PromQL. `{namespace}`, `{workload}` and `{pods}` (a pattern of its pods' names) are filled in."""

    error_rate: str | None = Field(default=None, description="Share of requests that fail, 0 to 1.")
    latency: str | None = Field(default=None, description="Seconds.")
    traffic: str | None = Field(default=None, description="Requests a second.")
    saturation: str | None = Field(default=None, description="Share of what there is, 0 to 1.")

    def covers(self, only_traffic: bool) -> bool:
        """Whether nothing is left to be detected of how requests are answered."""
        return bool(self.traffic and (only_traffic or (self.error_rate and self.latency)))

    @field_validator("error_rate", "latency", "traffic", "saturation")
    @classmethod
    def _placeholders(cls, query: str | None) -> str | None:
        if query is not None:
            check(query)
        return query


class PrometheusPlace(Place):
    """As `[prometheus]` in the settings, its queries below it."""

    queries: Queries = Field(default_factory=Queries)
