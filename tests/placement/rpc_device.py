"""A second device without a GPU: an RPC server of this processor, with memory of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine_client import worker_environment

READY = "transport"
PATIENCE_S = 30


@contextmanager
def rpc_device(log_path: Path) -> Iterator[str]:
    """The device's "HOST:PORT", ready to be used; gone with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{probe.getsockname()[1]}"
    process = subprocess.Popen(
        (sys.executable, "-P", "-m", "runtime.worker.rpc_device", endpoint, "1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=worker_environment(),
        text=True,
    )
    assert process.stderr is not None
    try:
        with log_path.open("w") as log:
            for line in process.stderr:
                log.write(line)
                if READY in line:
                    break
        yield endpoint
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        process.stderr.close()
