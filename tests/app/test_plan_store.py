"""The book of measured placements: what a key holds for, limits, damage, and a full disk."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.json_file import read_json, write_json
from app.placed_load import PlacedLoad
from app.plan_store import (
    MOST_OBSERVATIONS,
    MOST_TUNED,
    PlanBook,
    PlanKey,
    PlanStore,
    Tuned,
    rates_key,
)
from runtime.placement.calibration import Calibration, Observation
from runtime.protocol.placement import Placement

FAST = Tuned(Placement(n_gpu_layers=17, cpu_expert_layers=(1, 2), n_ctx=4096), 900.0, 40.0, 1e9)
OTHER = Placement(n_gpu_layers=3, kv_type="q8_0", layers_by_gpu=(1, 2), load_mode="none")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    os.utime(path, ns=(10**18, 10**18))
    return path


@pytest.fixture
def key(model: Path) -> PlanKey:
    return PlanKey(model, 4, "machine", ("CUDA0 RTX 3060 12",), "560.35", 4096, "chat")


@pytest.fixture
def store(tmp_path: Path) -> PlanStore:
    return PlanStore(tmp_path / "data" / "placements.json")


def test_nothing_is_known_at_first(store: PlanStore, key: PlanKey) -> None:
    assert store.tuned(key) is None
    assert store.failed(key) == ()
    assert store.calibration("machine:cpu") == Calibration()


def test_what_is_kept_is_there_after_a_restart(
    store: PlanStore, key: PlanKey, tmp_path: Path
) -> None:
    store.keep_tuned(key, FAST)
    store.keep_failed(key, OTHER)
    store.keep_failed(key, OTHER)
    store.observe("machine:gpu", Observation(100, 50, 10, 12))
    again = PlanStore(tmp_path / "data" / "placements.json")
    assert again.tuned(key) == FAST
    assert again.failed(key) == (OTHER,)
    assert again.calibration("machine:gpu").prompt == pytest.approx(0.5)
    assert again.calibration("machine:cpu").runs == 0


@pytest.mark.parametrize(
    "change",
    [
        {"n_ctx": 8192},
        {"objective": "documents"},
        {"machine": "another"},
        {"devices": ()},
        {"driver": "570.1"},
        {"file_bytes": 5},
    ],
)
def test_what_differs_asks_for_another_tuning(
    change: dict[str, object], store: PlanStore, key: PlanKey
) -> None:
    store.keep_tuned(key, FAST)
    store.keep_failed(key, OTHER)
    assert store.tuned(replace(key, **change)) is None
    assert store.failed(replace(key, **change)) == ()


def test_a_file_that_was_written_again_is_another(
    store: PlanStore, key: PlanKey, model: Path
) -> None:
    store.keep_tuned(key, FAST)
    assert store.tuned(key) == FAST
    os.utime(model, ns=(10**18, 10**18 + 1))
    assert store.tuned(key) is None


def test_keys_of_odd_paths() -> None:
    """A model that is gone, and a name that is no text."""
    names = (b"/gone/model.gguf", b"/gone/caf\xe9.gguf")
    keys = [PlanKey(Path(os.fsdecode(name)), 4, "m", (), "", 512, "chat") for name in names]
    assert len({key.text() for key in keys}) == 2


def test_a_second_tuning_takes_the_place_of_the_first(store: PlanStore, key: PlanKey) -> None:
    store.keep_tuned(key, FAST)
    faster = Tuned(OTHER, 1000.0, 50.0, 2e9)
    store.keep_tuned(key, faster)
    assert store.tuned(key) == faster


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path, key: PlanKey) -> None:
    path = tmp_path / "placements.json"
    write_json(path, PlanBook(tuned={f"key{index}": FAST for index in range(MOST_TUNED)}))
    store = PlanStore(path)
    store.keep_tuned(key, FAST)
    left = read_json(path, PlanBook)
    assert left is not None
    assert list(left.tuned) == [*(f"key{index}" for index in range(1, MOST_TUNED)), key.text()]
    assert store.tuned(key) == FAST


def test_old_runs_no_longer_count(tmp_path: Path) -> None:
    path = tmp_path / "placements.json"
    slow, fast = (Observation(100, 100 * ratio, 10, 10 * ratio) for ratio in (0.1, 2.0))
    old = (slow, *[fast] * (MOST_OBSERVATIONS - 1))
    write_json(path, PlanBook(observations={"machine:cpu": old}))
    store = PlanStore(path)
    store.observe("machine:cpu", fast)
    assert read_json(path, PlanBook).observations["machine:cpu"] == (fast,) * MOST_OBSERVATIONS
    found = store.calibration("machine:cpu")
    assert found.runs == MOST_OBSERVATIONS
    assert found.decode == pytest.approx(2.0)


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"\xff\xfe", b"[]", b'{"tuned": {"x": 3}}', b"[" * 100_000]
)
def test_a_damaged_book_is_set_aside_and_begun_anew(
    damaged: bytes, tmp_path: Path, key: PlanKey
) -> None:
    path = tmp_path / "placements.json"
    path.write_bytes(damaged)
    store = PlanStore(path)
    assert store.tuned(key) is None
    (kept,) = tmp_path.glob("placements.json.invalid-*")
    assert kept.read_bytes() == damaged
    store.keep_tuned(key, FAST)
    assert store.tuned(key) == FAST


def test_a_book_with_impossible_numbers_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "placements.json"
    path.write_text('{"observations": {"r": [{"prompt_predicted": "fast"}]}}')
    assert PlanStore(path).calibration("r") == Calibration()
    assert list(tmp_path.glob("placements.json.invalid-*"))


def test_runs_that_measured_nothing_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "placements.json"
    nothing = (Observation(0, 5, 5, 5), Observation(5, 0, 5, 5), Observation(5, 5, 5, -1))
    write_json(path, PlanBook(observations={"r": nothing}))
    assert PlanStore(path).calibration("r") == Calibration()
    PlanStore(path).observe("r", Observation(100, 90, 10, 9))
    assert PlanStore(path).calibration("r").runs == 1


def test_fields_of_a_later_version_are_left_out(tmp_path: Path, key: PlanKey) -> None:
    path = tmp_path / "placements.json"
    path.write_text('{"tuned": {}, "later": 1}')
    assert PlanStore(path).tuned(key) is None
    assert not list(tmp_path.glob("*.invalid-*"))


def test_a_folder_that_is_none_costs_only_the_measurement(tmp_path: Path, key: PlanKey) -> None:
    (tmp_path / "file").write_text("")
    store = PlanStore(tmp_path / "file" / "placements.json")
    store.keep_tuned(key, FAST)
    store.keep_failed(key, OTHER)
    store.observe("r", Observation(1, 1, 1, 1))
    assert store.tuned(key) is None


def test_what_a_person_chose(store: PlanStore, model: Path) -> None:
    """For this file and its context; a number of 0 asks for no context of its own."""
    assert store.chosen(model, 4, 0) is None
    store.choose(model, 4, FAST.placement)
    assert store.chosen(model, 4, 0) == store.chosen(model, 4, 4096) == FAST.placement
    assert store.chosen(model, 4, 8192) is None
    assert store.chosen(model, 5, 0) is None
    store.choose(model, 4, OTHER)
    assert store.chosen(model, 4, 0) == OTHER


def test_what_was_promised_of_a_choice(store: PlanStore, model: Path, tmp_path: Path) -> None:
    """Another file or another placement was promised nothing."""
    assert store.chosen_load(model, 4, OTHER) is None
    store.choose(model, 4, OTHER, tuned=True, predicted=(30.5, 41.0))
    again = PlanStore(tmp_path / "data" / "placements.json")
    assert again.chosen_load(model, 4, OTHER) == PlacedLoad(OTHER, True, (30.5, 41.0))
    assert again.chosen_load(model, 5, OTHER) is None
    assert again.chosen_load(model, 4, FAST.placement) is None
    store.choose(model, 4, OTHER)
    assert store.chosen_load(model, 4, OTHER) == PlacedLoad(OTHER)


def test_rates_of_a_processor_and_a_gpu_are_apart() -> None:
    keys = {rates_key("m", gpus) for gpus in ((), ("RTX 3060",), ("RTX 3090",))}
    assert len(keys) == 3
    assert PlanBook() == PlanBook({}, {}, {}, {})
