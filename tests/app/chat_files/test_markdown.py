"""A chat as Markdown: how it reads, and that its messages come back as they were said."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from msgspec.structs import replace

from app.chat_files.branch import shown_branch
from app.chat_files.markdown_reading import chat_in_markdown
from app.chat_files.markdown_writing import as_markdown, open_fence
from app.chat_files.refusal import Refused
from app.chat_tree import ChatTree, TreeMessage
from tests.app.chat_files.trees import BRANCHED, lines_of_messages, told

HEAD = '<!-- coterie 0 {"title":"x","version":1} -->\n'


def visible(document: str) -> str:
    """Without hidden lines, and times as the tests' zone has them."""
    shown = re.sub(r"<!--.*?-->\n?", "", document)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", shown)


def test_how_it_reads() -> None:
    document = visible(as_markdown(BRANCHED))
    assert document.startswith(
        "# Naming trees\n\n## You · TIME\n\nAttached: list.md\n\nName a tree."
    )
    assert (
        "## Answer · olmoe-q4 · TIME\n\n> **Thought first**\n>\n> A common one.\n>\n> Oak"
        in document
    )
    figures = re.findall(r"^\*(.*)\*$", document, re.MULTILINE)
    first = "first token 0.10 s · prompt 100 tokens, 40 of them cached · answer 7 tokens"
    assert figures == [first]
    assert "## Answer · qwen3 · TIME · stopped" in document
    assert "```python\ntree =\n```\n" in document
    assert "Elm" not in document


def test_the_shown_branch_comes_back() -> None:
    found = chat_in_markdown(as_markdown(BRANCHED))
    assert [(one.role, one.text, one.model_id) for one in found.messages] == [
        ("user", "Name a tree.", None),
        ("assistant", "Oak.", "olmoe-q4"),
        ("user", "As code?", None),
        ("assistant", "```python\ntree =", "qwen3"),
    ]
    assert [one.parent for one in found.messages] == [None, 1, 2, 3]
    assert (found.title, found.shown, found.messages[3].status) == ("Naming trees", 4, "stopped")


@given(lines_of_messages())
def test_whatever_is_said_comes_back(tree: ChatTree) -> None:
    assert chat_in_markdown(as_markdown(tree)) == told(tree)


def test_a_message_can_not_pretend_to_be_another() -> None:
    first = as_markdown(BRANCHED)
    tree = ChatTree("Quoted", (TreeMessage(1, None, "user", first),), 1)
    (message,) = chat_in_markdown(as_markdown(tree)).messages
    assert message.text == first


def test_line_ends_of_windows() -> None:
    document = as_markdown(BRANCHED)
    assert chat_in_markdown(document.replace("\n", "\r\n")) == chat_in_markdown(document)


def test_an_edited_message_is_taken_as_edited() -> None:
    document = as_markdown(BRANCHED).replace("Name a tree.", "Name two trees,\nplease.")
    assert chat_in_markdown(document).messages[0].text == "Name two trees,\nplease."


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("# A title\n\nHello", "no chat that Coterie wrote"),
        ("", "no chat that Coterie wrote"),
        ('<!-- coterie 0 {"title":"x","version":2} -->\n', "newer"),
        ("<!-- coterie 0 {} -->\n", "hidden line"),
        (
            f'{HEAD}<!-- coterie 0 {{"role":"root"}} -->\nx\n\n<!-- coterie 0 end -->\n',
            "hidden line",
        ),
    ],
)
def test_what_is_none(document: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        chat_in_markdown(document)


def test_many_beginnings_without_an_end_are_read_at_once() -> None:
    document = HEAD + '<!-- coterie 0 {"role":"user"} -->\n' * 200_000
    assert chat_in_markdown(document).messages == ()


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("plain", ""),
        ("```\nx", "```"),
        ("```\nx\n```", ""),
        ("````py\n```\nx", "````"),
        ("~~~\n```\nx", "~~~"),
        ("```py\n```py\nx", "```"),
        ("``` a ` b\nx", ""),
        ("> ```\n> x", ""),
        ("``\nx", ""),
    ],
)
def test_fences_left_open(text: str, fence: str) -> None:
    assert open_fence(text) == fence


def test_the_branch_that_is_shown() -> None:
    def ids(tree: ChatTree) -> list[int]:
        return [one.id for one in shown_branch(tree)]

    assert ids(BRANCHED) == [1, 2, 4, 5]
    assert ids(replace(BRANCHED, shown=3)) == [1, 3]
    assert ids(replace(BRANCHED, shown=None)) == [1, 3]
    assert ids(replace(BRANCHED, shown=99)) == [1, 3]
    assert ids(ChatTree("", ())) == []
    circle = ChatTree("", (TreeMessage(1, 2, "user", "a"), TreeMessage(2, 1, "user", "b")), 2)
    assert sorted(ids(circle)) == [1, 2]
