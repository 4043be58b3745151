"""What a server says on standard error, masked: log lines with their tracebacks, and errors that nobody caught.

A library may log what it was sent, and an exception quotes what it failed on.
"""

import logging
import sys
import threading
import traceback
from types import TracebackType

from incident_mcp.text.masking import mask


class MaskedFormatter(logging.Formatter):
    """A line as `logging` writes it, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def mask_standard_error(level: int = logging.WARNING) -> None:
    """From here on all logging of this process, and each uncaught error in any thread, is masked."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskedFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    sys.stderr.write(mask("".join(traceback.format_exception(kind, error, trace))))
