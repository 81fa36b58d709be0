"""Looks for a token in every place it must not be: logs, the models folder, another server."""

from __future__ import annotations

import os
import queue
import secrets
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from benchmarks.download_client import (
    PATIENCE_S,
    DownloadClient,
    plain_environment,
    request_for,
)
from benchmarks.figure import Figure
from runtime.frame_process import Ended, hub_process
from runtime.hub.frames import (
    Account,
    Describe,
    HubEvent,
    HubFailed,
    HubHello,
    HubShutdown,
    ReadCard,
    Search,
    WhoAmI,
)
from tests.hub import repositories
from tests.hub.faults import Cut, ExpireLinks, Slow, Status
from tests.hub.hub import Hub

SIZE_BYTES = 3_000_000
_OPEN, _CLOSED = "meta/Accepted-GGUF", "meta/Not-accepted-GGUF"


def measure(folder: Path) -> Iterator[Figure]:
    """Both processes with a token in their environment: in peace, in trouble, and in a crash."""
    place = folder / "download-canary"
    place.mkdir()
    token = f"hf_canary{secrets.token_hex(12)}"
    with Hub() as hub:
        for repo in (_OPEN, _CLOSED):
            hub.add(repo, {"gated.gguf": os.urandom(SIZE_BYTES)}, gated="manual", card="# Gated\n")
        hub.tokens[token] = repositories.Account("canary", {_OPEN})
        _ask(hub, token, place)
        _download(hub, token, place)
        _crash(hub, token, place)
        used = sum(request.token == token for request in hub.requests)
        elsewhere = sum(
            token in f"{request.target} {request.headers} {request.body!r}"
            for request in hub.requests
            if request.origin != "hub"
        )
        to_cdn = len(hub.asked("cdn"))
    files = [path for path in place.rglob("*") if path.is_file()]
    kept = [path.name for path in files if token.encode() in path.read_bytes()]
    shutil.rmtree(place)
    if not used:
        raise RuntimeError("the token was never used, so looking for it says nothing")
    yield Figure(
        "A canary token in logs, the models folder, crashes and requests to another host",
        elsewhere + len(kept),
        0,
        "at most",
        detail=f"sent to the hub {used} times; looked for in {to_cdn} requests to the CDN and "
        f"{len(files)} files, found in {', '.join(kept) or 'none'}",
    )


def _ask(hub: Hub, token: str, place: Path) -> None:
    """The hub process is asked for what is open, what is gated and what is not there."""
    events: queue.Queue[HubEvent | Ended] = queue.Queue()
    environment = plain_environment(hub, place) | {"HF_TOKEN": token}
    process = hub_process(place / "hub.log", environment=environment)
    process.start(events.put)
    commands = (
        WhoAmI(1),
        Search(2, "gguf"),
        Describe(3, _OPEN),
        Describe(4, "meta/nothing"),
        ReadCard(5, _OPEN, "main"),
        ReadCard(6, _CLOSED, "main"),
    )
    try:
        for command in commands:
            process.send(command)
            event = events.get(timeout=PATIENCE_S)
            while isinstance(event, HubHello):
                event = events.get(timeout=PATIENCE_S)
            if isinstance(event, Ended) or token in repr(event):
                raise RuntimeError(f"{command} was answered by {event}")
            if isinstance(command, WhoAmI) and not isinstance(event, Account):
                raise RuntimeError(f"the token was not taken: {event}")
            assert event.request_id == command.request_id
            assert isinstance(command, Describe | ReadCard) or not isinstance(event, HubFailed)
    finally:
        process.end(HubShutdown(), patience_s=10.0)


def _download(hub: Hub, token: str, place: Path) -> None:
    """With a lost connection, an expired link, a busy hub; and a gate that is closed."""
    hub.misbehave(
        Cut(after_bytes=100_000),
        ExpireLinks(skip=1),
        Status(code=429, retry_after_s=1, on="hub"),
    )
    for repo, end in ((_OPEN, "done"), (_CLOSED, "failed")):
        log = place / f"{end}.log"
        environment = {"HF_TOKEN": token}
        with DownloadClient(hub, place / "models" / end, log, environment=environment) as client:
            client.add(request_for(hub, repo))
            client.wait_for(end)


def _crash(hub: Hub, token: str, place: Path) -> None:
    """SIGABRT in the middle, so that whatever the process says of its end is in the log."""
    hub.misbehave(Slow(bytes_per_s=200_000, times=None))
    environment = {"HF_TOKEN": token}
    log = place / "crash.log"
    with DownloadClient(hub, place / "models" / "crash", log, environment=environment) as client:
        before = hub.bytes_sent()
        client.add(request_for(hub, _OPEN))
        hub.wait_for_bytes(before + 50_000)
        client.kill(signal.SIGABRT)
    hub.behave()
