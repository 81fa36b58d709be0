"""The composer: keys, drafts, the model picker, the context meter."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session_state import Conversation, EnginePhase
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui.composer import Composer
from ui.message_field import MOST_LINES
from ui.model_pill import model_line
from ui.theme import Theme


@pytest.fixture
def composer(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> Composer:
    composer = Composer(theme, commands)
    qtbot.addWidget(composer)
    composer.resize(600, 120)
    composer.show()
    composer.show_state(states.state())
    return composer


def test_enter_sends_and_empties_the_field(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.field, "Hello there")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert commands.calls == [("send", "Hello there")]
    assert composer.field.toPlainText() == ""


def test_shift_enter_starts_a_line(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.field, "one")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.field, "two")
    assert commands.calls == []
    assert composer.field.toPlainText() == "one\ntwo"


def test_nothing_but_blanks_is_not_sent(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.field, "   ")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert commands.calls == []
    assert not composer.send_button.isEnabled()


def test_what_is_typed_is_kept_as_the_draft(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.field, "Hi")
    assert commands.drafts == ["H", "Hi"]


def test_the_draft_of_another_chat_is_shown_and_typing_is_not_undone(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    other = Conversation(2, "Other", draft="not sent yet")
    composer.show_state(states.state(conversation=other))
    assert composer.field.toPlainText() == "not sent yet"
    assert commands.drafts == []
    qtbot.keyClicks(composer.field, ", really")
    composer.show_state(states.state(conversation=other, context_used=10))
    assert composer.field.toPlainText() == "not sent yet, really"


def test_typing_is_kept_while_an_answer_runs_and_can_be_sent_then(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    composer.show_state(states.state(answer=states.running("A")))
    qtbot.keyClicks(composer.field, "Next")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert commands.calls == [("send", "Next")]
    assert composer.send_button.is_stop


def test_the_field_grows_with_its_text_up_to_a_limit(composer: Composer) -> None:
    heights = []
    for lines in (1, 2, MOST_LINES, MOST_LINES + 20):
        composer.field.setPlainText("\n".join(["text"] * lines))
        look()
        heights.append(composer.field.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Write a message"),
        ({"answer": states.running("A")}, "it is sent when this answer ends"),
        ({"engine": states.engine(phase="loading")}, "it is sent when loading ends"),
        ({"model": None}, "Choose a model, then write a message"),
    ],
)
def test_the_field_says_what_happens_to_a_message(
    composer: Composer, changes: dict[str, object], expected: str
) -> None:
    composer.show_state(states.state(**changes))
    hint = composer.field.placeholderText().replace("the message is", "it is")
    assert expected in hint


def test_the_picker_lists_models_and_loads_the_chosen_one(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    composer.show_state(states.state(models=(states.STARTER, states.OLMOE)))
    assert composer.pill.accessibleName() == "Model: SmolLM2 135M as 8 experts (starter)"
    menu = composer.pill.menu()
    qtbot.addWidget(menu)
    starter, olmoe, _rule, plan, more = menu.actions()
    assert starter.text().endswith("\tQ4_1, 0.4 GiB, loaded")
    assert olmoe.text() == "OLMoE 1B 7B 0924 Instruct\tQ4_K_M, 3.9 GiB"
    assert plan.text() == "Plan SmolLM2 135M as 8 experts (starter)\N{HORIZONTAL ELLIPSIS}"
    assert more.text() == "Find more models\N{HORIZONTAL ELLIPSIS}"
    assert not starter.icon().isNull()
    assert olmoe.icon().isNull()
    olmoe.trigger()
    assert commands.calls == [("load_model", states.OLMOE.id)]


def test_a_picker_without_models_says_so(composer: Composer, qtbot: QtBot) -> None:
    composer.show_state(states.state(models=(), model=None))
    assert composer.pill.text() == "Choose a model"
    menu = composer.pill.menu()
    qtbot.addWidget(menu)
    entry, _rule, more = menu.actions()
    assert entry.text() == "No models on this computer yet"
    assert not entry.isEnabled()
    with qtbot.waitSignal(composer.models_wanted):
        more.trigger()


def test_in_a_chat_the_picker_says_that_it_goes_on_with_the_other_model(
    composer: Composer, qtbot: QtBot
) -> None:
    answer = states.answer(2, "B", model_id=states.OLMOE.id)
    models = (states.STARTER, states.OLMOE)
    composer.show_state(states.talk(states.user(1, "A"), answer, models=models))
    menu = composer.pill.menu()
    qtbot.addWidget(menu)
    heading, _rule, starter, olmoe, _other_rule, plan, _more = menu.actions()
    assert heading.text() == "This chat goes on with the model you choose"
    assert not heading.isEnabled()
    assert starter.text().endswith("\tQ4_1, 0.4 GiB, loaded")
    assert olmoe.text().endswith("\tQ4_K_M, 3.9 GiB, 41.8 tok/s here")
    with qtbot.waitSignal(composer.plan_wanted) as wanted:
        plan.trigger()
    assert wanted.args == [states.STARTER.id]


@pytest.mark.parametrize(
    ("phase", "mark"), [("ready", ", loaded"), ("loading", ", loading"), ("failed", ", chosen")]
)
def test_a_model_is_called_loaded_only_when_it_is(phase: EnginePhase, mark: str) -> None:
    state = states.state(engine=states.engine(phase=phase))
    assert model_line(state, states.STARTER).endswith(mark)
    assert model_line(state, states.OLMOE) == "Q4_K_M, 3.9 GiB"


def test_the_meter_counts_along_and_warns_when_nearly_full(composer: Composer) -> None:
    meter = composer.meter
    composer.show_state(states.state(context_used=3174))
    assert meter.text == "3.1k / 8k"
    running = replace(states.running("A"), prompt_tokens=4000, completion_tokens=96)
    composer.show_state(states.state(context_used=3174, answer=running))
    assert meter.text == "4k / 8k"
    composer.show_state(states.state(context_used=7900))
    assert meter.text == "7.7k / 8k, nearly full"
    assert "you choose" in meter.toolTip()
    composer.show_state(states.state(engine=states.engine(n_ctx=0)))
    assert not meter.isVisible()


def test_the_send_button_sends(
    composer: Composer, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.field, "Hello")
    click(qtbot, composer.send_button)
    assert commands.calls == [("send", "Hello")]


def test_the_meter_counts_what_is_typed(composer: Composer, qtbot: QtBot) -> None:
    composer.show_state(states.state(context_used=3174))
    qtbot.keyClicks(composer.field, "x" * 400)
    assert composer.meter.text == "about 3.2k / 8k"
    composer.field.clear()
    assert composer.meter.text == "3.1k / 8k"


def test_the_pill_gives_way_in_a_narrow_window(composer: Composer) -> None:
    composer.resize(360, 120)
    composer.show_state(states.state(model=states.OLMOE, context_used=7900))
    look()
    tools = (
        composer.attach,
        composer.settings,
        composer.pill,
        composer.meter,
        composer.send_button,
    )
    boxes = [tool.geometry() for tool in tools]
    assert all(one.right() < other.left() for one, other in pairwise(boxes))
    assert boxes[-1].right() < composer.width()
    assert composer.pill.toolTip() == "OLMoE 1B 7B 0924 Instruct Q4_K_M"
