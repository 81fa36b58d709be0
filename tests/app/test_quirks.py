"""What is remembered of this machine with this engine build."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.engine_build import InstalledEngine
from app.processor import Processor
from app.quirks import QuirksFile, key_of, machine_key

HERE = Processor("AMD Ryzen 7 7700", "x86_64", ("AVX2", "AVX512"))
ENGINE = InstalledEngine("0.3.36", "a8a5aa49858516d7fd8c")
DAMAGED = [b"", b"{", b"[]", b'{"without_repacking": "x"}', b"\xff", b"[" * 100_000]


def test_the_same_machine_and_build_have_the_same_key() -> None:
    assert key_of(HERE, ENGINE) == key_of(replace(HERE), replace(ENGINE))
    assert machine_key() == machine_key()


@pytest.mark.parametrize(
    ("processor", "engine"),
    [
        (replace(HERE, name="AMD Ryzen 9 7950X"), ENGINE),
        (replace(HERE, features=("AVX2",)), ENGINE),
        (replace(HERE, features=None), ENGINE),
        (replace(HERE, architecture="aarch64"), ENGINE),
        (HERE, replace(ENGINE, version="0.3.37")),
        (HERE, replace(ENGINE, build_key="another")),
        (HERE, InstalledEngine(None)),
    ],
)
def test_anything_else_is_another_key(processor: Processor, engine: InstalledEngine) -> None:
    assert key_of(processor, engine) != key_of(HERE, ENGINE)


def test_the_key_is_cheap() -> None:
    machine_key()
    took_s = []
    for _ in range(20):
        began_s = time.perf_counter()
        machine_key()
        took_s.append(time.perf_counter() - began_s)
    assert min(took_s) < 0.005


def test_a_crash_is_remembered_for_this_key_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "quirks.json"
    quirks = QuirksFile(path, "here")
    assert not quirks.repacking_crashes
    assert not path.exists()

    quirks.remember_repacking_crashes()
    quirks.remember_repacking_crashes()
    QuirksFile(path, "there").remember_repacking_crashes()

    assert QuirksFile(path, "here").repacking_crashes
    assert QuirksFile(path, "there").repacking_crashes
    assert not QuirksFile(path, "elsewhere").repacking_crashes
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "quirks.json"
    path.write_bytes(content)
    quirks = QuirksFile(path, "here")
    assert not quirks.repacking_crashes
    quirks.remember_repacking_crashes()
    assert QuirksFile(path, "here").repacking_crashes


def test_a_full_disk_does_not_end_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    quirks = QuirksFile(tmp_path / "quirks.json", "here")
    quirks.remember_repacking_crashes()
    assert not quirks.repacking_crashes
