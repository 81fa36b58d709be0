"""The list of chats: folders, pins, search, delete with undo, import and export, settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as replace_settings

from app.chat_settings import ChatSettings
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import Generate
from runtime.protocol.messages import Reasoning, Sampling
from tests.session.rig import Rig

Rigs = Callable[..., Rig]


def chat(rig: Rig, text: str) -> int:
    """A chat with one answered message; answers its id and leaves it open."""
    rig.session.new_chat()
    rig.session.send(text)
    rig.answered(1)
    assert rig.state.conversation.id is not None
    return rig.state.conversation.id


def titles(rig: Rig) -> list[str]:
    return [one.title for one in rig.state.conversations]


def asked(rig: Rig) -> Generate:
    return [command for command in rig.engine.sent if isinstance(command, Generate)][-1]


def test_pin_and_folder_show_in_the_list_and_in_the_open_chat(rig: Rig) -> None:
    chat_id = chat(rig, "Hello")
    rig.session.pin_chat(chat_id, True)
    rig.session.new_folder(" Work ")
    [folder] = rig.state.folders
    rig.session.move_chat(chat_id, folder.id)
    [row] = rig.state.conversations
    assert (row.pinned, row.folder_id) == (True, folder.id)
    assert (rig.state.conversation.pinned, rig.state.conversation.folder_id) == (True, folder.id)
    assert rig.state.folders[0].count == 1
    rig.session.rename_folder(folder.id, "Home")
    assert rig.state.folders[0].name == "Home"
    rig.session.delete_folder(folder.id)
    assert rig.state.folders == ()
    assert rig.state.conversation.folder_id is None
    assert titles(rig) == ["Hello"]


def test_a_folder_without_a_name_is_not_made(rig: Rig) -> None:
    rig.session.new_folder("   ")
    assert rig.state.folders == ()


def test_a_deleted_chat_comes_back(rig: Rig) -> None:
    first, second = chat(rig, "One"), chat(rig, "Two")
    rig.session.delete_chat(second)
    assert titles(rig) == ["One"]
    assert rig.state.conversation.id is None
    assert rig.state.deleted is not None
    assert rig.state.deleted.title == "Two"
    rig.session.undo_delete()
    assert set(titles(rig)) == {"One", "Two"}
    assert rig.state.deleted is None
    assert rig.state.conversation.id == second
    assert rig.texts()[0] == ("user", "Two")
    rig.session.delete_chat(first)
    assert rig.state.conversation.id == second


def test_search_finds_and_leads_there(rig: Rig) -> None:
    chat(rig, "The weather in Lisbon")
    chat(rig, "Something else")
    rig.session.search_chats("lisb")
    [hit, *_] = rig.state.hits
    assert "\x02Lisb\x03on" in hit.snippet
    rig.session.open_hit(hit)
    assert rig.state.conversation.title == "The weather in Lisbon"
    assert rig.state.shown_message == hit.message_id
    rig.session.search_chats("")
    assert rig.state.hits == ()


def test_a_hit_on_another_branch_is_brought_into_view(new_rig: Rigs) -> None:
    rig = new_rig(script=lambda: FakeEngine([Reply(("Zebra.",)), Reply(("Horse.",))]))
    rig.ready()
    rig.session.send("Animal")
    rig.answered(1)
    rig.session.retry()
    rig.until(lambda state: state.answer is None and rig.texts()[-1][1] == "Horse.")
    rig.session.search_chats("zebra")
    rig.session.open_hit(rig.state.hits[0])
    assert rig.texts()[-1] == ("assistant", "Zebra.")


def test_a_deleted_chat_is_not_found(rig: Rig) -> None:
    chat_id = chat(rig, "Secret plan")
    rig.session.search_chats("secret")
    assert rig.state.hits
    rig.session.delete_chat(chat_id)
    assert rig.state.hits == ()


@pytest.mark.parametrize("which", ["one", "all"])
def test_export_and_import_again(rig: Rig, tmp_path: Path, which: str) -> None:
    chat_id = chat(rig, "Hello")
    path = tmp_path / "chats.json"
    rig.session.export_chats(str(path), "json", chat_id if which == "one" else None)
    assert json.loads(path.read_text())["chats"][0]["title"] == "Hello"
    rig.session.import_chats((str(path),))
    rig.until(lambda state: titles(rig) == ["Hello", "Hello"])
    assert [notice.kind for notice in rig.state.notices] == ["imported"]


def test_export_as_markdown_is_readable(rig: Rig, tmp_path: Path) -> None:
    chat_id = chat(rig, "Hello")
    rig.session.export_chats(str(tmp_path / "chat.md"), "markdown", chat_id)
    text = (tmp_path / "chat.md").read_text()
    assert "Hello" in text
    assert "All right." in text


def test_what_cannot_be_imported_is_told(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    rig.session.import_chats((str(tmp_path / "bad.json"),))
    rig.until(lambda state: bool(state.notices))
    assert [notice.kind for notice in rig.state.notices] == ["import_invalid"]
    assert titles(rig) == []


def test_a_chats_settings_reach_the_engine_and_stay_with_it(rig: Rig) -> None:
    chat(rig, "Other")
    rig.session.new_chat()
    sampling = Sampling(temperature=0.1, top_k=5, stop=("END",), json_schema="{}")
    settings = ChatSettings("Be brief.", sampling, 99, Reasoning("off"))
    rig.session.change_chat(settings)
    rig.session.send("Hello")
    rig.answered(1)
    request = asked(rig)
    assert [(m.role, m.content) for m in request.messages] == [
        ("system", "Be brief."),
        ("user", "Hello"),
    ]
    assert (request.sampling, request.max_tokens, request.reasoning) == (
        *(sampling, 99, Reasoning("off")),
    )
    chat_id = rig.state.conversation.id
    assert rig.state.conversation.settings == settings
    rig.session.new_chat()
    assert rig.state.conversation.settings == ChatSettings()
    assert chat_id is not None
    rig.session.open_chat(chat_id)
    assert rig.state.conversation.settings == settings


def test_without_choices_the_models_own_sampling_counts_then_ours(rig: Rig) -> None:
    chat(rig, "Hello")
    assert asked(rig).sampling == Sampling(temperature=rig.state.settings.temperature)
    recommended = Sampling(temperature=0.6, top_k=20)
    engine = rig.state.engine
    assert engine.facts is not None
    facts = replace_settings(engine.facts, recommended=recommended)
    rig.session._board.change(engine=replace(engine, facts=facts))
    rig.session.send("Again")
    rig.answered(2)
    assert asked(rig).sampling == recommended


def test_safety_rules_stand_before_the_persons_own(rig: Rig) -> None:
    rig.session.change_chat(ChatSettings("Be brief.", safety=True))
    rig.session.send("Hello")
    rig.answered(1)
    system = asked(rig).messages[0]
    assert system.role == "system"
    assert system.content.endswith("Be brief.")
    assert len(system.content) > 100
