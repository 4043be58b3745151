"""CPU and memory in the words of Kubernetes' own manifests, so that a figure can be compared with the one in a file."""

from incident_mcp.vocabulary.usage import share

_STEPS = (("Gi", 1024**3), ("Mi", 1024**2), ("Ki", 1024))


def cores(amount: float | None) -> str:
    """`250m`, `1.5`, `none`."""
    if amount is None:
        return "none"
    return f"{round(amount * 1000)}m" if amount < 1 else f"{amount:.3g}"


def memory(amount: float | None) -> str:
    """`96Mi`, `1.5Gi`, `none`."""
    if amount is None:
        return "none"
    for suffix, size in _STEPS:
        if amount >= size:
            return f"{amount / size:.3g}{suffix}" if amount < 1000 * size else f"{round(amount / size)}{suffix}"
    return f"{round(amount)}"


def share_words(share: float) -> str:
    """`0 %`, `0.03 %`, `1.4 %`, `34 %`: small shares of requests matter, and only nothing is 0."""
    percent = share * 100
    if percent >= 10 or percent == 0:
        return f"{round(percent)} %"
    return f"{percent:.2g} %" if percent >= 0.01 else "under 0.01 %"


def percent(used: float | None, of: float | None) -> str:
    """`38 %`; empty where there is nothing to compare with."""
    return f"{round(share(used, of) * 100)} %" if used is not None and of else ""
