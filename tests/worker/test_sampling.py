"""Sampling of the real engine: penalties, grammars and JSON schemas, also wrong ones."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from runtime.engine.sampler import LARGEST_WINDOW, penalty_window
from runtime.errors import CoterieError
from runtime.protocol.frames import Finished
from runtime.protocol.messages import ChatMessage, Sampling
from runtime.worker.grammar_source import fault
from runtime.worker.grammar_trial import check_schema
from tests.engine_client import Ended, EngineClient
from tests.worker.asking import ask, count

QUESTION = "Tell me of a person, as JSON."


@pytest.mark.parametrize(
    ("changes", "window"),
    [
        ({}, 0),
        ({"repeat_last_n": 256}, 0),
        ({"repeat_penalty": 1.1}, 64),
        ({"presence_penalty": 0.5, "repeat_last_n": 7}, 7),
        ({"frequency_penalty": -0.5, "repeat_last_n": -1}, 0),
        ({"repeat_penalty": 1.1, "repeat_last_n": 1 << 40}, LARGEST_WINDOW),
    ],
)
def test_how_far_penalties_look_back(changes: dict[str, Any], window: int) -> None:
    assert penalty_window(Sampling(**changes)) == window


@pytest.mark.parametrize(
    "changes",
    [
        {"repeat_penalty": 0.0},
        {"repeat_penalty": -1.0},
        {"repeat_penalty": float("nan")},
        {"presence_penalty": float("inf")},
        {"frequency_penalty": float("nan")},
    ],
)
def test_penalties_that_cant_be(changes: dict[str, Any]) -> None:
    with pytest.raises(CoterieError) as raised:
        penalty_window(Sampling(**changes))
    assert raised.value.problem.kind == "sampling_invalid"


@pytest.mark.parametrize(
    "changes", [{"repeat_penalty": 3.0}, {"presence_penalty": 20.0}, {"frequency_penalty": 20.0}]
)
def test_penalties_end_a_repetition(starter_client: EngineClient, changes: dict[str, Any]) -> None:
    """What was read before is penalised as what is written now."""
    begun = ChatMessage("assistant", "cat " * 12 + "cat")
    repeated = (ChatMessage("user", "Repeat the word cat."), begun)
    plain = ask(starter_client, repeated, max_tokens=16).text
    assert plain.split().count("cat") > 3
    said = ask(starter_client, repeated, max_tokens=16, repeat_last_n=256, **changes).text
    assert "cat" not in said.split()


def test_a_grammar_is_followed_to_its_end(starter_client: EngineClient) -> None:
    grammar = 'root ::= "[" [0-9]{3} ("," [0-9]{3}){2} "]"'
    for temperature in (0.0, 1.5):
        said = ask(
            starter_client, QUESTION, max_tokens=64, grammar=grammar, temperature=temperature
        )
        assert [len(str(part)) for part in said.text.strip("[]").split(",")] == [3, 3, 3]
        assert said.stats.finish_reason == "stop"


def test_a_schema_gives_json_of_it(starter_client: EngineClient) -> None:
    names = ['na"me', "back\\slash", "größe", "new\nline"]
    schema = {
        "type": "object",
        "properties": {
            names[0]: {"type": "string", "maxLength": 8},
            names[1]: {"enum": ["a\\b", 'c"d']},
            names[2]: {"type": "integer"},
            names[3]: {"type": "array", "items": {"type": "boolean"}, "maxItems": 2},
        },
        "required": names,
    }
    said = ask(
        starter_client,
        QUESTION,
        max_tokens=200,
        json_schema=json.dumps(schema),
        grammar='root ::= "not this one"',
    )
    found = json.loads(said.text)
    assert list(found) == names
    assert found[names[1]] in {"a\\b", 'c"d'}
    assert isinstance(found[names[2]], int)


def test_a_grammar_that_leaves_no_token_ends_the_answer(starter_client: EngineClient) -> None:
    said = ask(starter_client, QUESTION, grammar='root ::= "a" [\\U0010FFFF]{2}', max_tokens=64)
    assert said.stats.finish_reason == "stop"
    assert ask(starter_client, QUESTION).text


DEEP = "root ::= " + "(" * 60_000 + '"a"' + ")" * 60_000
BRANCHES = "\n".join(f"a{number} ::= a{number + 1}? a{number + 1}?" for number in range(60))
WRONG = {
    "unfinished": ('root ::= "a', "end of input"),
    "without a root": ('x ::= "a"', "no rule named root"),
    "left recursion": ('root ::= root "a"', "begins with itself"),
    "an unknown rule": ("root ::= nothing", "nothing"),
    "not a grammar": ("Please write JSON", "no rule named root"),
    "a zero": ('root ::= "\0"', "zero"),
    "a large number": ('root ::= "a"{99999999999999999999999}', "too large"),
    "many times": ('root ::= "a"{3000}', "repetitions"),
    "a token of another model": ("root ::= <|nothing|>", "can't read"),
    "too deep": (DEEP, "too complex"),
    "endless": (f'root ::= a0\n{BRANCHES}\na60 ::= "x"', "too complex"),
    "too long": ('root ::= "' + "a" * 300_000 + '"', "too long"),
}


@pytest.mark.parametrize(("grammar", "why"), WRONG.values(), ids=WRONG)
def test_a_wrong_grammar_is_told_and_the_worker_lives(
    starter_client: EngineClient, grammar: str, why: str
) -> None:
    problem = refused(starter_client, grammar=grammar)
    assert why in problem.message
    assert "grammar" in problem.title


WRONG_SCHEMAS = {
    "no JSON": ("{", ""),
    "no object": ("[]", "object"),
    "of no type": ('{"type": "nothing"}', "nothing"),
    "another document": ('{"$ref": "https://localhost/x"}', "another document"),
    "a missing part": ('{"$ref": "#/nothing"}', "nothing"),
    "a long list": ('{"type": "array", "items": {}, "minItems": 1000000000}', "2,000"),
    "a long pattern": ('{"type": "string", "pattern": "^(a{999}){9999}$"}', "2,000"),
    "deep": ("[" * 100_000, ""),
    "wide": (
        json.dumps({"properties": {f"p{number}": {} for number in range(3_000)}}),
        "can't use it",
    ),
}


@pytest.mark.parametrize(("schema", "why"), WRONG_SCHEMAS.values(), ids=WRONG_SCHEMAS)
def test_a_wrong_schema_is_told_and_the_worker_lives(
    starter_client: EngineClient, schema: str, why: str
) -> None:
    problem = refused(starter_client, json_schema=schema)
    assert why in problem.message
    assert "schema" in problem.title


def refused(client: EngineClient, **sampling: Any) -> Any:
    started_s = time.monotonic()
    with pytest.raises(Ended) as ended:
        ask(client, QUESTION, **sampling)
    assert time.monotonic() - started_s < 20
    problem = ended.value.problem
    assert (problem.kind, bool(problem.message)) == ("grammar_invalid", True)
    assert len(problem.message) < 300
    return problem


@pytest.mark.parametrize(
    "schema",
    [
        {"minItems": 2001},
        {"items": [{"properties": {"a": {"maxLength": 1e9}}}]},
        {"pattern": "^a{3000}$"},
        {"pattern": "^a{1,3000}$"},
        {"$ref": "file:///etc/passwd"},
    ],
)
def test_schemas_that_are_not_tried(schema: object) -> None:
    with pytest.raises(ValueError, match="it "):
        check_schema(schema)


def test_schemas_that_are() -> None:
    check_schema({"pattern": "^a{2,20}$", "maxItems": 2000, "$ref": "#/a", "x": [1, None]})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("parse: error parsing grammar: expecting name at x\n\nroot ::=\n", "expecting name at x"),
        ("unsupported grammar, left recursion detected for nonterminal", "A rule of it begins"),
        ("parse: error parsing grammar: stoull\n", "A number in it is too large"),
        ("", "The engine can't read it"),
        ("word " * 1000, "word word"),
    ],
)
def test_why_in_one_line(said: str, why: str) -> None:
    assert fault(said).startswith(why)
    assert len(fault(said)) <= 200


def test_tokens_are_counted(starter_client: EngineClient) -> None:
    counts = count(starter_client, "", "Hello", "Hello world", "a " * 5000, "🙂")
    assert counts[:3] == (0, 1, 2)
    assert 5000 <= counts[3] <= 10001
    assert counts[4] > 1
    assert count(starter_client) == ()


def test_counting_changes_nothing_that_is_held(starter_client: EngineClient) -> None:
    ask(starter_client, QUESTION)
    count(starter_client, "Something else")
    stats = ask(starter_client, QUESTION).stats
    assert stats.cached_tokens == stats.prompt_tokens - 1


def test_a_large_text_is_counted_quickly(starter_client: EngineClient) -> None:
    started_s = time.monotonic()
    counted = count(starter_client, "word " * 150_000, "x" * 200_000)
    assert time.monotonic() - started_s < 20
    assert counted[0] >= 150_000


def test_an_answer_is_stopped_while_its_grammar_is_tried(starter_client: EngineClient) -> None:
    grammar = WRONG["endless"][0] + "\n# another one"
    request_id = starter_client.ask(
        QUESTION, sampling=Sampling(temperature=0, grammar=grammar), max_tokens=8
    )
    started_s = time.monotonic()
    starter_client.cancel(request_id)
    assert starter_client.wait(Finished).stats.finish_reason == "cancelled"
    assert time.monotonic() - started_s < 2
