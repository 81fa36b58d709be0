"""What was thought is told from the answer, whatever the marks and the pieces they come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.chat.thinking import splitter_for
from runtime.chat.thinking_marks import CHANNEL_MARKS, TAG_MARKS, Style, continued, style_of
from tests.worker.chunks import chunked

HARMONY = "…<|channel|>…<|message|>…"
FINAL = "<|channel|>final<|message|>"
ANALYSIS = "<|channel|>analysis<|message|>"
NEXT = "<|end|><|start|>assistant"


def split(style: Style, prompt: str, *pieces: str, continues: bool = False) -> tuple[str, str]:
    splitter = splitter_for(style, prompt, continues=continues)
    parts = [*(splitter.add(piece) for piece in pieces), splitter.finish()]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts)


TAGGED = [
    ("", "Plain.", "", "Plain."),
    ("", "  Plain.", "", "  Plain."),
    ("", "<think>\nHm.\n</think>\n\nYes.", "Hm.\n", "Yes."),
    ("", "\n<think>Hm.</think>Yes.", "Hm.", "Yes."),
    ("", "<think></think>\n\n    code", "", "    code"),
    ("", "<think>One.</think>\n<think>Two.</think> Yes.", "One.Two.", " Yes."),
    ("", "Yes <think>no</think>", "", "Yes <think>no</think>"),
    ("", "<thinker> it is", "", "<thinker> it is"),
    ("", "<thi", "", "<thi"),
    ("", "<think>never ends </thin", "never ends </thin", ""),
    ("", "[THINK]Hm.[/THINK]Yes.", "Hm.", "Yes."),
    ("", "<seed:think>Hm.</seed:think>Yes.", "Hm.", "Yes."),
    ("", "<reasoning>\nHm.</reasoning>\nYes.", "Hm.", "Yes."),
    ("", "<think>a </reasoning> b</think>c", "a </reasoning> b", "c"),
    ("…assistant\n<think>\n", "Hm.\n</think>\n\nYes.", "Hm.\n", "Yes."),
    ("…assistant\n<think>\n", "\nHm. and no end", "Hm. and no end", ""),
    ("…assistant\n<think>\n\n</think>\n\n", "Yes.", "", "Yes."),
    ("[/INST][THINK]", "Hm.[/THINK]Yes.", "Hm.", "Yes."),
]


@pytest.mark.parametrize(("prompt", "text", "thought", "answer"), TAGGED)
def test_tags(prompt: str, text: str, thought: str, answer: str) -> None:
    assert split("tags", prompt, text) == (thought, answer)
    assert split("tags", prompt, *text) == (thought, answer)


CHANNELS = [
    (f"{ANALYSIS}Hm.{NEXT}{FINAL}Yes.", "Hm.", "Yes."),
    (f"{FINAL}Yes.<|return|>", "", "Yes."),
    (f"{ANALYSIS}Hm. and no end <|en", "Hm. and no end <|en", ""),
    ("Plain.", "", "Plain."),
    (" Plain.", "", " Plain."),
    (f"{ANALYSIS}One.{NEXT}{ANALYSIS}Two.{NEXT}{FINAL}Yes.", "One.Two.", "Yes."),
    (
        "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>",
        "{}",
        "",
    ),
    ("<|start|>assistant<|message|>Yes.", "", "Yes."),
    ("<|message|>Yes.", "", "Yes."),
    (f"{ANALYSIS}Hm.<|channel|>final<|message|>Yes.", "Hm.", "Yes."),
    (f"{ANALYSIS}a < b <| c{NEXT}{FINAL}<think>", "a < b <| c", "<think>"),
    (f"{FINAL}Yes.<|end|>More.", "", "Yes.More."),
    ("<|channel|>" + "x" * 300, "", "x" * 300),
]


@pytest.mark.parametrize(("text", "thought", "answer"), CHANNELS)
def test_channels(text: str, thought: str, answer: str) -> None:
    assert split("channels", "<|start|>assistant", text) == (thought, answer)
    assert split("channels", "<|start|>assistant", *text) == (thought, answer)


words = st.sampled_from([*TAG_MARKS, *CHANNEL_MARKS, "final", "analysis", "a", " ", "\n", "<", "|"])


@given(
    st.sampled_from(["tags", "channels"]),
    st.sampled_from(["", "<think>\n"]),
    st.lists(words, max_size=16).map("".join),
    st.data(),
)
def test_any_pieces_give_the_same(
    style: Style, prompt: str, text: str, data: st.DataObject
) -> None:
    whole = split(style, prompt, text)
    assert split(style, prompt, *data.draw(chunked(text))) == whole
    # All that is shown was there, in this order.
    for shown in whole:
        rest = iter(text)
        assert all(letter in rest for letter in shown)


@given(st.text("ab <|>\n", max_size=30), st.text("ab <|>\n", max_size=30), st.data())
def test_no_character_is_lost(thought: str, answer: str, data: st.DataObject) -> None:
    tagged = f"<think>{thought}</think>{answer}"
    assert split("tags", "", *data.draw(chunked(tagged))) == (
        thought.lstrip("\n"),
        answer.lstrip("\n"),
    )
    channels = f"{ANALYSIS}{thought}{NEXT}{FINAL}{answer}"
    assert split("channels", "", *data.draw(chunked(channels))) == (thought, answer)


def test_an_answer_gone_on_with_is_all_answer() -> None:
    assert split("tags", "x <think>", "and on", continues=True) == ("", "and on")
    assert split("channels", "", "and on<|return|>", continues=True) == ("", "and on")


def test_it_knows_where_it_is() -> None:
    """Tokens of thought are counted, and a grammar is for the answer."""
    tags = splitter_for("tags", "<think>\n", continues=False)
    assert (tags.thinking, tags.answering) == (True, False)
    tags.add("Hm.</thi")
    assert tags.thinking
    tags.add("nk>")
    assert (tags.thinking, tags.answering) == (False, True)
    channels = splitter_for("channels", "", continues=False)
    assert (channels.thinking, channels.answering) == (False, False)
    channels.add(ANALYSIS)
    assert (channels.thinking, channels.answering) == (True, False)
    channels.add(f"{NEXT}{FINAL}")
    assert (channels.thinking, channels.answering) == (False, True)


def test_marks_are_those_of_the_template() -> None:
    assert style_of(HARMONY) == "channels"
    assert style_of("<think>") == "tags"


@pytest.mark.parametrize(
    ("style", "prompt", "text"),
    [
        ("tags", "assistant\n", "assistant\nOne"),
        ("tags", "assistant\n<think>\n", "assistant\n<think>\n\n</think>\n\nOne"),
        ("channels", "<|start|>assistant", f"<|start|>assistant{FINAL}One"),
    ],
)
def test_going_on_with_an_answer_leaves_no_thought_open(
    style: Style, prompt: str, text: str
) -> None:
    assert continued(prompt, "One", style) == text
