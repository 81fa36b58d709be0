"""sha256 of files and pieces, whatever the blocks they come in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.owned.copying import copy_checked, take_name
from app.owned.digests import Digester, digest_of
from tests.owned.files import everything_in


@pytest.mark.parametrize("blocks", [(), (b"a",), (b"abcd",), (b"abcdefgh", b"ij"), (b"a" * 23,)])
def test_pieces_do_not_depend_on_blocks(blocks: tuple[bytes, ...]) -> None:
    with Digester(piece_bytes=4) as digester:
        for block in blocks:
            digester.update(block)
        digest = digester.digest()
    data = b"".join(blocks)
    pieces = [data[begin : begin + 4] for begin in range(0, len(data), 4)]
    assert digest.size_bytes == len(data)
    assert digest.sha256 == hashlib.sha256(data).hexdigest()
    assert digest.pieces == tuple(hashlib.sha256(piece).hexdigest() for piece in pieces)


def test_a_copy_has_the_digest_and_time_of_its_source(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 50_000)
    told: list[int] = []
    digest = copy_checked(source, target, told.append)
    assert target.read_bytes() == source.read_bytes()
    assert digest == digest_of(source, lambda _size: None)
    assert sum(told) == 2 * source.stat().st_size
    assert target.stat().st_mtime_ns == source.stat().st_mtime_ns


def test_a_copy_that_is_stopped_is_gone(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(20 << 20))

    def stop(_size_bytes: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_checked(source, target, stop)
    assert everything_in(tmp_path) == ["source"]


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("1")
    second.write_text("2")
    with pytest.raises(FileExistsError):
        copy_checked(first, second, lambda _size: None)
    with pytest.raises(FileExistsError):
        take_name(first, second)
    assert (first.read_text(), second.read_text()) == ("1", "2")
    take_name(first, tmp_path / "third")
    assert everything_in(tmp_path) == ["second", "third"]
