"""`python -m app.updates.look QUESTION`: one look for a newer version, as one JSON object."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import UTC, datetime

import msgspec

from app.updates.fetching import NotFetched, fetch
from app.updates.finding import Finding, Question
from app.updates.judging import judged
from app.updates.manifest import LARGEST_BYTES, SIGNATURE_SUFFIX
from app.updates.source import is_safe
from runtime.hub.http_client import new_client

LONGEST_S = 15.0
STALL_S = 8.0
# A name server or a driver of the network may hang where no timeout reaches.
GIVE_UP_S = 20.0
_LARGEST_SIGNATURE_BYTES = 1 << 10


def found(question: Question, now: datetime) -> Finding:
    """Asks for the manifest and its signature, and judges them."""
    if not is_safe(question.address):
        return Finding("no_answer")
    until_s = time.monotonic() + LONGEST_S
    try:
        with new_client(STALL_S, STALL_S) as client:
            data = fetch(client, question.address, LARGEST_BYTES, until_s)
            beside = question.address + SIGNATURE_SUFFIX
            signature = fetch(client, beside, _LARGEST_SIGNATURE_BYTES, until_s)
    except NotFetched as error:
        return error.finding
    except ValueError:  # httpx2 of a proxy's address in the environment that is none
        return Finding("no_answer")
    return judged(data, signature, question, now)


def main() -> int:
    watchdog = threading.Timer(GIVE_UP_S, os._exit, (1,))
    watchdog.daemon = True
    watchdog.start()
    question = msgspec.json.decode(sys.argv[1], type=Question)
    answer = found(question, datetime.now(UTC))
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
