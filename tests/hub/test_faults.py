"""Each fault happens as said, as often as said, and what was asked is on record."""

from __future__ import annotations

import hashlib
import http.client
import os
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.hub.faults import (
    Cut,
    ExpireLinks,
    FlipBit,
    IgnoreRange,
    MoveBranch,
    Reset,
    ShortRange,
    Slow,
    Stall,
    Status,
    WrongRange,
)
from tests.hub.hub import Hub
from tests.hub.repositories import Account, Declared

SIZE = 9_000_001
DATA = os.urandom(SIZE)
REPO, FILE = "org/model-GGUF", "model.gguf"
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(params=["in memory", "on the disk"])
def commit(request: pytest.FixtureRequest, hub: Hub, tmp_path: Path) -> str:
    path = tmp_path / FILE
    path.write_bytes(DATA)
    return hub.add(REPO, {FILE: DATA if request.param == "in memory" else path})


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    """One request on a connection of its own; the body is what came before it ended."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, url.split(parts.netloc)[1], headers=named)
        with connection.getresponse() as response:
            try:
                body = response.read()
            except http.client.IncompleteRead as error:
                body = error.partial
            return response.status, {k.lower(): v for k, v in response.getheaders()}, body


def resolved(hub: Hub, revision: str = "main", **headers: str) -> Answer:
    return ask(f"{hub.endpoint}/{REPO}/resolve/{revision}/{FILE}", "HEAD", **headers)


def link(hub: Hub) -> str:
    return resolved(hub)[1]["location"]


def test_a_link_and_its_ranges(hub: Hub, commit: str) -> None:
    status, headers, _ = resolved(hub, Range="bytes=0-9")
    sha256 = hashlib.sha256(DATA).hexdigest()
    assert status == 302
    assert headers["x-repo-commit"] == commit
    assert headers["x-linked-etag"] == f'"{sha256}"'
    assert headers["x-linked-size"] == str(SIZE)
    assert "x-xet-hash" not in headers
    url = headers["location"]
    assert url.startswith(hub.cdn_endpoint)
    assert hub.cdn_endpoint != hub.endpoint

    status, headers, body = ask(url)
    assert (status, body, headers["etag"]) == (200, DATA, f'"{sha256}"')
    for asked, begin, end in (
        ("5-9", 5, 10),
        (f"{SIZE - 3}-", SIZE - 3, SIZE),
        ("-4", SIZE - 4, SIZE),
    ):
        status, headers, body = ask(url, Range=f"bytes={asked}")
        assert (status, body) == (206, DATA[begin:end])
        assert headers["content-range"] == f"bytes {begin}-{end - 1}/{SIZE}"
    status, headers, body = ask(url, Range=f"bytes={SIZE}-")
    assert (status, headers["content-range"], body) == (416, f"bytes */{SIZE}", b"")
    assert ask(url, Range="bytes=0-4", If_Range='"other"')[0] == 200
    assert ask(url, Range="bytes=0-4", If_Range=f'"{sha256}"')[0] == 206
    assert ask(url, "HEAD")[1]["content-length"] == str(SIZE)


def test_the_record(hub: Hub, commit: str) -> None:
    hub.tokens["hf_ann"] = Account("ann")
    resolved(hub, Authorization="Bearer hf_ann")
    ask(link(hub), Range="bytes=100-199")
    first, second, third = hub.requests
    assert (first.origin, first.method, first.file) == ("hub", "HEAD", f"{REPO}/{FILE}")
    assert (first.token, second.token, third.token) == ("hf_ann", "", "")
    assert (third.origin, third.file, third.range) == ("cdn", f"{REPO}/{FILE}", "bytes=100-199")
    hub.wait_until(lambda: third.is_finished)
    assert (third.status, third.offset, third.bytes_sent) == (206, 100, 100)
    assert hub.bytes_sent("model.gguf") == 100
    hub.forget_requests()
    assert hub.requests == []


def test_a_cut_and_a_reset(hub: Hub, commit: str) -> None:
    hub.misbehave(Cut(after_bytes=1000), Reset(after_bytes=0, skip=1))
    assert ask(link(hub), Range="bytes=500-")[2] == DATA[500:1500]
    with pytest.raises(ConnectionResetError):
        ask(link(hub))
    assert ask(link(hub))[2] == DATA


def test_a_stall(hub: Hub, commit: str) -> None:
    url = link(hub)
    hub.misbehave(Stall(after_bytes=1000, timeout_s=0.05))
    assert ask(url)[2] == DATA[:1000]
    hub.misbehave(Stall(after_bytes=10))
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request("GET", url.split(parts.netloc)[1])
        with connection.getresponse() as response:
            assert response.read(10) == DATA[:10]
            hub.wait_until(lambda: hub.asked("cdn")[-1].bytes_sent == 10)
            hub.release()
            assert response.read() == DATA[10:]


def test_a_server_that_ignores_ranges(hub: Hub, commit: str) -> None:
    hub.misbehave(IgnoreRange())
    url = link(hub)
    assert [ask(url, Range="bytes=5-9")[::2] for _ in range(2)] == [(200, DATA), (206, DATA[5:10])]


def test_lies_about_ranges(hub: Hub, commit: str) -> None:
    url = link(hub)
    hub.misbehave(WrongRange(shift=7, admits=True))
    status, headers, body = ask(url, Range="bytes=5-9")
    assert (status, body, headers["content-range"]) == (206, DATA[12:17], f"bytes 12-16/{SIZE}")
    hub.misbehave(WrongRange(shift=7, admits=False))
    status, headers, body = ask(url, Range="bytes=5-9")
    assert (status, body, headers["content-range"]) == (206, DATA[12:17], f"bytes 5-9/{SIZE}")
    hub.misbehave(ShortRange(size=3))
    status, headers, body = ask(url, Range="bytes=5-9")
    assert (status, body, headers["content-range"]) == (206, DATA[5:8], f"bytes 5-7/{SIZE}")


def test_links_that_expire(hub: Hub, commit: str) -> None:
    first = link(hub)
    hub.misbehave(ExpireLinks(skip=1))
    assert [ask(first, Range="bytes=0-0")[0] for _ in range(3)] == [206, 403, 403]
    assert ask(link(hub), Range="bytes=0-0")[0] == 206
    hub.set_link_lifetime(-1)
    assert ask(link(hub))[0] == 403
    assert ask(f"{hub.cdn_endpoint}/repos/aa/bb?Signature=guess")[0] == 403


def test_the_cdn_refuses_a_token(hub: Hub, commit: str) -> None:
    assert ask(link(hub), Authorization="Bearer hf_ann")[0] == 400


def test_a_flipped_bit(hub: Hub, commit: str) -> None:
    url = link(hub)
    wrong = bytearray(DATA)
    wrong[5_000_000] ^= 4
    hub.misbehave(FlipBit(offset=5_000_000, bit=2))
    assert ask(url, Range="bytes=0-4999999")[2] == DATA[:5_000_000]
    assert ask(url)[2] == wrong
    assert ask(url)[2] == DATA
    hub.misbehave(FlipBit(offset=5_000_000, bit=2, times=None))
    for _ in range(2):
        assert ask(url, Range="bytes=5000000-5000000")[2] == wrong[5_000_000:5_000_001]
    hub.behave()
    assert ask(url)[2] == DATA


@pytest.mark.parametrize("code", [401, 403, 404, 429, 500, 503])
def test_statuses(code: int, hub: Hub, commit: str) -> None:
    url = link(hub)
    hub.misbehave(
        Status(code=code, retry_after_s=3, match="other.gguf"),
        Status(code=code, retry_after_s=3, match=FILE),
        Status(code=code, on="hub", error_code="GatedRepo"),
    )
    status, headers, _ = ask(url)
    assert (status, headers["retry-after"]) == (code, "3")
    assert ask(url)[0] == 200
    status, headers, _ = resolved(hub)
    assert (status, headers["x-error-code"], headers.get("retry-after")) == (
        code,
        "GatedRepo",
        None,
    )
    assert resolved(hub)[0] == 302


def test_a_branch_that_moves(hub: Hub, commit: str) -> None:
    hub.misbehave(MoveBranch(repo=REPO, files={FILE: b"other"}, on="hub", skip=1))
    assert [resolved(hub)[1]["x-linked-size"] for _ in range(2)] == [str(SIZE), "5"]
    assert resolved(hub, commit)[1]["x-linked-size"] == str(SIZE)
    assert resolved(hub)[1]["x-repo-commit"] != commit


def test_speed_limits(hub: Hub, commit: str) -> None:
    def seconds() -> float:
        began_s = time.monotonic()
        assert ask(link(hub))[2] == DATA
        return time.monotonic() - began_s

    hub.limit_speed(SIZE / 0.5)
    assert 0.35 < seconds() < 2
    hub.limit_speed(0)
    hub.misbehave(Slow(bytes_per_s=SIZE / 0.5))
    assert 0.35 < seconds() < 2
    assert seconds() < 0.35


def test_waiting_for_bytes_and_a_lost_network(hub: Hub, commit: str) -> None:
    parts = urlsplit(url := link(hub))
    hub.limit_speed(1_000_000)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request("GET", url.split(parts.netloc)[1])
        with connection.getresponse() as response:
            hub.wait_for_bytes(100_000)
            hub.drop_connections()
            with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
                response.read()
    hub.limit_speed(0)
    assert ask(link(hub))[2] == DATA


def test_a_large_file_takes_no_memory(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    path.write_bytes(b"GGUF")
    os.truncate(path, 1 << 40)
    hub.add(REPO, {FILE: Declared(path, "ab" * 32)})
    _, headers, _ = resolved(hub)
    assert (headers["x-linked-etag"], headers["x-linked-size"]) == (f'"{"ab" * 32}"', str(1 << 40))
    url = headers["location"]
    assert ask(url, Range="bytes=0-7")[2] == b"GGUF\0\0\0\0"
    assert ask(url, Range=f"bytes={(1 << 40) - 2}-")[2] == bytes(2)


def test_a_hub_that_ends_lets_go_of_its_clients() -> None:
    with Hub() as hub:
        hub.add(REPO, {FILE: DATA})
        hub.misbehave(Stall(after_bytes=10))
        url = link(hub)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request("GET", url.split(parts.netloc)[1])
        response = connection.getresponse()
        assert response.read(10) == DATA[:10]
    with closing(connection), response, pytest.raises(http.client.IncompleteRead):
        response.read()
