"""Names to addresses as this machine resolves them, in a thread that nobody has to wait for."""

import socket
from threading import Thread

import anyio
from anyio import from_thread, lowlevel


async def resolve(host: str) -> list[str]:
    """Addresses in the system's order; none when the name does not resolve.

    The C library can't be interrupted: when the time is over, its thread is left behind, and does not keep the process
    from ending either.
    """
    found, done, token = list[str](), anyio.Event(), lowlevel.current_token()

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            answers = []
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        try:
            from_thread.run_sync(done.set, token=token)
        except RuntimeError:  # nobody waits any more
            return

    Thread(target=look_up, name=f"resolve {host[:40]}", daemon=True).start()
    await done.wait()
    return found
