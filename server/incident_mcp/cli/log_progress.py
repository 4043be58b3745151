"""A bar on the terminal while a long log is read; nothing where nobody would see it, or where it is soon over."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress(whole: int | None, *, least: int) -> Generator[Callable[[int], None]]:
    """`whole`: bytes to come, None if nobody knows. The bar appears when there are `least` bytes, read or to come."""
    if not sys.stderr.isatty() or (whole is not None and whole < least):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    bar = Progress(
        BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True, refresh_per_second=4,
    )  # fmt: skip
    task = bar.add_task("reading", total=whole)
    read = 0

    def advance(size: int) -> None:
        nonlocal read
        read += size
        if read >= least and not bar.live.is_started:
            bar.start()
        bar.advance(task, size)

    try:
        yield advance
    finally:
        bar.stop()
