"""`python -m runtime.worker.dry_run JSON`: what a `DryRun` found, as JSON on stdout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from runtime.errors import CoterieError
from runtime.language import speak_as_told
from runtime.protocol.dry_run import DryRun, DryRunResult
from runtime.worker.standard_streams import claim_standard_streams


def results(request: DryRun) -> list[DryRunResult]:
    """One for each placement, in order."""
    # Imported after the streams are claimed: loading the native libraries may print.
    from runtime.engine.bindings import AbortFlag, capture_log
    from runtime.engine.buffer_types import add_rpc_server
    from runtime.engine.dry_run import dry_run
    from runtime.engine.loaded_parts import load_parts
    from runtime.engine.native_log import NativeLog

    log = NativeLog()
    keep = capture_log(log.write)
    load_parts()
    try:
        for endpoint in request.rpc_servers:
            add_rpc_server(endpoint)
    except CoterieError as error:
        return [DryRunResult(problem=error.problem)] * len(request.placements)
    abort = AbortFlag()
    found = [dry_run(Path(request.path), placed, log, abort) for placed in request.placements]
    del keep
    return found


def main() -> int:
    _, out = claim_standard_streams()
    speak_as_told()
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    try:
        request = msgspec.json.decode(sys.argv[1], type=DryRun)
    except msgspec.MsgspecError as error:
        print(f"not a dry run: {error}", file=sys.stderr)
        return 2
    out.write(msgspec.json.encode(results(request)))
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
