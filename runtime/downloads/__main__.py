"""`python -m runtime.downloads`: the download process."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys

import msgspec

from runtime.downloads.frames import DOWNLOAD_PROTOCOL_VERSION, DownloadCommand, DownloadsHello
from runtime.downloads.service import Service
from runtime.downloads.space import RESERVE_BYTES
from runtime.frame_process import MAX_BYTES
from runtime.hub.http_client import STALL_S, new_client
from runtime.language import speak_as_told
from runtime.protocol.channel import FrameReader, FrameWriter
from runtime.worker.standard_streams import claim_standard_streams

_MOST_CONNECTIONS = 128


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m runtime.downloads")
    parser.add_argument("--stall-s", type=float, default=STALL_S)
    parser.add_argument("--reserve-bytes", type=int, default=RESERVE_BYTES)
    chosen = parser.parse_args(arguments)
    frames_in, frames_out = claim_standard_streams()
    speak_as_told()
    writer = FrameWriter(frames_out, MAX_BYTES)
    reader: FrameReader[DownloadCommand] = FrameReader(
        frames_in, msgspec.msgpack.Decoder(DownloadCommand), MAX_BYTES
    )
    client = new_client(stall_s=chosen.stall_s, most_connections=_MOST_CONNECTIONS)
    # Whoever listened is gone: the service has brought everything to the disk.
    with contextlib.suppress(OSError):
        writer.write(DownloadsHello(DOWNLOAD_PROTOCOL_VERSION, os.getpid()))
        Service(reader, writer.write, client, chosen.reserve_bytes).run()
    # Threads may still wait for a server's first answer; they write nothing any more.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
