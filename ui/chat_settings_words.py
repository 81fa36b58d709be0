"""What can be set for one chat: its bounds, its defaults, and the sentences beside it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace

from app.chat_settings import ChatSettings
from app.session_state import SessionState
from app.setting_bounds import LONGEST_STOP, MOST_CHARACTERS, MOST_STOPS, NUMBER_BOUNDS
from runtime.language import marked, number, tr, tr_in
from runtime.protocol.messages import Sampling
from ui.number_field import NumberKind, shown

OutputKind = Literal["free", "json", "schema", "grammar"]
ANY_JSON = '{"type":"object"}'
NO_LIMIT, RANDOM = marked("no limit"), marked("random")
MAX_TOKENS = NumberKind(1, 2**31 - 1, whole=True)
MAX_TOKENS_LINE = marked("An answer ends after this many, at the latest.")
OUTPUT_LINES: dict[OutputKind, str] = {
    "free": marked("The model writes as it likes."),
    "json": marked("Every answer is one JSON object."),
    "schema": marked("Every answer is JSON that follows this JSON schema."),
    "grammar": marked("Every answer follows this grammar, in llama.cpp's GBNF notation."),
}
STOP_LINE = marked(
    r"One on each line. \n stands for a line break. An answer ends before the first of them."
)
_ROOT = re.compile(r"^\s*root\s*::=", re.MULTILINE)


@dataclass(frozen=True)
class NumberChoice:
    """`field` is its name in `Sampling`."""

    field: str
    name: str
    line: str
    kind: NumberKind


def _number(field: str, name: str, line: str, *, whole: bool = False) -> NumberChoice:
    low, high = NUMBER_BOUNDS[field]
    return NumberChoice(field, name, line, NumberKind(low, high, whole=whole))


NUMBERS = (
    _number(
        "temperature",
        marked("Temperature"),
        marked("Higher is more varied; 0 gives the same answer each time."),
    ),
    _number(
        "top_k",
        marked("Top-k"),
        marked("Draws from this many of the likeliest tokens; 0 is off."),
        whole=True,
    ),
    _number(
        "top_p",
        marked("Top-p"),
        marked("Draws from the likeliest tokens that reach this share together; 1 is off."),
    ),
    _number(
        "min_p",
        marked("Min-p"),
        marked("Leaves out tokens under this share of the likeliest one; 0 is off."),
    ),
    _number(
        "repeat_penalty",
        marked("Repeat penalty"),
        marked("Above 1 avoids what was written lately; 1 is off."),
    ),
    _number(
        "repeat_last_n",
        marked("Penalty reach"),
        marked("How many tokens back the penalties look."),
        whole=True,
    ),
    _number(
        "presence_penalty",
        marked("Presence penalty"),
        marked("Above 0 avoids what was written at all; 0 is off."),
    ),
    _number(
        "frequency_penalty",
        marked("Frequency penalty"),
        marked("Above 0 avoids what was written often; 0 is off."),
    ),
    _number(
        "seed",
        marked("Seed"),
        marked("The same seed and settings give the same answer."),
        whole=True,
    ),
)
_NUMBER_FIELDS = tuple(choice.field for choice in NUMBERS)


# Sampling


def own_sampling(state: SessionState) -> Sampling:
    """What the model's file asks for, ours where it says nothing."""
    facts = state.engine.facts
    if facts is not None and facts.recommended is not None:
        return facts.recommended
    return Sampling(temperature=state.settings.temperature)


def own_line(state: SessionState) -> str:
    """Whose the grey values are."""
    facts = state.engine.facts
    if facts is None:
        return tr("Grey values are the usual ones; a model that is loaded may recommend others.")
    if facts.recommended is None:
        return tr("This model's file recommends nothing: grey values are the usual ones.")
    return tr("Grey values are what this model's file recommends.")


def entry_for(settings: ChatSettings, own: Sampling, field: str) -> float | None:
    """What a person set; None while it is the model's own."""
    value = getattr(settings.sampling or own, field)
    return None if value == getattr(own, field) else value


def own_text(own: Sampling, field: str) -> str:
    value = getattr(own, field)
    return tr(RANDOM) if value is None else shown(value)


