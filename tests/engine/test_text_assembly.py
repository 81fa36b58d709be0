"""Bytes of tokens become text, whole characters only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.engine.text_assembly import TextAssembler


@given(st.text(), st.lists(st.integers(1, 4), min_size=1))
def test_any_split_gives_the_same_text_and_never_half_a_character(
    text: str, steps: list[int]
) -> None:
    data = text.encode("utf-8", "surrogatepass").decode("utf-8", "ignore").encode()
    assembler, pieces, start, turn = TextAssembler(), [], 0, 0
    while start < len(data):
        end = start + steps[turn % len(steps)]
        pieces.append(assembler.add(data[start:end]))
        start, turn = end, turn + 1
    pieces.append(assembler.finish())
    assert "".join(pieces) == data.decode()


def test_what_is_left_unfinished_is_shown_as_such() -> None:
    assembler = TextAssembler()
    assert assembler.add("\N{SLIGHTLY SMILING FACE}".encode()[:3]) == ""
    assert assembler.finish() == "\N{REPLACEMENT CHARACTER}"


def test_bytes_that_are_no_text_do_not_stop_the_rest() -> None:
    assembler = TextAssembler()
    assert assembler.add(b"a\xffb") == "a\N{REPLACEMENT CHARACTER}b"
