"""Chats to write and read."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from app.chat_settings import ChatSettings
from app.chat_tree import ChatTree, TreeAttachment, TreeMessage
from runtime.protocol.messages import Sampling
from tests.app.answers import answer

AT_S = 1_762_900_000.0

# 1 -> 2 (Oak) -> 4 -> 5, and beside 2 its sibling 3 (Elm).
BRANCHED = ChatTree(
    title="Naming trees",
    messages=(
        TreeMessage(
            *(1, None, "user", "Name a tree."),
            created_at_s=AT_S,
            attachments=(TreeAttachment("list.md", "markdown", "# Trees", 7),),
        ),
        TreeMessage(
            *(2, 1, "assistant", "Oak.", AT_S + 4, "complete", "olmoe-q4"),
            reasoning="A common one.\n\nOak will do.",
            stats=answer(1.0),
        ),
        TreeMessage(3, 1, "assistant", "Elm.", AT_S + 60, "complete", "olmoe-q4"),
        TreeMessage(4, 2, "user", "As code?", AT_S + 70),
        TreeMessage(5, 4, "assistant", "```python\ntree =", AT_S + 75, "stopped", "qwen3"),
    ),
    shown=5,
    created_at_s=AT_S,
    updated_at_s=AT_S + 75,
    pinned=True,
    folder="Wood",
    settings=ChatSettings(system_prompt="Be short.", sampling=Sampling(temperature=0.1)),
)

_TEXT = st.text(alphabet='`~>-! \n#a<coterie0end\r{}"', max_size=80) | st.text(max_size=40)


@st.composite
def lines_of_messages(draw: st.DrawFn) -> ChatTree:
    """A chat without branches, of any texts."""
    count = draw(st.integers(1, 5))
    messages = tuple(
        TreeMessage(
            id=number,
            parent=number - 1 or None,
            role=draw(st.sampled_from(("user", "assistant", "system"))),
            text=draw(_TEXT),
            created_at_s=draw(st.sampled_from((0.0, AT_S, -1e-7))),
            status=draw(st.sampled_from(("complete", "stopped"))),
            model_id=draw(st.none() | _TEXT),
            reasoning=draw(_TEXT),
        )
        for number in range(1, count + 1)
    )
    return ChatTree(draw(_TEXT), messages, count, AT_S, AT_S)


def told(tree: ChatTree) -> ChatTree:
    """What a Markdown document has of a chat that is one line."""
    messages = tuple(
        replace(one, reasoning="", stats=None, attachments=()) for one in tree.messages
    )
    return ChatTree(tree.title, messages, tree.shown, tree.created_at_s, tree.updated_at_s)
