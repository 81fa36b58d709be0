"""`python -m runtime.worker`: the engine worker process."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from runtime.language import speak_as_told
from runtime.protocol.channel import FrameWriter, command_reader
from runtime.protocol.frames import PROTOCOL_VERSION, Hello
from runtime.worker.standard_streams import claim_standard_streams


def main() -> int:
    frames_in, frames_out = claim_standard_streams()
    speak_as_told()
    _be_first_to_go()
    # An abort of ggml starts gdb where it is installed: seconds, and 300 lines over the reason.
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    writer = FrameWriter(frames_out)
    writer.write(Hello(PROTOCOL_VERSION, os.getpid()))
    # Imported after the streams are claimed: loading the native libraries may print.
    from runtime.engine.bindings import AbortFlag
    from runtime.engine.loaded_parts import load_parts
    from runtime.worker.mailbox import Mailbox
    from runtime.worker.service import Service

    abort = AbortFlag()
    mailbox = Mailbox(command_reader(frames_in), abort)
    mailbox.start()
    service = Service(mailbox, abort, writer.write)
    # Once the log is captured: a driver's words belong there.
    load_parts()
    try:
        service.run()
    except BrokenPipeError:
        return 0
    return 0


def _be_first_to_go() -> None:
    """When memory runs out, Linux should end this process rather than the window."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    sys.exit(main())
