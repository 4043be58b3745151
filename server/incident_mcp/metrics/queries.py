"""The PromQL of each signal. `window` is in seconds: a rate needs a few scrapes in it."""

from incident_mcp.metrics.families import LIMITS, MEMORY, PERIODS, THROTTLED, Binding, Family, moved
from incident_mcp.metrics.promql import Matcher, select
from incident_mcp.services.pods import pod_pattern
from incident_mcp.vocabulary.refs import Ref


def scrapes(family: Family, binding: Binding) -> str:
    """How many samples the best series has in ten minutes, of a while ago rather than of now, when it may just have
    ended; nothing where nothing fits the binding.
    """
    held = select(family.total, binding)
    return f"max(count_over_time({held}[10m] offset 15m) or count_over_time({held}[10m]))"


def traffic(family: Family, binding: Binding, window: int) -> str:
    return _highest(family, _rate(family, family.total, binding, window))


def error_rate(family: Family, binding: Binding, status: str, window: int) -> str:
    """0 where there were requests and no series of failed ones; nothing where there were no requests."""
    total = _rate(family, family.total, binding, window)
    failed = _rate(family, family.total, (*binding, Matcher(status, family.failed, "=~")), window)
    return _highest(family, f"({failed} or 0 * {total}) / {total}")


def latency(family: Family, binding: Binding, quantile: float, window: int) -> str:
    rate = f"sum by ({_by('le', family.reporter)}) (rate({select(family.buckets, binding)}[{window}s]))"
    scale = f" * {family.unit:g}" if family.unit != 1 else ""
    return f"{_highest(family, f'histogram_quantile({quantile:g}, {rate})')}{scale}"


def throttled(workload: Ref, window: int) -> str:
    """Of the periods in which a container may run, the share in which it was held: the worst pod's."""
    mine = _containers(workload)
    parts = (f"sum by (pod) (rate({select(name, mine)}[{window}s]))" for name in (THROTTLED, PERIODS))
    return f"max({' / '.join(parts)})"


def memory_of_limit(workload: Ref, limit_labels: set[str]) -> str:
    """The container that is nearest to its limit."""
    used = f"max by (pod, container) ({select(MEMORY, _containers(workload))})"
    place, pod, container = (moved(label, limit_labels) for label in ("namespace", "pod", "container"))
    limits = select(
        LIMITS,
        (
            Matcher(place, workload.namespace or ""),
            Matcher(pod, pod_pattern(workload), "=~"),
            Matcher("resource", "memory"),
        ),
    )
    for name, label in (("pod", pod), ("container", container)):
        if label != name:
            limits = f'label_replace({limits}, "{name}", "$1", "{label}", "(.+)")'
    return f"max({used} / max by (pod, container) ({limits}))"


def _rate(family: Family, metric: str, binding: Binding, window: int) -> str:
    by = f" by ({family.reporter})" if family.reporter else ""
    return f"sum{by}(rate({select(metric, binding)}[{window}s]))"


def _highest(family: Family, query: str) -> str:
    return f"max({query})" if family.reporter else query


def _by(*labels: str) -> str:
    return ", ".join(label for label in labels if label)


def _containers(workload: Ref) -> tuple[Matcher, ...]:
    """Of the kubelet's own rows, those of a container: the pod as a whole and its pause container have no name."""
    return (
        Matcher("namespace", workload.namespace or ""),
        Matcher("pod", pod_pattern(workload), "=~"),
        Matcher("container", "", "!="),
    )
