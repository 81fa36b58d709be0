"""`python -m runtime.hub`: the process that asks the hub."""

from __future__ import annotations

import os
import sys

import msgspec

from runtime.frame_process import MAX_BYTES
from runtime.hub.answering import Answering
from runtime.hub.frames import HUB_PROTOCOL_VERSION, HubCommand, HubEvent, HubHello, HubShutdown
from runtime.hub.http_client import new_client
from runtime.hub.links import endpoint, is_offline
from runtime.language import speak_as_told
from runtime.protocol.channel import BrokenChannel, FrameReader, FrameWriter
from runtime.worker.standard_streams import claim_standard_streams

EXIT_BROKEN_CHANNEL = 70
_SIGNING_PATIENCE_S = 2.0


def main() -> int:
    frames_in, frames_out = claim_standard_streams()
    speak_as_told()
    # Else the hub's library asks for a list of AI agents first, and says which it runs under.
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    writer = FrameWriter(frames_out, MAX_BYTES)
    reader = FrameReader(frames_in, msgspec.msgpack.Decoder(HubCommand), MAX_BYTES)

    def send(event: HubEvent) -> None:
        try:
            writer.write(event)
        except OSError:
            os._exit(0)  # The program is gone.

    answering = Answering(send, endpoint(), is_offline(), new_client)
    send(HubHello(HUB_PROTOCOL_VERSION, os.getpid(), endpoint(), is_offline()))
    code = 0
    try:
        while (command := reader.read()) is not None and not isinstance(command, HubShutdown):
            answering.take(command)
    except BrokenChannel as error:
        sys.stderr.write(f"hub: {error}\n")
        code = EXIT_BROKEN_CHANNEL
    # Requests on their way are of no use to anybody; only a token may be half written.
    answering.signing.acquire(timeout=_SIGNING_PATIENCE_S)
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
