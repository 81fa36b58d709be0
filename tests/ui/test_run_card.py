"""The picture of a run: its values, its size, what stands on it, and where it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.dashboard.card import card_values, hardware_line
from app.dashboard.card_values import CardValues
from app.dashboard.run import Run, RunFacts
from app.gpu_probe import Gpu, Gpus
from app.machine import Disk, Machine, Memory
from app.processor import Processor
from app.savings import Usage, savings
from runtime.cores import usable_cores
from runtime.protocol.messages import Energy, GenerationStats, MemoryUse
from tests.ui import savings_states as states
from ui.run_card import run_card
from ui.run_card_file import file_name, save_run_card, write_card
from ui.theme import Theme

STATS = GenerationStats(
    *("stop", 1_336, 0, 1_896),
    ttft_s=0.62,
    prompt_tokens_per_s=331.0,
    decode_tokens_per_s=41.8,
    elapsed_s=46.0,
    n_threads=8,
    context_used=3_232,
    dropped_turns=0,
    energy=Energy(6_522.0, "measured", "GPU counter"),
    memory=MemoryUse((), 0),
)
RUN = Run(7, states.NOW_S, "qwen3", STATS, 3, 9, RunFacts(quant="Q4_K_M", predicted=(37.0, 45.0)))


class Chosen:
    """A file dialog in which somebody has chosen `path`."""

    def __init__(self, path: str) -> None:
        self.path, self.offered = path, ""

    def to_write(self, _parent: QWidget, _title: str, name: str) -> str:
        self.offered = name
        return self.path


def test_values_are_those_of_the_run() -> None:
    price = states.book().reference("openai-gpt-4o")
    saved = savings(price, Usage.of((STATS,)), 0.30)
    values = card_values(RUN, "Qwen3 30B", saved, "RTX 4090")
    assert values == CardValues(
        model="Qwen3 30B",
        quantisation="Q4_K_M",
        hardware="RTX 4090",
        ended_at_s=states.NOW_S,
        answer_tokens=1_896,
        tokens_per_s=41.8,
        predicted=(37.0, 45.0),
        ttft_s=0.62,
        joules_per_token=6_522 / 1_896,
        energy_is_estimated=False,
        saved_usd=saved.saved_usd,
        compared_with="GPT-4o (OpenAI list price, 2025)",
        program="Coterie",
    )


def test_energy_that_nobody_measured_is_no_zero() -> None:
    stats = structs.replace(STATS, energy=Energy(0.0, "estimated", ""))
    values = card_values(structs.replace(RUN, stats=stats), "Qwen3", None, "CPU")
    assert values.joules_per_token is None
    assert values.energy_is_estimated
    assert values.saved_usd is None


def test_hardware_in_one_line() -> None:
    machine = Machine(
        processor=Processor("AMD Ryzen 9 7950X", "x86_64", None),
        cores=usable_cores(),
        memory=Memory(64 << 30, 0, 64 << 30),
        gpus=Gpus((Gpu("NVIDIA GeForce RTX 4090", "nvidia", "570", answers=True),)),
        disk=Disk(Path("/"), None, None),
        system="Linux",
        display=False,
    )
    assert hardware_line(machine) == "NVIDIA GeForce RTX 4090 · AMD Ryzen 9 7950X · 64.0 GiB RAM"


@pytest.mark.parametrize("name", states.CARDS)
def test_it_is_1200_by_630_in_the_palette_in_force(theme: Theme, name: str) -> None:
    image = run_card(theme, states.CARDS[name])
    assert (image.width(), image.height()) == (1200, 630)
    assert image.pixelColor(2, 2) == theme.color("surface.card")
    for edge in (30, 1169):  # The margin is kept.
        assert all(
            image.pixelColor(edge, y) == theme.color("surface.card") for y in range(0, 630, 3)
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"tokens_per_s": 12.3},
        {"predicted": (12.0, 15.0)},
        {"ttft_s": 3.0},
        {"energy_is_estimated": True},
        {"saved_usd": -0.0214},
        {"compared_with": "o1"},
        {"model": "Other"},
        {"quantisation": "Q8_0"},
        {"hardware": "Other"},
        {"program": "Other"},
        {"ended_at_s": states.NOW_S + 86_400},
    ],
)
def test_every_value_is_on_the_picture(theme: Theme, changes: dict[str, object]) -> None:
    assert run_card(theme, states.CARD) != run_card(theme, replace(states.CARD, **changes))


def test_it_is_written_where_it_was_chosen(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    choice = Chosen(str(tmp_path / "mine"))
    assert save_run_card(window, theme, states.CARD, choice) is None
    assert choice.offered == "Qwen3-30B-A3B-Instruct-2507.png"
    image = QImage(str(tmp_path / "mine.png"))
    assert (image.width(), image.height()) == (1200, 630)


def test_giving_up_writes_nothing(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    assert save_run_card(window, theme, states.CARD, Chosen("")) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(theme: Theme, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "card.png"
    problem = write_card(run_card(theme, states.CARD), str(path))
    assert problem is not None
    assert problem.kind == "card_not_saved"
    assert str(path) in problem.message
    assert not path.exists()


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("SmolLM2 135M as 8 experts (starter)", "SmolLM2 135M as 8 experts (starter).png"),
        ("a/b\\c:d?", "a b c d.png"),
        ("...", "Coterie.png"),
        ("x" * 200, "x" * 60 + ".png"),
    ],
)
def test_names_that_every_system_takes(model: str, name: str) -> None:
    assert file_name(model) == name
