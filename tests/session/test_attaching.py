"""Files that go with a message: read, counted, sent, kept."""

from __future__ import annotations

from pathlib import Path

from runtime.protocol.frames import Generate
from tests.session.rig import Rig


def test_a_file_goes_with_the_message_and_is_kept(rig: Rig, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Kiwi\n\nGreen inside.")
    rig.session.attach((str(note),))
    state = rig.until(lambda state: len(state.attachments) == 1)
    assert (state.attachments[0].name, state.attachments[0].kind) == ("note.md", "markdown")
    rig.session.send("What is in it?")
    state = rig.answered(1)
    assert state.attachments == ()
    [request] = [command for command in rig.engine.sent if isinstance(command, Generate)]
    content = request.messages[-1].content
    assert "Green inside." in content
    assert "What is in it?" in content
    [kept] = state.conversation.messages[0].attachments
    assert (kept.name, kept.text) == ("note.md", "# Kiwi\n\nGreen inside.")
    stored = rig.store.conversation(state.conversation.id)
    assert stored.messages[0].attachments[0].text == kept.text
    assert rig.texts()[0] == ("user", "What is in it?")


def test_a_file_alone_is_a_message(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("print(1)")
    rig.session.attach((str(tmp_path / "code.py"),))
    rig.until(lambda state: len(state.attachments) == 1)
    rig.session.send("")
    state = rig.answered(1)
    assert state.conversation.title == "code.py"


def test_what_cannot_be_read_says_so_and_is_not_sent(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    rig.session.attach((str(tmp_path / "picture.png"), str(tmp_path / "missing.txt")))
    state = rig.until(lambda state: len(state.attachments) == 2)
    assert all(one.problem is not None for one in state.attachments)
    rig.session.send("Look")
    state = rig.answered(1)
    assert state.conversation.messages[0].attachments == ()


def test_detach(rig: Rig) -> None:
    rig.session.attach_text("a.txt", "One")
    rig.session.attach_text("b.txt", "Two")
    rig.session.detach(0)
    rig.session.detach(7)
    assert [one.name for one in rig.state.attachments] == ["b.txt"]


def test_tokens_are_counted_by_the_engine(rig: Rig) -> None:
    rig.session.attach_text("a.txt", "One two three")
    state = rig.until(lambda state: state.attachments[0].tokens is not None)
    assert state.attachments[0].tokens > 0