def with_number(
    settings: ChatSettings, own: Sampling, choice: NumberChoice, value: float | None
) -> ChatSettings:
    """None goes back to the model's own."""
    if value is None:
        value = getattr(own, choice.field)
    elif choice.kind.whole:
        value = int(value)
    return with_sampling(settings, own, **{choice.field: value})


def with_sampling(settings: ChatSettings, own: Sampling, **changes: Any) -> ChatSettings:
    """Nothing is kept where it is all as the model has it: another one then brings its own."""
    sampling = replace(settings.sampling or own, **changes)
    return replace(settings, sampling=None if sampling == own else sampling)


def differs(settings: ChatSettings, own: Sampling) -> bool:
    """Whether a number is not the model's own."""
    return any(entry_for(settings, own, field) is not None for field in _NUMBER_FIELDS)


def back_to_own(settings: ChatSettings, own: Sampling) -> ChatSettings:
    """The numbers; what ends an answer and what it looks like stay."""
    numbers = {field: getattr(own, field) for field in _NUMBER_FIELDS}
    return with_sampling(settings, own, **numbers)


# Stop strings and output


def stop_text(stop: tuple[str, ...]) -> str:
    return "\n".join(one.replace("\\", "\\\\").replace("\n", "\\n") for one in stop)


def stops_in(text: str) -> tuple[str, ...] | str:
    """The stop strings in `text`, or what is wrong with it. A line of blanks is none."""
    stops = tuple(dict.fromkeys(_unescaped(line) for line in text.split("\n") if line.strip()))
    if len(stops) > MOST_STOPS:
        return tr("Write {most} at most; these are {n}.", most=MOST_STOPS, n=_count(len(stops)))
    if any(len(stop) > LONGEST_STOP for stop in stops):
        return tr("Write {most} characters at most in a line.", most=_count(LONGEST_STOP))
    return stops


def _unescaped(line: str) -> str:
    return re.sub(r"\\(\\|n)", lambda found: "\n" if found[1] == "n" else "\\", line)


def _count(count: int) -> str:
    return number(count, ",")


def output_names() -> dict[OutputKind, str]:
    return {
        "free": tr_in("output", "Free"),
        "json": "JSON",
        "schema": tr("Schema"),
        "grammar": tr("Grammar"),
    }


def output_kind(sampling: Sampling) -> OutputKind:
    if sampling.json_schema:
        return "json" if sampling.json_schema == ANY_JSON else "schema"
    return "grammar" if sampling.grammar else "free"


def output_text(sampling: Sampling) -> str:
    """The schema or the grammar."""
    kind = output_kind(sampling)
    return {"schema": sampling.json_schema, "grammar": sampling.grammar}.get(kind, "")


def with_output(
    settings: ChatSettings, own: Sampling, kind: OutputKind, text: str = ""
) -> ChatSettings:
    schema = {"json": ANY_JSON, "schema": text.strip()}.get(kind, "")
    grammar = text if kind == "grammar" else ""
    return with_sampling(settings, own, json_schema=schema, grammar=grammar)


def length_error(text: str) -> str:
    """Of a system prompt, too."""
    if len(text) <= MOST_CHARACTERS:
        return ""
    return tr(
        "Write {most} characters at most; these are {n}.",
        most=_count(MOST_CHARACTERS),
        n=_count(len(text)),
    )


def output_error(kind: OutputKind, text: str) -> str:
    """What is wrong with a schema or a grammar; "" where nothing is."""
    if too_long := length_error(text):
        return too_long
    if kind == "schema":
        return _schema_error(text)
    if kind == "grammar" and not _ROOT.search(text):
        return tr('A grammar begins at a rule named root: root ::= "yes" | "no"')
    return ""


def _schema_error(text: str) -> str:
    if not text.strip():
        return tr('Write a JSON schema, such as {"type": "object"}.')
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        return tr(
            "This is not JSON: line {line}, character {character}.",
            line=error.lineno,
            character=error.colno,
        )
    except RecursionError:
        return tr("This is nested too deeply.")
    return "" if isinstance(schema, dict) else tr("A JSON schema is an object: { ... }.")
