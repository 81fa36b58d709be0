"""The words of installed models, and the columns there is room for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from app import number_text
from app.owned_state import OwnedFacts, OwnedTask
from tests.ui import owned_states, states
from tests.ui.owned_states import FOUND, QWEN
from ui import owned_words
from ui.owned_columns import COLUMNS, LEFT_PX, NAME_LEAST_PX, RIGHT_PX, placing

NOW_S = states.NOON_S
EMPTY = OwnedFacts("x")


@pytest.mark.parametrize(
    ("at_s", "text"),
    [
        (0, "\u2013"),
        (NOW_S - 60, "today"),
        (NOW_S - states.DAY_S, "yesterday"),
        (NOW_S - 7 * states.DAY_S, "11 Nov"),
        (NOW_S - 366 * states.DAY_S, "17 Nov 2025"),
    ],
)
def test_days_as_people_say_them(at_s: float, text: str) -> None:
    assert number_text.recent_day(at_s, NOW_S) == text


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (EMPTY, "llama \u00b7 A 135M model, for trying things out"),
        (replace(EMPTY, source="ada/repo", licence="mit"), "llama \u00b7 mit \u00b7 ada/repo"),
        (replace(EMPTY, linked=True), "llama \u00b7 linked"),
        (replace(EMPTY, linked=True, source="Ollama"), "llama \u00b7 linked from Ollama"),
    ],
)
def test_the_line_below_a_name(facts: OwnedFacts, line: str) -> None:
    assert owned_words.under_line(states.STARTER, facts) == line


@pytest.mark.parametrize("width", [460, 600, 764, 1000, 1144, 1376])
@pytest.mark.parametrize("has_plan", [True, False])
@pytest.mark.parametrize("has_more", [True, False])
def test_nothing_overlaps_at_any_width(width: int, has_plan: bool, has_more: bool) -> None:
    placed = placing(width, has_plan=has_plan, has_more=has_more)
    spans = [(LEFT_PX, LEFT_PX + placed.name_px)]
    spans += [(place.x_px, place.x_px + place.width_px) for place in placed.cells]
    for x_px, width_px in ((placed.plan_px, 34), (placed.button_px, 84), (placed.more_px, 28)):
        if x_px is not None:
            spans.append((x_px, x_px + width_px))
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert spans[-1][1] == width - RIGHT_PX
    assert placed.name_px >= (NAME_LEAST_PX if width >= 600 else 120)
    assert (placed.plan_px is not None, placed.more_px is not None) == (has_plan, has_more)


def test_the_least_telling_columns_are_left_out_first() -> None:
    def keys(width: int) -> list[str]:
        cells = placing(width, has_plan=True, has_more=True).cells
        return [place.column.key for place in cells]

    assert keys(1376) == [column.key for column in COLUMNS]
    assert keys(1144) == ["parameters", "experts", "quantisation", "size", "measured", "last_used"]
    assert keys(764) == ["quantisation", "size", "measured"]
    assert keys(460) == ["size"]


def test_the_question_says_what_is_freed() -> None:
    own = owned_words.delete_words(QWEN, EMPTY)
    assert own.title == "Delete Qwen3-30B-A3B-Instruct-2507?"
    assert own.line == (
        "It takes 17.3 GiB. From the trash it can be restored, and its room is free once the trash"
        " is emptied. Deleting for good frees 17.3 GiB at once and can't be undone."
    )
    linked = owned_words.delete_words(QWEN, replace(EMPTY, linked=True, source="Ollama"))
    assert linked.for_good == ""
    assert linked.line == (
        "Its files belong to another program, Ollama, and stay there. Only the link to them is"
        " removed from this list; no room is freed."
    )


@pytest.mark.parametrize(
    ("task", "line", "done", "fraction"),
    [
        (owned_states.VERIFYING, f"Verifying {QWEN.name}", "6.9 of 17.3 GiB", 0.4),
        (OwnedTask("import", "a.gguf", 0, states.GIB), "Adding a.gguf", "0.0 of 1.0 GiB", 0),
        (OwnedTask("move_models", "/big", 2, 1), "Moving the models to /big", "0.0 of <0.1 GiB", 1),
        (OwnedTask("delete", "a"), "Deleting a", "", 0),
        (OwnedTask("find", ""), "Looking for models of other programs", "", 0),
    ],
)
def test_the_words_of_a_task(task: OwnedTask, line: str, done: str, fraction: float) -> None:
    assert owned_words.task_line(task) == line
    assert owned_words.task_bytes(task) == done
    assert owned_words.task_fraction(task) == pytest.approx(fraction, abs=0.01)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ((), "No models of other programs were found on this computer."),
        (FOUND[:2], "Found 2 models of other programs."),
        (FOUND, "Found 3 models of other programs, 1 of them already here."),
        (FOUND[2:], "Found 1 model, already here."),
    ],
)
def test_what_was_found_in_a_sentence(found: tuple[object, ...], line: str) -> None:
    assert owned_words.found_line(found) == line  # type: ignore[arg-type]
