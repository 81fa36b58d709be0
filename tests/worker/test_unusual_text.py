"""Text that is no valid Unicode, on its way to the worker: put right or refused, never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.engine_process import EngineProcess
from runtime.errors import CoterieError
from runtime.protocol.frames import Load
from runtime.protocol.messages import ChatMessage
from runtime.whole_text import whole_text
from tests.engine_client import EngineClient

NOT_UTF8 = b"\xff".decode("utf-8", "surrogateescape")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whole_text_stays_as_it_is(text: str) -> None:
    assert whole_text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a{NOT_UTF8}b", "a\N{REPLACEMENT CHARACTER}b"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
        ("\udc00\ud800", "\N{REPLACEMENT CHARACTER}" * 2),
        ("\ud83d\ude42", "\N{SLIGHTLY SMILING FACE}"),
    ],
)
def test_lone_surrogates_are_replaced(text: str, expected: str) -> None:
    assert whole_text(text) == expected


def test_a_message_with_lone_surrogates_is_answered(starter_client: EngineClient) -> None:
    plain = starter_client.answer("What is \N{REPLACEMENT CHARACTER}?")
    broken = starter_client.answer((ChatMessage("user", "What is \ud800?"),))
    assert broken.text == plain.text
    assert broken.stats.prompt_tokens == plain.stats.prompt_tokens


def test_a_file_name_that_is_not_utf8_is_a_sentence(client: EngineClient) -> None:
    with pytest.raises(CoterieError) as error:
        client.send(Load(1, f"/models/{NOT_UTF8}.gguf"))
    assert error.value.problem.kind == "name_not_unicode"


def test_a_log_that_can_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    engine = EngineProcess(tmp_path / "logs" / "engine.log")
    with pytest.raises(CoterieError) as error:
        engine.start(lambda _event: None)
    assert error.value.problem.kind == "engine_not_started"
    assert str(tmp_path / "logs") in error.value.problem.message
