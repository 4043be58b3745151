"""`python -m bench [NAME ...]`: run the benches (all, if none is named) and print one table each."""

import importlib
import sys

BENCHES = ("startup", "transport", "logs", "sweep", "record", "tokens")


def main() -> None:
    for name in sys.argv[1:] or BENCHES:
        if name not in BENCHES:
            sys.exit(f"There is no bench {name}. There are: {', '.join(BENCHES)}.")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
