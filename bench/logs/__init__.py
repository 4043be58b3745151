"""How fast the log patterns are, how well they group, and how surely they find what is new, beside what people use."""


def main() -> None:
    """All three tables. `LOG_LINES` and `LOGHUB` change what is measured: see `speed` and `grouping`."""
    from bench.logs import grouping, novelty, speed

    grouping.main()
    novelty.main()
    speed.main()
