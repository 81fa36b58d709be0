"""The conversation: what a person sees and can do in each of its states."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session_state import EngineState, SessionState
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.texts import ANSWER
from ui.answer_markdown import InertDocument
from ui.chat_view import ChatView
from ui.message_column import PAGE_MESSAGES
from ui.message_views import AnswerView, UserBubble
from ui.problem_card import ProblemCard
from ui.theme import Theme


@pytest.fixture
def view(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> ChatView:
    view = ChatView(theme, commands)
    qtbot.addWidget(view)
    view.resize(700, 700)
    view.show()
    return view


def press(card: ProblemCard, text: str, qtbot: QtBot) -> None:
    button = next(button for button in card.buttons if button.text() == text)
    click(qtbot, button)


def texts(card: ProblemCard) -> list[str]:
    return [button.text() for button in card.buttons]


def card_of_last(view: ChatView) -> ProblemCard:
    last = view.messages.views[-1]
    assert isinstance(last, AnswerView)
    assert last.problem is not None
    return last.problem


class Paints(QObject):
    """Counts the paint events of one widget."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_an_empty_chat_says_what_is_loaded_and_how_to_begin(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.state())
    assert view.empty.isVisible()
    assert view.empty.line.full_text() == (
        "SmolLM2 135M as 8 experts (starter) is loaded. A 135M model, for trying things out."
    )
    click(qtbot, view.empty.suggestions[1])
    assert view.composer.field.toPlainText().startswith("Explain what this code does")
    assert view.composer.field.hasFocus()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model": None, "models": ()}, "No models on this computer yet."),
        ({"model": None}, "Choose a model below to begin."),
        ({"engine": EngineState()}, "is chosen but not loaded."),
    ],
)
def test_an_empty_chat_without_an_engine_says_the_next_step(
    view: ChatView, changes: dict[str, object], expected: str
) -> None:
    view.show_state(states.state(**changes))
    assert expected in view.empty.line.full_text()


def test_tokens_are_painted_in_batches(view: ChatView, qtbot: QtBot) -> None:
    question = states.user(1, "Why?")
    state = states.talk(question, answer=states.running("Because"))
    view.show_state(state)
    assert view.messages.running is not None
    paints = Paints()
    look()
    view.messages.running.text.viewport().installEventFilter(paints)
    for count in range(200):
        view.show_state(replace(state, answer=states.running("Because" + " it does" * count)))
    look()
    assert view.messages.running.text.text.endswith("it does")
    assert 1 <= paints.count <= 5


def test_a_growing_answer_is_never_laid_out_as_a_whole(
    view: ChatView, monkeypatch: pytest.MonkeyPatch
) -> None:
    widths: list[float] = []
    set_width = InertDocument.setTextWidth

    def count(document: InertDocument, width: float) -> None:
        widths.append(width)
        set_width(document, width)

    turns = (states.user(1, "A"), states.answer(2, ANSWER), states.user(3, "B"))
    text = ANSWER * 4
    view.show_state(states.talk(*turns, answer=states.running(text[:400])))
    look()
    monkeypatch.setattr(InertDocument, "setTextWidth", count)
    for end in range(500, len(text), 100):
        view.show_state(states.talk(*turns, answer=states.running(text[:end])))
        look()
    assert widths == []


def test_the_running_answer_becomes_the_finished_one_in_place(view: ChatView) -> None:
    question = states.user(1, "Why?")
    view.show_state(states.talk(question, answer=states.running(ANSWER[:200])))
    running = view.messages.running
    view.show_state(states.talk(question, states.answer(2, ANSWER)))
    assert view.messages.running is None
    assert view.messages.views[-1] is running
    assert running.status.full_text() == (
        "41.8 tok/s \N{MIDDLE DOT} first token 0.62 s \N{MIDDLE DOT} "
        "1,204 prompt tokens (1,011 cached) \N{MIDDLE DOT} stop: end"
    )


