"""`incident-mcp status`: the cluster at a glance, for a person and for the prompt of `/incident`.

A slash command dies with its inline command, so this one can't fail: whatever happens, it prints something within two
seconds of its start, nothing on stderr, and ends with exit code 0. A watchdog keeps that promise when all else hangs: a
name server, a credential plugin, a file system, a thread at exit.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from incident_mcp.cli.options import Context, Kubeconfig, Namespace

NAME = "status"
SECONDS = 1.8
"""From the start of the process to the last word."""
TO_END = 0.2
"""Of that, what is kept for printing and for the end of what still runs."""
AT_LEAST = 0.3
"""A look gets this much even where the start alone took too long."""

STDOUT, STDERR = 1, 2


def command(kubeconfig: Kubeconfig = None, context: Context = None, namespace: Namespace = None) -> None:
    """Show what is not well in the cluster right now, in under two seconds. Always exits with 0."""
    _close_stderr()
    seconds = max(SECONDS - _since_start(), AT_LEAST + TO_END)
    said = _Once()
    watchdog = threading.Timer(seconds, _give_up, [said])
    watchdog.daemon = True
    watchdog.start()
    said.say(_told(kubeconfig, context, namespace, time.monotonic() + seconds - TO_END))


class _Once:
    """Says one thing, whoever comes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        if self._lock.acquire(blocking=False):
            with suppress(OSError):  # whoever wanted to read it is gone
                os.write(STDOUT, text.encode("utf-8", "replace") + b"\n")


def _close_stderr() -> None:
    """Libraries log there, and the interpreter as it ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)


def _give_up(said: _Once) -> None:
    said.say(
        f"Cluster status: not checked, no end within {SECONDS} s. incident-mcp doctor waits longer, and tells why."
    )
    os._exit(0)


def _told(kubeconfig: str | None, context: str | None, namespace: str | None, until: float) -> str:
    import anyio

    from incident_mcp.vocabulary.errors import IncidentError

    try:
        return anyio.run(_look, kubeconfig, context, namespace, until)
    except IncidentError as error:
        return _one_line(f"{error.happened} {error.next_step}")
    except Exception as error:  # a fault of ours must not cost the person their /incident
        return _one_line(f"{type(error).__name__}. incident-mcp doctor may tell more.")


async def _look(kubeconfig: str | None, context: str | None, namespace: str | None, until: float) -> str:
    from incident_mcp.cli.located import located
    from incident_mcp.cluster.connection import ConnectOptions, connect
    from incident_mcp.settings import load_settings
    from incident_mcp.vocabulary.clock import system_clock
    from incident_mcp.vocabulary.errors import IncidentError
    from incident_mcp.workflow.status import status

    settings = load_settings(kubeconfig=kubeconfig, context=context, namespace=namespace)
    settings, _ = located(settings, named=bool(kubeconfig or context))
    options = ConnectOptions(settings.kubeconfig, settings.context, settings.namespace, timeout=SECONDS)
    api = await connect(options, environment=os.environ)
    try:
        left = max(until - time.monotonic(), AT_LEAST)
        return "\n".join(await status(api, now=system_clock, seconds=left, namespace=namespace))
    except IncidentError as error:
        return _one_line(f"{error.happened} {error.next_step}", api.cluster.name)
    finally:
        await api.aclose()


def _one_line(why: str, cluster: str = "Cluster status") -> str:
    from incident_mcp.text.fencing import plain

    return plain(f"{cluster}: not checked. {why}", 500)


def _since_start() -> float:
    """Seconds since this process began, the interpreter's own start included."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError, IndexError):
        return time.process_time()  # not Linux: at least as long as it has computed
