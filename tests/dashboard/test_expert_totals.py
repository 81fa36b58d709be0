"""How often each expert was picked over time: summed, kept, damaged, forgotten."""

from __future__ import annotations

from array import array
from pathlib import Path

import msgspec
import pytest

from app.dashboard.expert_totals import ExpertTotals, summed
from runtime.errors import CoterieError
from runtime.protocol.messages import ExpertUse

MOST = 2**32 - 1


def picks(
    *counts: int, layers: tuple[int, ...] = (0, 1), n_experts: int = 2, n_used: int = 1
) -> ExpertUse:
    return ExpertUse(
        layers, n_experts, n_used, sum(counts[:n_experts]), array("I", counts).tobytes(), 3, 7
    )


@pytest.fixture
def totals(tmp_path: Path) -> ExpertTotals:
    return ExpertTotals(tmp_path / "made" / "experts")


def kept_file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "made" / "experts").iterdir()
    return file


@pytest.mark.parametrize(
    ("before", "use", "total"),
    [
        (None, picks(1, 2, 3, 0), picks(1, 2, 3, 0)),
        (
            picks(1, 2, 3, 0),
            picks(10, 20, 0, 30),
            ExpertUse((0, 1), 2, 1, 33, array("I", (11, 22, 3, 30)).tobytes(), 6, 14),
        ),
        # A count that no longer fits stays at the largest.
        (
            picks(MOST - 1, 0, 0, 0),
            picks(5, 0, 0, 0),
            ExpertUse((0, 1), 2, 1, MOST + 4, array("I", (MOST, 0, 0, 0)).tobytes(), 6, 14),
        ),
        # Another model under the same name: its sum is begun anew.
        (picks(1, 2, 3, 0, layers=(1, 2)), picks(1, 1, 1, 1), picks(1, 1, 1, 1)),
        (picks(1, 2, n_experts=1), picks(1, 1, 1, 1), picks(1, 1, 1, 1)),
        (picks(1, 2, 3, 0, n_used=2), picks(1, 1, 1, 1), picks(1, 1, 1, 1)),
    ],
)
def test_the_sum(before: ExpertUse | None, use: ExpertUse, total: ExpertUse) -> None:
    assert summed(before, use) == total


def test_each_model_has_its_own(totals: ExpertTotals, tmp_path: Path) -> None:
    assert totals.of("a/b.gguf") is None
    assert not (tmp_path / "made").exists()
    totals.add("a/b.gguf", picks(1, 0, 0, 1))
    second = totals.add("a/b.gguf", picks(1, 0, 0, 1))
    totals.add("\udce4 \N{SNOWMAN}/../..", picks(9, 9, 9, 9))
    assert totals.of("a/b.gguf") == second == summed(picks(1, 0, 0, 1), picks(1, 0, 0, 1))
    assert totals.of("\udce4 \N{SNOWMAN}/../..") == picks(9, 9, 9, 9)
    again = ExpertTotals(tmp_path / "made" / "experts")
    assert again.of("a/b.gguf") == second
    again.forget("a/b.gguf")
    again.forget("a/b.gguf")
    assert totals.of("a/b.gguf") is None
    assert totals.of("\udce4 \N{SNOWMAN}/../..") == picks(9, 9, 9, 9)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"not msgpack",
        msgspec.msgpack.encode({"layers": [0]}),
        msgspec.msgpack.encode(msgspec.structs.replace(picks(1, 2, 3, 4), counts=b"\x01\x02\x03")),
        msgspec.msgpack.encode(picks(1, 2, 3, 4, 5)),
    ],
)
def test_what_cannot_be_read_is_begun_anew(
    totals: ExpertTotals, tmp_path: Path, damaged: bytes
) -> None:
    totals.add("a", picks(1, 2, 3, 4))
    kept_file(tmp_path).write_bytes(damaged)
    assert totals.of("a") is None
    assert totals.add("a", picks(5, 0, 0, 0)) == picks(5, 0, 0, 0)
    assert totals.of("a") == picks(5, 0, 0, 0)


def test_where_nothing_can_be_written_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("a file in the way")
    totals = ExpertTotals(tmp_path / "made" / "experts")
    with pytest.raises(CoterieError) as raised:
        totals.add("a", picks(1, 2, 3, 4))
    assert raised.value.problem.kind == "not_saved"
    assert raised.value.problem.remedy


def test_what_cannot_be_removed_is_told(totals: ExpertTotals, tmp_path: Path) -> None:
    totals.add("a", picks(1, 2, 3, 4))
    file = kept_file(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(CoterieError) as raised:
        totals.forget("a")
    assert raised.value.problem.kind == "not_forgotten"
    assert str(file) in raised.value.problem.message
