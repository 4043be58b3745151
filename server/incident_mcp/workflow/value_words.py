"""What stands in the places of a pattern, in words: `«dial tcp 10.0.0.7:5432» in 536 of 600 (1 other)`."""

from incident_mcp.logs.value_seen import ValueSeen
from incident_mcp.text.fencing import cut_or_masked, quote

LIMIT = 80


def value_words(value: ValueSeen) -> str:
    """Empty where what stands there must not be shown, or is too long to help."""
    said = quote(value.said, LIMIT)
    if cut_or_masked(said):
        return ""
    low, high = (amount_words(each, value.unit) for each in (value.low, value.high))
    match value.telling:
        case "grows":
            return f"{said} grew from {low} to {high} (medians, first and last third)"
        case "range":
            return f"{said} {low} to {high}"
        case "always":
            return f"always {said}"
        case _:
            others = f"{value.others} other{'' if value.others == 1 else 's'}"
            return f"{said} in {value.count:,} of {value.of:,}, {others}"


def amount_words(amount: float, unit: str) -> str:
    """`12 ms`, `1.3 s`, `2.1 min`, `64Mi`, `95 %`, `17`."""
    if unit == "B":
        from incident_mcp.text.amounts import memory  # few values are

        return memory(amount)
    if unit == "%":
        return f"{amount:.3g} %"
    if unit != "s":
        return f"{amount:.6g}"
    if amount < 1:
        return f"{amount * 1000:.3g} ms"
    return f"{amount:.3g} s" if amount < 120 else f"{amount / 60:.3g} min"
