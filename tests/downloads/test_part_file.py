"""A part file: pieces in order, a journal that survives anything, bad pieces alone again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from runtime.downloads.checking import Checking
from runtime.downloads.halt import Halt
from runtime.downloads.journal import FileJournal, FileJournalKeeper
from runtime.downloads.part_file import PartFile
from runtime.downloads.pieces import Pieces
from runtime.downloads.whole_body import WholeBody
from tests.downloads.downloader import some_bytes

PIECES = Pieces(10_000, 4_000)
DATA = some_bytes(10_000)


def open_part(folder: Path) -> PartFile:
    return PartFile(folder / "0.part", PIECES, FileJournalKeeper(folder / "0"))


def fill(part: PartFile, data: bytes = DATA) -> None:
    while claim := part.claim():
        part.write(claim.index, data[claim.begin : claim.end])
        part.release(claim.index)


def test_pieces_are_claimed_in_order_and_taken_up_in_their_middle(tmp_path: Path) -> None:
    part = open_part(tmp_path)
    first, second = part.claim(), part.claim()
    assert first is not None
    assert second is not None
    assert (first.begin, second.begin) == (0, 4_000)
    part.write(1, DATA[4_000:5_500])
    part.release(1)
    part.close()
    again = open_part(tmp_path)
    assert (again.durable_bytes, again.written_bytes) == (1_500, 1_500)
    assert again.claim() == first
    middle = again.claim()
    assert middle is not None
    assert (middle.begin, middle.end) == (5_500, 8_000)
    again.close()


def test_what_was_not_synced_is_not_vouched_for(tmp_path: Path) -> None:
    part = open_part(tmp_path)
    assert part.claim()
    part.write(0, DATA[:100])
    part.sync()
    part.write(0, DATA[100:200])
    assert (part.durable_bytes, part.written_bytes) == (100, 200)
    journal = FileJournalKeeper(tmp_path / "0").read()
    assert journal is not None
    assert journal.done == (100, 0, 0)
    part.close()


def test_the_whole_and_its_pieces_are_checked(tmp_path: Path) -> None:
    part = open_part(tmp_path)
    fill(part)
    checking = Checking(part, Halt())
    assert checking.whole() == hashlib.sha256(DATA).hexdigest()
    assert part.digests[1] == hashlib.sha256(DATA[4_000:8_000]).hexdigest()
    assert checking.checked_bytes == 10_000
    part.close()


def test_more_bytes_than_a_piece_holds_are_refused(tmp_path: Path) -> None:
    part = open_part(tmp_path)
    assert part.claim()
    with pytest.raises(ValueError, match="more bytes"):
        part.write(0, DATA[:4_001])
    part.close()


@pytest.mark.parametrize("change", ["shorter", "gone", "other size", "too much done"])
def test_a_part_that_does_not_fit_its_journal_is_started_over(tmp_path: Path, change: str) -> None:
    part = open_part(tmp_path)
    fill(part)
    part.close()
    keeper = FileJournalKeeper(tmp_path / "0")
    journal = keeper.read()
    assert journal is not None
    if change == "shorter":
        (tmp_path / "0.part").write_bytes(DATA[:5_000])
    elif change == "gone":
        (tmp_path / "0.part").unlink()
    elif change == "other size":
        keeper.write(FileJournal(9_999, 4_000, journal.done, journal.digests))
    else:
        keeper.write(FileJournal(10_000, 4_000, (9_000, 0, 0), journal.digests))
    again = open_part(tmp_path)
    assert again.written_bytes == 0
    again.close()


@pytest.mark.parametrize("torn", [0, 1, 70, 500, 1100])
def test_a_torn_journal_leaves_the_one_before(tmp_path: Path, torn: int) -> None:
    keeper = FileJournalKeeper(tmp_path / "0")
    keeper.create(FileJournal(10, 10, (0,), ("",)))
    for done in range(1, 6):
        keeper.write(FileJournal(10, 10, (done,), ("",)))
    newest = max(tmp_path.glob("0.?"), key=lambda path: b'"done":[5]' in path.read_bytes())
    blob = newest.read_bytes()
    newest.write_bytes(blob[:torn] + bytes(len(blob) - torn))
    journal = FileJournalKeeper(tmp_path / "0").read()
    assert journal is not None
    assert journal.done == (4,)


def test_a_journal_never_grows(tmp_path: Path) -> None:
    keeper = FileJournalKeeper(tmp_path / "0")
    keeper.create(FileJournal(1 << 40, 1 << 26, (0,) * 9, ("",) * 9))
    sizes = {path.stat().st_size for path in tmp_path.glob("0.?")}
    keeper.write(FileJournal(1 << 40, 1 << 26, (1 << 26,) * 9, ("f" * 64,) * 9, "f" * 64))
    assert {path.stat().st_size for path in tmp_path.glob("0.?")} == sizes


@pytest.mark.parametrize("chunk", [1, 7, 999, 4_000, 10_000])
def test_a_whole_body_is_picked_from(tmp_path: Path, chunk: int) -> None:
    part = open_part(tmp_path)
    first, second = part.claim(), part.claim()
    assert first is not None
    assert second is not None
    part.write(0, DATA[:1_000])
    part.release(0)
    claim = part.claim()  # The second piece stays another connection's.
    assert claim is not None
    with WholeBody(part, claim) as whole:
        skipped = sum(
            whole.take(DATA[begin : begin + chunk]) for begin in range(0, len(DATA), chunk)
        )
    assert skipped == 1_000 + 4_000
    part.write(1, DATA[4_000:8_000])
    assert part.is_complete
    assert Checking(part, Halt()).whole() == hashlib.sha256(DATA).hexdigest()
    part.close()


def test_one_piece_aside_is_picked_from_a_whole_body(tmp_path: Path) -> None:
    aside = PartFile(tmp_path / "0.again", PIECES.alone(1), None)
    claim = aside.claim()
    assert claim is not None
    with WholeBody(aside, claim) as whole:
        assert whole.take(DATA) == 6_000
    assert (tmp_path / "0.again").read_bytes() == DATA[4_000:8_000]
    aside.close()
