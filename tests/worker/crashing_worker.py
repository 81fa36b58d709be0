"""A worker whose engine build has the AMX fault: repacked weights crash it (COTERIE_CRASH_AT).

Run as `python -m tests.worker.crashing_worker`. "load": on the first decode, while loading;
"answer": on the first answer. Without repacking it is the real worker.
"""

from __future__ import annotations

import os
import signal
import sys

from runtime.protocol.frames import Generate, Load
from runtime.worker import __main__ as worker
from runtime.worker.mailbox import Mailbox

AT_VARIABLE = "COTERIE_CRASH_AT"
take = Mailbox._take
repacked = False


def crash_or_take(mailbox: Mailbox, command: object) -> None:
    global repacked
    if isinstance(command, Load):
        repacked = command.use_extra_bufts
    wanted = Load if os.environ[AT_VARIABLE] == "load" else Generate
    if repacked and isinstance(command, wanted):
        print("ggml_backend_amx_mul_mat", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    take(mailbox, command)


if __name__ == "__main__":
    Mailbox._take = crash_or_take
    sys.exit(worker.main())
