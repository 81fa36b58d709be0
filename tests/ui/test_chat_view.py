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
from ui.message_span import FIRST_VIEWS, MOST_VIEWS
from ui.message_views import AnswerView
from ui.problem_card import ProblemCard
from ui.theme import Theme
from ui.user_bubble import UserBubble


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def view(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> ChatView:
    view = ChatView(theme, commands)
    qtbot.addWidget(view)
    view.resize(700, 700)
    view.show()
    return view


def answer_of(view: ChatView, number: int) -> AnswerView:
    answer = view.messages.views[number]
    assert isinstance(answer, AnswerView)
    return answer


def four_turns() -> SessionState:
    return states.talk(
        states.user(1, "A"), states.answer(2, "B"), states.user(3, "C"), states.answer(4, "D")
    )


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


def test_the_answer_is_copied_as_it_was_written_or_as_text(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.talk(states.user(1, "A"), states.answer(2, ANSWER)))
    last = answer_of(view, -1)
    menu = last.copy_menu()
    qtbot.addWidget(menu)
    as_markdown, as_text = menu.actions()
    as_markdown.trigger()
    assert QApplication.clipboard().text() == ANSWER
    assert last.copy.accessibleName() == "Copied"
    as_text.trigger()
    assert "the active weights; memory follows the total." in QApplication.clipboard().text()


def test_any_answer_is_asked_for_again(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(four_turns())
    click(qtbot, answer_of(view, 1).retry)
    click(qtbot, answer_of(view, 3).retry)
    assert commands.calls == [("regenerate", 2), ("regenerate", 4)]


def test_nothing_is_asked_for_while_an_answer_is_written(view: ChatView) -> None:
    view.show_state(replace(four_turns(), answer=states.running("E")))
    first = answer_of(view, 1)
    assert not first.retry.isEnabled()
    assert not first.edit.isEnabled()
    assert not first.more.isEnabled()
    view.show_state(four_turns())
    assert first.retry.isEnabled()


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


def long_talk(count: int) -> SessionState:
    turns = [
        states.user(n, f"Question {n}") if n % 2 else states.answer(n, f"Answer {n}\n\n" * 3)
        for n in range(1, count + 1)
    ]
    return states.talk(*turns)


def seen(view: ChatView) -> tuple[str, int]:
    """The first message that is seen, and how far from the upper edge."""
    value = view.messages.verticalScrollBar().value()
    for item in view.messages.views:
        top = view.messages.y_of(item)
        if top + item.height() > value:
            return item.text.text, top - value
    raise AssertionError("nothing is seen")


def test_a_long_chat_is_shown_from_its_end(view: ChatView) -> None:
    view.show_state(long_talk(10_000))
    assert len(view.messages.views) == FIRST_VIEWS
    assert view.messages.views[-1].text.text.startswith("Answer 10000")
    look()
    assert view.messages.following


def test_earlier_messages_come_by_themselves_and_nothing_jumps(
    view: ChatView, qtbot: QtBot
) -> None:
    view.show_state(long_talk(400))
    bar = view.messages.verticalScrollBar()
    qtbot.waitUntil(lambda: len(view.messages.views) > FIRST_VIEWS and bar.value() > 600)
    met = set()
    for _ in range(120):
        look()
        before = seen(view)
        look()  # what comes in above leaves what is seen in its place
        assert seen(view) == before
        met.add(before[0])
        bar.setValue(max(0, bar.value() - 150))
    assert len(met) > MOST_VIEWS
    assert len(view.messages.views) < 2 * MOST_VIEWS
    assert not view.messages.following
    view.messages.follow()
    look()
    assert view.messages.views[-1].text.text.startswith("Answer 400")
    assert bar.value() == bar.maximum()


def test_a_found_message_is_shown_with_its_words_marked(view: ChatView, qtbot: QtBot) -> None:
    state = long_talk(400)
    view.show_state(state)
    look()
    view.show_state(replace(state, shown_message=51, search="question"))
    look()
    text, _ = seen(view)
    assert text in ("Question 49", "Answer 50\n\n" * 3, "Question 51")
    found = next(item for item in view.messages.views if item.text.text == "Question 51")
    (mark,) = found.text.extraSelections()
    assert mark.cursor.selectedText() == "Question"
    place = view.messages.y_of(found) - view.messages.verticalScrollBar().value()
    assert 0 < place < view.messages.viewport().height() / 2
    view.show_state(replace(state, shown_message=None, search=""))
    assert found.text.extraSelections() == []


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


def test_the_pin_says_what_it_does_and_turns(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    state = four_turns()
    view.show_state(state)
    assert view.pin.accessibleName() == "Pin this chat"
    click(qtbot, view.pin)
    view.show_state(replace(state, conversation=replace(state.conversation, pinned=True)))
    assert view.pin.accessibleName() == "Unpin this chat"
    click(qtbot, view.pin)
    chat_id = state.conversation.id
    assert commands.calls[-2:] == [("pin_chat", chat_id, True), ("pin_chat", chat_id, False)]


def test_messages_are_as_tall_as_their_text(view: ChatView, qtbot: QtBot) -> None:
    look()
    long = "A mixture of experts is a team of people with diverse skills. " * 6
    turns = [states.user(n, long) if n % 2 else states.answer(n, long) for n in range(1, 21)]
    view.show_state(states.talk(*turns))
    qtbot.waitUntil(lambda: len(view.messages.views) >= 10)
    look()
    for shown in view.messages.views:
        assert shown.text.height() == round(shown.text.document().size().height())
