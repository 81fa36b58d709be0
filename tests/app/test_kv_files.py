"""Files of what a model has read: named by chat and model, private, within their budget."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.kv_files import LEAST_TOKENS, KvFiles
from app.local_models import LocalModel
from tests.ui.states import DENSE

KIB = 1024


class Budget:
    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes

    def __call__(self) -> int:
        return self.size_bytes


@pytest.fixture
def budget() -> Budget:
    return Budget(100 * KIB)


@pytest.fixture
def files(tmp_path: Path, budget: Budget) -> KvFiles:
    return KvFiles(tmp_path / "kv", budget)


@pytest.fixture
def model(tmp_path: Path) -> LocalModel:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF")
    return replace(DENSE, path=path)


def keep(files: KvFiles, chat: int, model: LocalModel, size_bytes: int, used_at_s: int) -> Path:
    """As a worker writes it and the session tells of it; `used_at_s` is set afterwards."""
    path = files.path_for(chat, model)
    path.write_bytes(b"k" * size_bytes)
    files.saved(path)
    if path.exists():
        os.utime(path, (used_at_s, used_at_s))
    return path


def test_what_was_kept_is_found(files: KvFiles, model: LocalModel) -> None:
    assert files.existing(1, model) is None
    path = keep(files, 1, model, KIB, 1)
    assert files.existing(1, model) == path
    assert files.existing(2, model) is None
    assert files.total_bytes() == KIB


def test_another_model_file_has_another(files: KvFiles, model: LocalModel, tmp_path: Path) -> None:
    path = keep(files, 1, model, KIB, 1)
    elsewhere = tmp_path / "other.gguf"
    elsewhere.write_bytes(b"GGUF")
    os.utime(elsewhere, ns=(0, model.path.stat().st_mtime_ns))
    assert files.existing(1, replace(model, path=elsewhere)) is None
    os.utime(model.path, (5, 5))
    assert files.existing(1, model) is None
    model.path.unlink()
    assert files.path_for(1, model) != path


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_nobody_else_may_read_them(files: KvFiles, model: LocalModel, tmp_path: Path) -> None:
    (tmp_path / "kv").mkdir(mode=0o755)
    path = keep(files, 1, model, KIB, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("n_tokens", "bytes_per_token", "is_wanted"),
    [
        (LEAST_TOKENS - 1, 1, False),
        (LEAST_TOKENS, 1, True),
        (1_024, 100, True),
        (1_025, 100, False),
        (8_000, 0, True),
    ],
)
def test_what_is_worth_its_room(
    files: KvFiles, n_tokens: int, bytes_per_token: int, is_wanted: bool
) -> None:
    assert files.wanted(n_tokens, bytes_per_token) == is_wanted


def test_those_used_longest_ago_go(files: KvFiles, model: LocalModel) -> None:
    first, second, third = (keep(files, chat, model, 30 * KIB, chat) for chat in (1, 2, 3))
    assert files.existing(1, model) == first  # used now
    fourth = keep(files, 4, model, 30 * KIB, 4)
    assert [path.exists() for path in (first, second, third, fourth)] == [True, False, True, True]
    assert files.total_bytes() == 90 * KIB


def test_the_newest_stays_when_the_clock_went_back(files: KvFiles, model: LocalModel) -> None:
    future_s = 4_000_000_000
    old = keep(files, 1, model, 60 * KIB, future_s)
    new = keep(files, 2, model, 60 * KIB, 5)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_budget_that_shrank(files: KvFiles, model: LocalModel, budget: Budget) -> None:
    first, second = (keep(files, chat, model, 30 * KIB, chat) for chat in (1, 2))
    budget.size_bytes = 50 * KIB
    third = keep(files, 3, model, 15 * KIB, 3)
    assert [path.exists() for path in (first, second, third)] == [False, True, True]


def test_one_larger_than_the_budget_is_not_kept(files: KvFiles, model: LocalModel) -> None:
    path = keep(files, 1, model, 101 * KIB, 1)
    assert not path.exists()


def test_a_budget_of_nothing_keeps_nothing(
    files: KvFiles, model: LocalModel, budget: Budget
) -> None:
    old = keep(files, 1, model, KIB, 1)
    budget.size_bytes = 0
    assert files.existing(1, model) is None
    assert not files.wanted(100_000, 0)
    new = keep(files, 2, model, 0, 2)
    assert not old.exists()
    assert not new.exists()


def test_a_chat_is_forgotten(files: KvFiles, model: LocalModel) -> None:
    mine = [keep(files, 1, one, KIB, 1) for one in (model, replace(model, path=Path("/gone.gguf")))]
    other = keep(files, 11, model, KIB, 1)
    files.forget(1)
    assert [path.exists() for path in (*mine, other)] == [False, False, True]


def test_what_a_worker_left_unfinished_goes(files: KvFiles, model: LocalModel) -> None:
    path = files.path_for(1, model)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(b"k" * KIB)
    assert files.existing(1, model) is None
    assert files.total_bytes() == KIB
    keep(files, 2, model, KIB, 2)
    assert not part.exists()


def test_all_is_forgotten_and_nothing_else(files: KvFiles, model: LocalModel) -> None:
    path = keep(files, 1, model, KIB, 1)
    others = path.with_name("notes.txt"), path.with_name("chat-1-short.kv")
    for other in others:
        other.write_text("mine")
    files.forget_all()
    assert not path.exists()
    assert all(other.exists() for other in others)
    assert files.total_bytes() == 0


def test_a_link_is_left_alone(files: KvFiles, model: LocalModel, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"x" * KIB)
    files.path_for(1, model).symlink_to(target)
    files.forget_all()
    assert target.exists()


def test_a_folder_that_can_not_be_made(tmp_path: Path, model: LocalModel, budget: Budget) -> None:
    (tmp_path / "file").write_text("")
    files = KvFiles(tmp_path / "file" / "kv", budget)
    files.saved(files.path_for(1, model))
    files.forget(1)
    files.forget_all()
    assert files.existing(1, model) is None
    assert files.total_bytes() == 0
