"""Become another program that dies with the process that started it, even when that one gets `kill -9`.

Used as `python -I -S launch.py PARENT PROGRAM ARGUMENT...`. The kernel sends the signal when the *thread* that made
this process ends, so `processes.py` starts everything from one thread that never does. Elsewhere than on Linux this
only becomes the program, and an orderly end is left to `stop` and `atexit`.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if sys.platform == "linux":
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):  # it died before we could ask
        os._exit(1)
os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - to become a program is what this file is for
