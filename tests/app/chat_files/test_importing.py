"""Imports: what is taken in, and that no file, however wrong, does more than be refused."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat_files import importing
from app.chat_files.importing import read_import
from app.chat_files.json_chats import as_json
from app.chat_settings import ChatSettings
from app.chat_tree import ChatTree, TreeMessage
from app.store import ConversationStore
from runtime.errors import CoterieError
from runtime.protocol.messages import Sampling
from tests.app.chat_files.trees import AT_S, BRANCHED


def reason(path: Path) -> str:
    """Why it is refused."""
    with pytest.raises(CoterieError) as error:
        read_import(path)
    problem = error.value.problem
    assert problem.kind == "import_invalid"
    assert problem.message.startswith(f"{path.name}: ")
    return problem.message


def taken(path: Path) -> tuple[ChatTree, ...]:
    """What is in it, nothing where it is refused."""
    try:
        return read_import(path)
    except CoterieError as error:
        if error.problem.kind != "import_invalid":
            raise
        return ()


def written(folder: Path, value: object, name: str = "chats.json") -> Path:
    path = folder / name
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return path


def chat_file(*messages: dict[str, Any], **changes: Any) -> dict[str, Any]:
    chat = {"title": "T", "messages": messages} | changes
    return {"format": "coterie-chat", "version": 1, "chats": [chat]}


def message(number: int, parent: int | None = None, **changes: Any) -> dict[str, Any]:
    return {"id": number, "parent": parent, "role": "user", "text": "hi"} | changes


def node(parent: str | None, role: str, *parts: object, **changes: Any) -> dict[str, Any]:
    content = {"content_type": "text", "parts": list(parts)}
    told = {"author": {"role": role}, "content": content, "create_time": AT_S} | changes
    return {"id": "?", "parent": parent, "children": [], "message": told}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"", "no chat that Coterie wrote"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"PK\x03\x04", "zip file"),
        (b"{", "not as expected"),
        (b"[1, 2]", "not as expected"),
        (b"[]", "no message in it"),
        (b"[" * 100_000, "not as expected"),
        (b'[{"a":' + b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "not as expected|nested too deeply"),
        ({"format": "other", "chats": []}, "another program"),
        ({"chats": []}, "not as expected"),
        ({"format": "coterie-chat", "version": 2, "chats": 7}, "newer"),
        ({"format": "coterie-chat", "version": 1, "chats": []}, "no message in it"),
        (chat_file(message(1), message(1)), "same number"),
        (chat_file(message(1, 2), message(2, 1)), "in a circle"),
        (chat_file(message(2, 1)), "not in it"),
        (chat_file(message(1, role="root")), "not as expected"),
        (chat_file(message(1, text=None)), "not as expected"),
        (chat_file(message(1, created_at_s="now")), "not as expected"),
    ],
)
def test_what_is_refused(tmp_path: Path, value: object, why: str) -> None:
    assert re.search(why, reason(written(tmp_path, value)))


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "gone.json"):
        reason(path)


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, as_json((BRANCHED,)))
    monkeypatch.setattr(importing, "MOST_MESSAGES", 4)
    assert "more than 100,000 messages" in reason(path)
    monkeypatch.setattr(importing, "MOST_MESSAGES", 5)
    assert read_import(path) == (BRANCHED,)
    monkeypatch.setattr(importing, "MOST_OBJECTS", 5)
    assert "more than 100,000 messages" in reason(path)
    monkeypatch.setattr(importing, "LARGEST_BYTES", path.stat().st_size - 1)
    assert "larger than" in reason(path)


def test_titles_and_settings_are_put_right(tmp_path: Path) -> None:
    wild = {"sampling": {"temperature": 1e300}, "system_prompt": "x"}
    value = chat_file(message(1), title="a\nb" * 500, settings=wild)
    (tree,) = read_import(written(tmp_path, value))
    assert len(tree.title) <= importing.LONGEST_TITLE
    assert "\n" not in tree.title
    assert tree.settings == ChatSettings()
    tame = chat_file(
        message(1, text="Which tree is it"), title=" ", settings={"system_prompt": "x"}
    )
    (tree,) = read_import(written(tmp_path, tame))
    assert (tree.title, tree.settings.system_prompt) == ("Which tree is it", "x")


def test_chatgpt(tmp_path: Path) -> None:
    hidden = {"metadata": {"is_visually_hidden_from_conversation": True}}
    slug = {"metadata": {"model_slug": "gpt-4o"}}
    mapping = {
        "root": {"id": "root", "parent": None, "message": None},
        "sys": node("root", "system", ""),
        "ctx": node("sys", "user", "about me", **hidden),
        "q": node("ctx", "user", "What is", "2+2?"),
        "call": node("q", "assistant", "search()", recipient="python"),
        "tool": node("call", "tool", "4"),
        "b": node("q", "assistant", "Five.", **(slug | {"create_time": AT_S + 9})),
        "a": node("tool", "assistant", "Four.", **slug),
        "pic": node("a", "user", {"content_type": "image_asset_pointer", "size": 1}, "And this?"),
        "loop1": node("loop2", "user", "never"),
        "loop2": node("loop1", "user", "never"),
    }
    chat = {"title": "Sums", "create_time": AT_S, "mapping": mapping, "current_node": "pic"}
    empty = {"title": "Empty", "mapping": {"root": mapping["root"]}}
    (tree,) = read_import(written(tmp_path, [chat, empty], "conversations.json"))
    said = [(one.parent, one.role, one.text, one.model_id) for one in tree.messages]
    assert sorted(said, key=str) == sorted(
        [
            (None, "user", "What is\n\n2+2?", None),
            (1, "assistant", "Five.", "gpt-4o"),
            (1, "assistant", "Four.", "gpt-4o"),
            (3, "user", "[picture]\n\nAnd this?", None),
        ],
        key=str,
    )
    shown = next(one for one in tree.messages if one.id == tree.shown)
    assert shown.text.endswith("And this?")
    assert (tree.title, tree.created_at_s) == ("Sums", AT_S)


def test_a_very_long_chatgpt_chat_is_no_depth(tmp_path: Path) -> None:
    mapping: dict[str, object] = {"0": {"parent": None}}
    for number in range(1, 20_001):
        mapping[str(number)] = node(str(number - 1), "system", "")
    mapping["last"] = node("20000", "user", "Hello")
    (tree,) = read_import(written(tmp_path, [{"mapping": mapping, "current_node": "19"}]))
    assert [(one.parent, one.text) for one in tree.messages] == [(None, "Hello")]
    assert tree.shown is None


def test_a_chat_goes_into_the_store(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "chats.db")
    try:
        (tree,) = read_import(written(tmp_path, as_json((BRANCHED,))))
        added = store.add_tree(tree)
        texts = [one.text for one in store.conversation(added).messages]
        assert texts == ["Name a tree.", "Oak.", "As code?", "```python\ntree ="]
    finally:
        store.close()


TREES = st.builds(
    ChatTree,
    title=st.text(max_size=10),
    messages=st.lists(
        st.builds(
            TreeMessage,
            id=st.integers(-3, 5),
            parent=st.none() | st.integers(-3, 5),
            role=st.sampled_from(("user", "assistant", "system")),
            text=st.text(max_size=10),
        ),
        max_size=6,
    ).map(tuple),
    shown=st.none() | st.integers(-3, 5),
    settings=st.builds(
        ChatSettings,
        sampling=st.builds(Sampling, temperature=st.floats(-9, 9), top_k=st.integers()),
    ),
)
SNIPPETS = st.sampled_from(
    [
        *(b'{"format":"coterie-chat",', b'"version":1,"chats":[', b"}", b"]", b","),
        *(b'"mapping":{', b"null", b'<!-- coterie 0 {"title":"","version":1} -->\n'),
        *(b'<!-- coterie 0 {"role":"user"} -->\n', b"\n\n<!-- coterie 0 end -->\n"),
    ]
)


@settings(deadline=None)
@given(st.lists(TREES, max_size=3), st.integers(0, 400), st.binary(max_size=3))
def test_a_file_is_taken_in_whole_or_refused(
    tmp_path_factory: pytest.TempPathFactory, trees: list[ChatTree], at: int, damage: bytes
) -> None:
    """What is taken in, the store takes as well."""
    data = as_json(trees)
    path = tmp_path_factory.mktemp("import") / "chats.json"
    path.write_bytes(data if not damage else data[:at] + damage + data[at + 1 :])
    found = taken(path)
    store = ConversationStore(path.with_suffix(".db"))
    try:
        for tree in found:
            store.add_tree(tree)
    finally:
        store.close()


@given(st.binary(max_size=200) | st.lists(SNIPPETS, max_size=12).map(b"".join))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(data)
    assert msgspec.json.encode(taken(path))
