"""A look in its own process, against a server on loopback that means well or does not."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import httpx2
import pytest

from app.updates import look
from app.updates.asking import LOOK_COMMAND, ask
from app.updates.fetching import NotFetched, fetch
from app.updates.finding import Question
from app.version import version
from tests.engine_client import worker_environment
from tests.updates.announcer import (
    OTHER_KEY,
    PATH,
    PUBLIC,
    Announcer,
    announcement,
    announcing,
    reply,
    signature,
)


@pytest.fixture
def announcer() -> Iterator[Announcer]:
    with announcing() as announcer:
        yield announcer


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def question(announcer: Announcer, **changes: object) -> Question:
    fields = {"address": announcer.url, "key": PUBLIC, "version": "0.1.0"} | changes
    return Question(**fields)


def fresh(**changes: object) -> bytes:
    return announcement(datetime.now(UTC), **changes)


def kind(announcer: Announcer, **changes: object) -> str:
    return look.found(question(announcer, **changes), datetime.now(UTC)).kind


def test_a_process_of_its_own_finds_what_is_out(announcer: Announcer) -> None:
    announcer.announce(fresh())
    found = ask(question(announcer), worker_environment(), LOOK_COMMAND)
    assert (found.kind, found.version, found.released) == ("newer", "0.2.0", "2026-11-25")
    assert found.notes == "Faster prompts.\nFewer crashes."
    assert announcer.asked == [PATH, PATH + ".sig"]
    # One that is kept may be closed just as it is used again.
    assert set(announcer.connections) == {"close"}
    assert set(announcer.agents) == {f"coterie/{version()}"}


@pytest.mark.parametrize(
    ("own", "expected"),
    [("0.2.0", "current"), ("0.3.0", "current"), ("0.2.0rc1", "newer"), ("0+source", "newer")],
)
def test_versions(announcer: Announcer, own: str, expected: str) -> None:
    announcer.announce(fresh())
    assert kind(announcer, version=own) == expected


def test_what_is_not_believed(announcer: Announcer) -> None:
    data = fresh()
    announcer.announce(data, signature(data, OTHER_KEY))
    assert kind(announcer) == "bad_signature"
    announcer.announce(data, signature(data + b" "))
    assert kind(announcer) == "bad_signature"
    announcer.announce(data, b"garbage")
    assert kind(announcer) == "bad_signature"
    announcer.announce(b"garbage")
    assert kind(announcer) == "unreadable"
    announcer.announce(data)
    assert kind(announcer, seen_issued_at=datetime.now(UTC)) == "older"
    announcer.announce(fresh(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert kind(announcer) == "expired"


def test_what_is_not_there(announcer: Announcer) -> None:
    found = look.found(question(announcer), datetime.now(UTC))
    assert (found.kind, found.status) == ("refused", 404)
    announcer.announce(fresh())
    del announcer.serve[PATH + ".sig"]
    assert kind(announcer) == "refused"
    free = question(announcer, address="http://127.0.0.1:9/latest.json")
    assert look.found(free, datetime.now(UTC)).kind == "no_answer"
    plain = question(announcer, address="http://coterie.example.org/latest.json")
    assert look.found(plain, datetime.now(UTC)).kind == "no_answer"


def test_too_much_is_not_read(announcer: Announcer) -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        try:
            while not announcer.over.is_set() and sent < 1 << 30:
                sent += handler.wfile.write(b" " * 65_536)
        except OSError:
            return

    announcer.serve[PATH] = endless
    assert kind(announcer) == "too_large"
    assert sent < 64 << 20
    announcer.announce(fresh())
    announcer.serve[PATH + ".sig"] = b"A" * 2000
    assert kind(announcer) == "too_large"


def test_a_packed_body_is_not_unpacked(announcer: Announcer) -> None:
    bomb = gzip.compress(b" " * (100 << 20))

    def packed(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, bomb, **{"Content-Encoding": "gzip"})

    announcer.serve[PATH] = packed
    assert kind(announcer) == "too_large"


def test_slowness_has_an_end(announcer: Announcer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "LONGEST_S", 0.5)
    monkeypatch.setattr(look, "STALL_S", 0.3)

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not announcer.over.wait(0.05):
                handler.wfile.write(b" ")
        except OSError:
            return

    announcer.serve[PATH] = dripping
    began_s = time.monotonic()
    assert kind(announcer) == "too_slow"
    announcer.serve[PATH] = lambda handler: announcer.over.wait(20)
    assert kind(announcer) == "too_slow"
    assert time.monotonic() - began_s < 10


def test_redirects_stay_where_they_were(announcer: Announcer) -> None:
    data = fresh()

    def to(place: str):
        return lambda handler: reply(handler, b"", 302, Location=place)

    announcer.announce(data)
    announcer.serve["/new"], announcer.serve[PATH] = data, to("/new")
    assert kind(announcer) == "newer"
    with announcing() as other:
        other.announce(data)
        announcer.serve[PATH] = to(other.url)
        assert kind(announcer) == "moved"
        assert other.asked == []
    for place in ("http://coterie.example.org/x", "file:///etc/passwd", "//127.0.0.1:1/x"):
        announcer.serve[PATH] = to(place)
        assert kind(announcer) == "moved"
    announcer.serve[PATH] = to(PATH)
    announcer.asked.clear()
    assert kind(announcer) == "moved"
    assert len(announcer.asked) == 4


def test_a_proxy_that_is_none(announcer: Announcer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://x")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.delenv("no_proxy", raising=False)
    announcer.announce(fresh())
    assert kind(announcer) == "no_answer"


def test_a_proxy_is_asked(announcer: Announcer, monkeypatch: pytest.MonkeyPatch) -> None:
    with announcing() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.delenv("no_proxy", raising=False)
        proxy.serve[announcer.url] = fresh()
        assert kind(announcer) == "refused"
        assert proxy.asked == [announcer.url, announcer.url + ".sig"]
    assert announcer.asked == []


def test_a_broken_answer_of_the_server(announcer: Announcer) -> None:
    announcer.serve[PATH] = lambda handler: handler.wfile.write(b"\x00\xff not HTTP\r\n\r\n")
    assert kind(announcer) == "no_answer"

    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"{")

    announcer.serve[PATH] = short
    assert kind(announcer) == "no_answer"


def test_a_child_that_does_not_answer(announcer: Announcer) -> None:
    for code in ("pass", "print('nonsense')", "raise SystemExit(3)"):
        found = ask(question(announcer), os.environ, (sys.executable, "-c", code))
        assert found.kind == "failed"


def test_the_clock_is_the_callers(announcer: Announcer) -> None:
    announcer.serve[PATH] = b"{}"
    with httpx2.Client() as client:
        assert fetch(client, announcer.url, 10, 1.0, lambda: 0.5) == b"{}"
        with pytest.raises(NotFetched) as caught:
            fetch(client, announcer.url, 10, 1.0, lambda: 2.0)
    assert caught.value.finding.kind == "too_slow"


def test_the_window_loads_nothing_of_it() -> None:
    code = (
        "import sys, app.updates.desk, app.updates.asking, app.program, ui.settings_program;"
        "print([m for m in ('httpx2', 'nacl', 'packaging') if m in sys.modules])"
    )
    done = subprocess.run(
        (sys.executable, "-c", code),
        env=worker_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]", done.stderr
