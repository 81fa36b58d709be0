"""The pure rules: names, pieces, waits, speeds, room."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from runtime.downloads.backoff import wait_s
from runtime.downloads.file_names import check_request, final_path, first_collision, is_safe_path
from runtime.downloads.frames import DownloadRequest
from runtime.downloads.pieces import Pieces
from runtime.downloads.shelf import download_id
from runtime.downloads.space import Demand, that_fit, too_little
from runtime.downloads.speed import SpeedLimit, SpeedWindow, left_s
from runtime.downloads.tries import Tries
from runtime.errors import CoterieError, Problem
from runtime.hub.frames import HubFile

PROBLEM = Problem("download_interrupted", "a", "b")
REQUEST = DownloadRequest("maker/m", "a" * 40, (HubFile("m.gguf", 10, "b" * 64),), "M")


@pytest.mark.parametrize(
    ("path", "is_safe"),
    [
        ("model-Q4_K_M.gguf", True),
        ("BF16/Model v1.5 (fixed)-00001-of-00002.gguf", True),
        ("a+b=c@d,e[f].gguf", True),
        ("_hidden.gguf", True),
        ("COMET.gguf", True),
        ("x" * 180, True),
        ("", False),
        (".", False),
        ("..", False),
        ("../m.gguf", False),
        ("a/../m.gguf", False),
        ("/etc/passwd", False),
        ("a//m.gguf", False),
        ("a/", False),
        ("a\\m.gguf", False),
        ("C:m.gguf", False),
        ("C:/m.gguf", False),
        ("m.gguf:stream", False),
        (".coterie/models/x", False),
        ("a/.hidden", False),
        ("-rf", False),
        ("m.gguf ", False),
        ("m.gguf.", False),
        (" m.gguf", False),
        ("a /m.gguf", False),
        ("m\n.gguf", False),
        ("m.gguf\n", False),
        ("m\0.gguf", False),
        ("m\u202egguf", False),
        ("mödel.gguf", False),
        ("CON", False),
        ("nul.gguf", False),
        ("aux .gguf", False),
        ("a/COM1/m.gguf", False),
        ("lpt9.tar.gguf", False),
        ("m*.gguf", False),
        ("m?.gguf", False),
        ("~/m.gguf", False),
        ("$HOME/m.gguf", False),
        ("x" * 181, False),
        ("/".join("abcdefgh"), True),
        ("/".join("abcdefghi"), False),
    ],
)
def test_names(path: str, is_safe: bool) -> None:
    assert is_safe_path(path) is is_safe


@pytest.mark.parametrize(
    ("paths", "collision"),
    [
        (["a.gguf", "b.gguf"], ""),
        (["a.gguf", "A.gguf"], "A.gguf"),
        (["x/a.gguf", "X/A.GGUF"], "X/A.GGUF"),
        (["a", "a/b"], "a"),
        (["A/b", "a"], "a"),
    ],
)
def test_names_that_meet(paths: list[str], collision: str) -> None:
    assert first_collision(paths) == collision


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, ""),
        ({"repo": "gpt2"}, ""),
        ({"repo": "a/b/c"}, "name_refused"),
        ({"repo": "../b"}, "name_refused"),
        ({"revision": "main"}, "request_refused"),
        ({"files": ()}, "request_refused"),
        ({"files": (HubFile("m.gguf", 0, ""),)}, "request_refused"),
        ({"files": (HubFile("m.gguf", 1 << 60, ""),)}, "request_refused"),
        ({"files": (HubFile("m.gguf", 1, "xyz"),)}, "request_refused"),
        ({"files": (HubFile("a/../../m", 1, ""),)}, "name_refused"),
        ({"files": (HubFile("m", 1, ""), HubFile("M", 1, ""))}, "request_refused"),
    ],
)
def test_requests(change: dict[str, object], kind: str) -> None:
    request = msgspec.structs.replace(REQUEST, **change)
    found = ""
    try:
        check_request(request)
    except CoterieError as error:
        found = error.problem.kind
    assert found == kind


def test_a_link_on_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "maker").symlink_to(tmp_path)
    with pytest.raises(CoterieError) as refused:
        final_path(tmp_path, "maker/m", "m.gguf")
    assert refused.value.problem.kind == "name_refused"
    assert final_path(tmp_path, "other/m", "m.gguf") == tmp_path / "other" / "m" / "m.gguf"


def test_the_same_request_is_the_same_download() -> None:
    same = msgspec.structs.replace(REQUEST, name="Other words", licence="mit")
    other = msgspec.structs.replace(REQUEST, revision="c" * 40)
    assert download_id(same) == download_id(REQUEST) != download_id(other)


@pytest.mark.parametrize(
    ("size", "piece", "sizes"),
    [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 4, [3]), (1, 1, [1])],
)
def test_pieces(size: int, piece: int, sizes: list[int]) -> None:
    pieces = Pieces(size, piece)
    assert [pieces.size(index) for index in range(len(pieces))] == sizes
    assert pieces.end(len(pieces) - 1) == size
    for offset in range(size):
        index = pieces.index_of(offset)
        assert pieces.begin(index) <= offset < pieces.end(index)
    last = pieces.alone(len(pieces) - 1)
    assert (len(last), last.begin(0), last.end(0)) == (1, pieces.begin(len(pieces) - 1), size)


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [
        (0, 0.0, 1.0),
        (1, 0.0, 1.0),
        (1, 1.0, 1.0),
        (2, 0.0, 2.0),
        (2, 1.0, 1.6),
        (5, 0.5, 14.4),
        (7, 0.0, 60.0),
        (7, 1.0, 48.0),
        (10_000, 0.0, 60.0),
    ],
)
def test_waits(failures: int, chance: float, seconds: float) -> None:
    assert wait_s(failures, chance) == pytest.approx(seconds)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_byte_that_arrives_ends_the_failures_of_all() -> None:
    clock = Clock()
    tries = Tries(clock, lambda: 0.0)
    assert [tries.failed(0, PROBLEM) for _ in range(3)] == [1.0, 2.0, 4.0]
    assert tries.waiting() == (PROBLEM, 4.0)
    clock.now_s += 1.5
    assert tries.waiting() == (PROBLEM, 2.5)
    tries.received(1)
    assert tries.waiting() is None
    assert tries.failed(0, PROBLEM) == 1.0
    assert tries.waiting() is None


def test_a_server_that_asks_to_wait_is_obeyed_by_all() -> None:
    clock = Clock()
    tries = Tries(clock, lambda: 0.0)
    assert tries.failed(0, PROBLEM, retry_after_s=30.0) == 30.0
    assert tries.rest_s() == 30.0
    tries.failed(1, PROBLEM)
    assert tries.waiting() == (PROBLEM, 30.0)
    tries.forget_waits()
    assert tries.rest_s() == 0.0


@pytest.mark.parametrize(("limit", "chunk"), [(1000, 100), (1_000_000, 65_536), (5000, 65_536)])
def test_the_speed_limit(limit: int, chunk: int) -> None:
    clock = Clock()
    bucket = SpeedLimit(limit, clock)
    begin_s, total = clock.now_s, 0
    while clock.now_s < begin_s + 60:
        total += chunk
        clock.now_s += bucket.take(chunk)
    assert total / (clock.now_s - begin_s) == pytest.approx(limit, rel=0.05)


def test_no_limit_and_a_changed_one() -> None:
    clock = Clock()
    bucket = SpeedLimit(0, clock)
    assert bucket.take(10**12) == 0.0
    bucket.set(1000)
    assert bucket.take(100_000) == pytest.approx(100.0, abs=0.3)
    bucket.set(1_000_000)
    assert bucket.take(1000) <= 0.01


def test_the_speed_of_the_last_seconds() -> None:
    window = SpeedWindow()
    assert window.bytes_per_s() is None
    for second in range(20):
        window.add(float(second), 0 if second < 10 else (second - 10) * 100)
    assert window.bytes_per_s() == pytest.approx(100.0)
    window.clear()
    assert window.bytes_per_s() is None


@pytest.mark.parametrize(
    ("left", "speed", "seconds"), [(100, 10.0, 10.0), (100, None, None), (100, 0.0, None)]
)
def test_time_left(left: int, speed: float | None, seconds: float | None) -> None:
    assert left_s(left, speed) == seconds


@pytest.mark.parametrize(
    ("queue", "free", "lacking"),
    [
        ([Demand("a", 50)], 100, [0]),
        ([Demand("a", 90)], 100, [0]),
        ([Demand("a", 91)], 100, [1]),
        ([Demand("a", 50), Demand("b", 50)], 100, [0, 10]),
        ([Demand("a", 95), Demand("b", 50)], 100, [5, 0]),
        ([Demand("a", 50), Demand("b", 60, is_running=True)], 100, [20, 0]),
        ([Demand("a", 500, is_running=True)], 100, [0]),
        ([Demand("a", 0)], 0, [0]),
    ],
)
def test_what_fits(queue: list[Demand], free: int, lacking: list[int]) -> None:
    assert list(that_fit(queue, free, reserve_bytes=10).values()) == lacking


@pytest.mark.parametrize(
    ("lacking", "words"), [(1, "1 MB"), (2_000_000, "2 MB"), (4_250_000_000, "4.3 GB")]
)
def test_what_to_free_is_said(lacking: int, words: str) -> None:
    assert words in too_little(lacking, "/models").message
