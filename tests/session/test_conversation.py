"""Sending, stopping, queueing and going on, with a scripted engine and a real database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.chat_history import for_model, title_from
from app.session_state import MessageView
from app.store import ConversationStore
from runtime.errors import Problem
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import Cancel, Generate, Load
from tests.session.rig import Rig, local_model


def scripted(*replies: Reply, **how: bool) -> Callable[[], FakeEngine]:
    return lambda: FakeEngine(replies, **how)


def test_a_message_is_answered_and_both_are_stored(rig: Rig) -> None:
    rig.session.send("  Hello there  ")
    state = rig.answered(1)
    assert rig.texts() == [("user", "Hello there"), ("assistant", "All right.")]
    assert state.conversation.title == "Hello there"
    assert state.conversation.messages[-1].stats.decode_tokens_per_s == 40.0
    assert [chat.title for chat in state.conversations] == ["Hello there"]
    assert rig.store.conversation(state.conversation.id) == state.conversation


def test_the_model_reads_the_whole_conversation(rig: Rig) -> None:
    for text in ("One", "Two"):
        rig.session.send(text)
        rig.answered(1 if text == "One" else 2)
    asked = [command for command in rig.engine.sent if isinstance(command, Generate)]
    assert [turn.content for turn in asked[-1].messages] == ["One", "All right.", "Two"]


def test_text_appears_while_it_comes(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("One ", "two"), hold=True)))
    rig.ready()
    rig.session.send("Count")
    state = rig.until(lambda state: state.answer is not None and state.answer.text == "One two")
    assert state.answer.phase == "streaming"
    assert state.answer.tokens_per_s == 40.0
    assert state.answer.ttft_s is not None
    rig.engine.finish()
    assert rig.answered(1).last_speeds


def test_stop_keeps_what_came(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("Half",), hold=True)))
    rig.ready()
    rig.session.send("Go")
    rig.until(lambda state: state.answer is not None and state.answer.text == "Half")
    rig.session.stop()
    answer = rig.answered(1).conversation.messages[-1]
    assert (answer.text, answer.status, answer.problem) == ("Half", "stopped", None)
    assert any(isinstance(command, Cancel) for command in rig.engine.sent)


def test_what_is_sent_while_a_model_loads_goes_out_after(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(load_holds=True))
    rig.until(lambda state: state.engine.load_fraction > 0)
    rig.session.send("First")
    rig.session.send("Second")
    assert rig.state.queued_text == "First\n\nSecond"
    load = next(command for command in rig.engine.sent if isinstance(command, Load))
    rig.engine.finish_load(load.request_id)
    assert rig.answered(1).queued_text is None
    assert rig.texts()[0] == ("user", "First\n\nSecond")


def test_what_is_sent_while_an_answer_runs_goes_out_after(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("A",), hold=True), Reply(("B",))))
    rig.ready()
    rig.session.send("One")
    rig.until(lambda state: state.answer is not None and state.answer.text == "A")
    rig.session.send("Two")
    assert rig.state.queued_text == "Two"
    rig.engine.finish()
    rig.answered(2)
    assert [text for _, text in rig.texts()] == ["One", "A", "Two", "B"]


def test_leaving_a_chat_turns_a_waiting_message_into_its_draft(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(script=scripted(Reply(("A",), hold=True)))
    rig.ready()
    rig.session.send("One")
    rig.until(lambda state: state.answer is not None and state.answer.text == "A")
    chat_id = rig.state.conversation.id
    rig.session.send("Two")
    rig.session.new_chat()
    assert rig.state.conversation.id is None
    assert rig.state.answer is None
    kept = rig.store.conversation(chat_id)
    assert kept.draft == "Two"
    assert (kept.messages[-1].text, kept.messages[-1].status) == ("A", "stopped")


def test_try_again_replaces_the_last_answer(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("Bad",)), Reply(("Good",))))
    rig.ready()
    rig.session.send("Q")
    rig.answered(1)
    rig.session.retry()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "Good"))
    assert rig.texts() == [("user", "Q"), ("assistant", "Good")]


def test_continue_goes_on_where_the_answer_stopped(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("One, ",), hold=True), Reply(("two.",))))
    rig.ready()
    rig.session.send("Count")
    rig.until(lambda state: state.answer is not None and state.answer.text == "One, ")
    rig.session.stop()
    rig.answered(1)
    rig.session.continue_answer()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "One, two."))
    last = [command for command in rig.engine.sent if isinstance(command, Generate)][-1]
    assert last.messages[-1].role == "assistant"
    assert last.messages[-1].content == "One, "
    assert rig.state.conversation.messages[-1].status == "complete"


def test_a_full_context_asks_and_remembers_the_consent(new_rig: Callable[..., Rig]) -> None:
    full = Problem("context_full", "Full", "It is full", "Continue or start anew.")
    rig = new_rig(script=scripted(Reply((), problem=full), Reply(("Shorter",)), Reply(("Again",))))
    rig.ready()
    rig.session.send("Long")
    answer = rig.answered(1).conversation.messages[-1]
    assert (answer.status, answer.problem) == ("failed", full)
    rig.session.continue_without_oldest()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "Shorter"))
    rig.session.send("More")
    rig.answered(2)
    asked = [command for command in rig.engine.sent if isinstance(command, Generate)]
    assert [command.drop_oldest for command in asked] == [False, True, True]


def test_an_answer_that_fills_the_context_says_so(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("Much",), reason="context_full")))
    rig.ready()
    rig.session.send("Long")
    answer = rig.answered(1).conversation.messages[-1]
    assert answer.text == "Much"
    assert answer.problem is not None
    assert answer.problem.kind == "context_full"


def test_without_a_model_the_message_is_kept_and_the_next_step_said(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(models=())
    rig.session.send("Hello")
    state = rig.answered(1)
    assert rig.texts()[0] == ("user", "Hello")
    assert state.conversation.messages[-1].problem.kind == "no_model"


def test_drafts_are_kept_apart_and_on_disk(rig: Rig) -> None:
    rig.session.send("First chat")
    first = rig.answered(1).conversation.id
    rig.session.keep_draft("half a thought")
    rig.session.new_chat()
    rig.session.send("Second chat")
    rig.answered(1)
    rig.session.open_chat(first)
    assert rig.state.conversation.draft == "half a thought"


def test_chats_are_renamed_and_deleted(rig: Rig) -> None:
    rig.session.send("First chat")
    chat_id = rig.answered(1).conversation.id
    rig.session.rename_chat(chat_id, "  Better  ")
    assert rig.state.conversation.title == "Better"
    rig.session.rename_chat(chat_id, "   ")
    assert [chat.title for chat in rig.state.conversations] == ["Better"]
    rig.session.delete_chat(chat_id)
    assert rig.state.conversations == ()
    assert rig.state.conversation.id is None


def test_choosing_another_model_loads_it_in_a_fresh_engine(
    new_rig: Callable[..., Rig], tmp_path: Path
) -> None:
    models = (local_model(tmp_path / "a.gguf", "a"), local_model(tmp_path / "b.gguf", "b"))
    rig = new_rig(models=models)
    assert rig.ready().model.id == "a"
    rig.session.load_model("b")
    state = rig.until(lambda state: state.model.id == "b" and state.engine.phase == "ready")
    assert len(rig.engines) == 2
    assert rig.saved[-1].model_id == state.settings.model_id == "b"


def test_a_refused_load_can_be_tried_again(new_rig: Callable[..., Rig]) -> None:
    problem = Problem("load_refused", "No", "Not this one", "Try another.")

    def refusing_first() -> FakeEngine:
        engine = FakeEngine()
        engine.load_problem = problem if not started else None
        started.append(engine)
        return engine

    started: list[FakeEngine] = []
    rig = new_rig(script=refusing_first)
    assert rig.until(lambda state: state.engine.phase == "failed").engine.problem == problem
    rig.session.restart_engine()
    rig.ready()


def test_closing_keeps_the_running_answer(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("So far",), hold=True)))
    rig.ready()
    rig.session.send("Go")
    rig.until(lambda state: state.answer is not None and state.answer.text == "So far")
    chat_id = rig.state.conversation.id
    rig.session.close()
    again = ConversationStore(rig.database)
    answer = again.conversation(chat_id).messages[-1]
    again.close()
    assert (answer.text, answer.status) == ("So far", "stopped")


def test_neighbours_of_one_role_are_joined_for_the_model() -> None:
    turns = for_model(
        (
            MessageView(1, "user", "One"),
            MessageView(2, "assistant", ""),
            MessageView(3, "user", "Two"),
        )
    )
    assert [(turn.role, turn.content) for turn in turns] == [("user", "One\n\nTwo")]


def test_titles_come_from_the_first_line() -> None:
    assert title_from("\n  Hello   world \nmore") == "Hello world"
    assert title_from("word " * 30).endswith("word\N{HORIZONTAL ELLIPSIS}")
    assert len(title_from("x" * 200)) <= 48


def test_a_new_chat_that_is_empty_keeps_its_draft(rig: Rig) -> None:
    rig.session.keep_draft("half a thought")
    rig.session.new_chat()
    assert rig.state.conversation.draft == "half a thought"


def test_loading_again_during_an_answer_keeps_what_came(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=scripted(Reply(("Half",), hold=True)))
    rig.ready()
    rig.session.send("Go")
    rig.until(lambda state: state.answer is not None and state.answer.text == "Half")
    rig.session.restart_engine()
    answer = rig.answered(1).conversation.messages[-1]
    assert (answer.text, answer.status, answer.problem) == ("Half", "stopped", None)
    rig.ready()
    assert rig.state.answer is None
