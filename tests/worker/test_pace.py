"""Text is gathered for as long as is asked, also in an answer that runs."""

from __future__ import annotations

from runtime.protocol.frames import USUAL_GATHER_S, Finished, Pace, Text
from tests.engine_client import EngineClient

QUESTION = "Write a long story about the sea."
TOKENS = 48
FOR_EVER_S = 600.0


def test_text_waits_for_its_pace(starter_client: EngineClient) -> None:
    usual = starter_client.answer(QUESTION, max_tokens=TOKENS)
    starter_client.send(Pace(FOR_EVER_S))
    slow = starter_client.answer(QUESTION, max_tokens=TOKENS)
    starter_client.send(Pace(USUAL_GATHER_S))
    # The first token goes out at once, and what is left with the end.
    assert len(slow.pieces) == 2
    assert len(usual.pieces) > 2
    assert slow.text == usual.text


def test_a_running_answer_follows(starter_client: EngineClient) -> None:
    starter_client.send(Pace(FOR_EVER_S))
    starter_client.ask(QUESTION, max_tokens=TOKENS)
    starter_client.wait(Text)
    starter_client.send(Pace(USUAL_GATHER_S))
    pieces = [event for event in starter_client.until(Finished) if isinstance(event, Text)]
    assert len(pieces) > 1