def test_stop_takes_the_place_of_send_while_an_answer_runs(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(states.talk(states.user(1, "Why?"), answer=states.running("Be")))
    button = view.composer.send_button
    assert button.is_stop
    assert button.accessibleName() == "Stop"
    click(qtbot, button)
    assert commands.calls == [("stop",)]
    view.show_state(states.talk(states.user(1, "Why?"), states.answer(2, "Be")))
    assert not button.is_stop
    assert button.accessibleName() == "Send"


def test_escape_stops_the_answer_from_the_message_field(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(states.talk(states.user(1, "Why?"), answer=states.running("Be")))
    qtbot.keyClick(view.composer.field, Qt.Key.Key_Escape)
    assert commands.calls == [("stop",)]


def test_what_waits_is_shown_with_the_reason(view: ChatView) -> None:
    loading = states.engine(phase="loading", load_fraction=0.5)
    view.show_state(states.state(engine=loading, queued_text="Hello"))
    waiting = view.messages.waiting
    assert isinstance(waiting, UserBubble)
    assert waiting.text.text == "Hello"
    assert waiting.note.full_text() == "Sent when loading ends"
    view.show_state(
        states.talk(states.user(1, "A"), answer=states.running("B"), queued_text="Hello")
    )
    assert view.messages.waiting.note.full_text() == "Sent when this answer ends"
    view.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    assert view.messages.waiting is None


def test_loading_shows_how_far_and_can_be_cancelled(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(states.state(engine=states.engine(phase="loading", load_fraction=0.5)))
    loading = view.loading
    assert loading is not None
    assert loading.title.full_text() == "Loading SmolLM2 135M as 8 experts (starter)"
    assert loading.line.full_text().startswith("0.2 of 0.4 GiB")
    assert loading.bar.accessibleDescription() == "50 %"
    click(qtbot, loading.cancel)
    assert commands.calls == [("cancel_load",)]
    view.show_state(states.state())
    assert not loading.isVisible()


def test_a_full_context_is_a_choice(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    full = states.answer(
        2, "Cut", stats=states.stats("context_full"), status="stopped", problem=states.CONTEXT_FULL
    )
    view.show_state(states.talk(states.user(1, "Long"), full))
    card = card_of_last(view)
    assert card.title.full_text() == "The context is full"
    assert texts(card) == ["Continue without the oldest turns", "New chat"]
    press(card, "Continue without the oldest turns", qtbot)
    press(card, "New chat", qtbot)
    assert commands.calls == [("continue_without_oldest",), ("new_chat",)]


def crashed() -> SessionState:
    cut = states.answer(
        2, "Partial text", stats=None, status="failed", problem=states.ENGINE_CRASHED
    )
    engine = EngineState("crashed", problem=states.ENGINE_CRASHED, log_tail=states.LOG_TAIL)
    return states.talk(states.user(1, "Why?"), cut, engine=engine)


def test_a_crash_keeps_the_text_offers_a_restart_and_shows_the_log_on_demand(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(crashed())
    answer = view.messages.views[-1]
    assert isinstance(answer, AnswerView)
    assert answer.text.text == "Partial text"
    card = card_of_last(view)
    assert view.engine_card is None, "the same failure would be told twice"
    assert not card.full_message.isVisible()
    click(qtbot, card.reveal)
    assert card.full_message.isVisible()
    assert "ggml_backend_amx_mul_mat: signal 11" in card.full_message.toPlainText()
    assert card.reveal.text() == "Hide the full message"
    press(card, "Restart", qtbot)
    assert commands.calls == [("restart_engine",)]


def test_after_the_restart_the_answer_can_go_on(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(crashed())
    view.show_state(replace(crashed(), engine=states.engine()))
    card = card_of_last(view)
    assert texts(card) == ["Continue", "Try again"]
    press(card, "Continue", qtbot)
    press(card, "Try again", qtbot)
    assert commands.calls == [("continue_answer",), ("retry",)]


def test_a_model_that_does_not_load_is_told_where_the_answer_would_be(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    problem = Problem("out_of_memory", "Not enough memory", "The model needs 4.1 GiB", "Close one.")
    view.show_state(states.state(engine=EngineState("failed", problem=problem)))
    assert view.engine_card is not None
    assert view.engine_card.message.full_text() == "The model needs 4.1 GiB. Close one."
    press(view.engine_card, "Try again", qtbot)
    assert commands.calls == [("restart_engine",)]


def test_only_the_last_failure_has_buttons(view: ChatView) -> None:
    failed = states.answer(2, "", stats=None, status="failed", problem=states.ENGINE_CRASHED)
    view.show_state(states.talk(states.user(1, "A"), failed))
    assert texts(card_of_last(view)) == ["Try again"]
    view.show_state(
        states.talk(states.user(1, "A"), failed, states.user(3, "B"), states.answer(4, "C"))
    )
    old = view.messages.views[1]
    assert isinstance(old, AnswerView)
    assert old.problem is not None
    assert texts(old.problem) == []


def test_a_notice_stays_until_it_is_dismissed(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    notice = Problem("settings_set_aside", "The settings were not readable", "They are kept", "")
    view.show_state(states.state(notices=(notice,)))
    assert view.notices.isVisible()
    (dismiss,) = view.notices.dismiss_buttons
    assert dismiss.accessibleName() == "Dismiss: The settings were not readable"
    click(qtbot, dismiss)
    assert commands.calls == [("dismiss_notice", notice)]
    view.show_state(states.state())
    assert not view.notices.isVisible()


def test_the_answer_is_copied_as_it_was_written(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.talk(states.user(1, "A"), states.answer(2, ANSWER)))
    last = view.messages.views[-1]
    assert isinstance(last, AnswerView)
    click(qtbot, last.copy)
    assert QApplication.clipboard().text() == ANSWER
    assert last.copy.accessibleName() == "Copied"


def test_only_the_last_answer_is_asked_for_again(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(
        states.talk(
            states.user(1, "A"), states.answer(2, "B"), states.user(3, "C"), states.answer(4, "D")
        )
    )
    first, last = view.messages.views[1], view.messages.views[3]
    assert isinstance(first, AnswerView)
    assert isinstance(last, AnswerView)
    assert not first.retry.isVisible()
    click(qtbot, last.retry)
    assert commands.calls == [("retry",)]


def test_a_link_menu_names_the_address_in_full(view: ChatView, qtbot: QtBot) -> None:
    menu = view.messages.link_menu(QUrl("https://example.org/a&b"))
    qtbot.addWidget(menu)
    entries = [action.text() for action in menu.actions() if action.text()]
    assert entries == ["https://example.org/a&&b", "Open in the browser", "Copy address"]
    assert not menu.actions()[0].isEnabled()
    inside = view.messages.link_menu(QUrl("file:///etc/passwd"))
    qtbot.addWidget(inside)
    assert "Open in the browser" not in [action.text() for action in inside.actions()]


def test_the_column_follows_only_while_the_person_is_at_the_bottom(
    view: ChatView, qtbot: QtBot
) -> None:
    question = states.user(1, "Why?")
    long = "A paragraph of the answer.\n\n" * 60
    view.show_state(states.talk(question, answer=states.running(long)))
    bar = view.messages.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(10)
    assert not view.messages.following
    view.show_state(states.talk(question, answer=states.running(long * 2)))
    before = bar.maximum()
    qtbot.waitUntil(lambda: bar.maximum() > before or bar.value() == 10)
    assert bar.value() == 10
    bar.setValue(bar.maximum())
    assert view.messages.following


def test_a_long_chat_is_shown_from_its_end(view: ChatView, qtbot: QtBot) -> None:
    turns = [
        states.user(n, f"Question {n}") if n % 2 else states.answer(n, f"Answer {n}")
        for n in range(1, 61)
    ]
    view.show_state(states.talk(*turns))
    assert len(view.messages.views) == PAGE_MESSAGES
    assert view.messages.earlier.isVisible()
    click(qtbot, view.messages.earlier)
    assert len(view.messages.views) == 2 * PAGE_MESSAGES
    first = view.messages.views[0]
    assert isinstance(first, UserBubble)
    assert first.text.text == "Question 29"


def test_another_chat_replaces_the_messages(view: ChatView) -> None:
    view.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    other = states.talk(states.user(7, "X"))
    other = replace(other, conversation=replace(other.conversation, id=2, title="Other"))
    view.show_state(other)
    (only,) = view.messages.views
    assert isinstance(only, UserBubble)
    assert only.text.text == "X"
    assert view.title.full_text() == "Other"


def test_the_chat_menu_renames_and_deletes(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.talk(states.user(1, "A")))
    menu = view.chat_menu()
    qtbot.addWidget(menu)
    rename, delete = menu.actions()
    with qtbot.waitSignal(view.rename_wanted) as renamed:
        rename.trigger()
    assert renamed.args == [1]
    with qtbot.waitSignal(view.delete_wanted) as deleted:
        delete.trigger()
    assert deleted.args[0].title == "Why MoE models fit small GPUs"


def test_another_palette_draws_the_messages_anew(view: ChatView, theme: Theme) -> None:
    view.show_state(states.talk(states.user(1, "A"), states.answer(2, "See [x](http://e.org)")))
    answer = view.messages.views[-1]
    assert isinstance(answer, AnswerView)

    def link_color() -> str:
        cursor = QTextCursor(answer.text.document())
        cursor.setPosition(len("See x"))
        assert cursor.charFormat().isAnchor()
        return cursor.charFormat().foreground().color().name()

    assert link_color() == theme.hex("text.link").lower()
    theme.choose("light" if theme.name == "dark" else "dark")
    assert link_color() == theme.hex("text.link").lower()
