"""Label selectors as the API server takes them in a query."""

from collections.abc import Mapping


def equality(labels: Mapping[str, str]) -> str:
    """`app=checkout,tier=web`, sorted; empty for no labels, which would select everything."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
