"""An answer ends before its first stop string, in whatever pieces it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.chat.held_back import beginning_at_end
from runtime.chat.stop_strings import StopStrings
from tests.engine_client import EngineClient
from tests.worker.asking import ask
from tests.worker.chunks import chunked

LETTERS = st.text("ab", max_size=20)


@pytest.mark.parametrize(
    ("text", "words", "length"),
    [
        ("", ("ab",), 0),
        ("a", ("ab",), 1),
        ("ab", ("ab",), 0),
        ("xaba", ("abab", "ab"), 3),
        ("so <thi", ("<think>", "</s>"), 4),
        ("so <", ("<think>", "</s>"), 1),
    ],
)
def test_what_may_be_a_beginning(text: str, words: tuple[str, ...], length: int) -> None:
    assert beginning_at_end(text, words) == length


@pytest.mark.parametrize(
    ("pieces", "words", "shown"),
    [
        (("one STOP two",), ("STOP",), "one "),
        (("one S", "TO", "P two"), ("STOP",), "one "),
        (("one S", "TOLEN"), ("STOP",), "one STOLEN"),
        (("one ST",), ("STOP",), "one ST"),
        (("a\n\nb",), ("\n\n", "b"), "a"),
        (("abcd",), ("abcd", "c"), "ab"),
        (("xabc",), ("c", "abc"), "x"),
        (("anything",), (), "anything"),
        (("anything",), ("",), "anything"),
        (("STOP",), ("STOP",), ""),
    ],
)
def test_where_it_ends(pieces: tuple[str, ...], words: tuple[str, ...], shown: str) -> None:
    assert passed(StopStrings(words), pieces) == shown


@given(LETTERS, st.lists(st.text("ab", min_size=1, max_size=4), max_size=3), st.data())
def test_any_pieces_end_where_the_first_word_is_complete(
    text: str, words: list[str], data: st.DataObject
) -> None:
    stop = StopStrings(words)
    shown = passed(stop, data.draw(chunked(text)))
    ends = [text.find(word) + len(word) for word in words if word in text]
    assert stop.stopped == bool(ends)
    if not ends:
        assert shown == text
        return
    begun = [min(ends) - len(word) for word in words if text[: min(ends)].endswith(word)]
    assert shown == text[: min(begun)]


def passed(stop: StopStrings, pieces: tuple[str, ...]) -> str:
    return "".join([*(stop.add(piece) for piece in pieces), stop.finish()])


def test_the_engine_ends_before_it_and_says_so(starter_client: EngineClient) -> None:
    whole = ask(starter_client, "What is the capital of France?", max_tokens=24).text
    word = whole[9:14]
    said = ask(starter_client, "What is the capital of France?", max_tokens=24, stop=(word,))
    assert said.text == whole[: whole.index(word)]
    assert said.stats.finish_reason == "stop"
    assert ask(starter_client, "Go on.", stop=("never said",), max_tokens=6).text


def test_a_word_that_is_not_finished_is_shown_in_the_end(starter_client: EngineClient) -> None:
    whole = ask(starter_client, "What is the capital of France?", max_tokens=5).text
    said = ask(
        starter_client,
        "What is the capital of France?",
        max_tokens=5,
        stop=(whole[-4:] + " and no more",),
    )
    assert (said.text, said.stats.finish_reason) == (whole, "length")
