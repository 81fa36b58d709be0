"""`python -m tests.hub [PORT] [--speed BYTES_PER_S]`: a small hub to try the program against."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from app.paths import Paths
from tests.hub.demo import DEMO_TOKEN, fill
from tests.hub.hub import Hub


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hub", description=__doc__)
    parser.add_argument("port", type=int, nargs="?", default=8765, help="8765; the CDN is the next")
    parser.add_argument("--speed", type=float, default=0, help="bytes/s over all connections")
    parser.add_argument("--folder", type=Path, default=Paths.for_user().cache_dir / "demo-hub")
    asked = parser.parse_args()
    with Hub(asked.port, asked.port + 1 if asked.port else 0) as hub:
        hub.limit_speed(asked.speed)
        fill(hub, asked.folder, lambda repo: print(f"  {repo}", flush=True))
        print(f"HF_ENDPOINT={hub.endpoint} HF_TOKEN={DEMO_TOKEN}", flush=True)
        print("Gates are opened on a repository's page. Ctrl-C ends the hub.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
