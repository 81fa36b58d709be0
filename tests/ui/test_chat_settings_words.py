"""The words of a chat's settings: defaults, bounds, what is refused and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from app.chat_settings import ChatSettings, Preset
from runtime.protocol.messages import ReasoningSupport, Sampling
from tests.ui import states
from tests.ui.chat_settings_samples import FRIENDLY, GRAMMAR, NO_ROOT, OWN, facts, loaded
from ui import chat_settings_notes as notes
from ui import chat_settings_words as words
from ui import preset_words

# Words


def test_grey_values_are_the_models_own_or_the_usual_ones() -> None:
    assert words.own_sampling(loaded()) == OWN
    assert words.own_line(loaded()) == "Grey values are what this model's file recommends."
    silent = states.state(engine=states.engine(facts=facts(None)))
    assert words.own_sampling(silent) == Sampling(temperature=0.7)
    assert "recommends nothing" in words.own_line(silent)
    assert "may recommend others" in words.own_line(states.state())


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("temperature", 1.1, Sampling(1.1, 20, 0.95, 0.0, 1.05)),
        ("temperature", 0.6, None),
        ("temperature", None, None),
        ("top_k", 7.0, Sampling(0.6, 7, 0.95, 0.0, 1.05)),
        ("seed", 42.0, Sampling(0.6, 20, 0.95, 0.0, 1.05, 42)),
        ("seed", None, None),
    ],
)
def test_only_what_differs_is_kept(field: str, value: float | None, kept: Sampling | None) -> None:
    choice = next(choice for choice in words.NUMBERS if choice.field == field)
    changed = words.with_number(ChatSettings(), OWN, choice, value)
    assert changed.sampling == kept
    if kept is not None:
        assert isinstance(getattr(changed.sampling, field), type(getattr(kept, field)))


def test_back_to_the_models_own_keeps_how_answers_end_and_look() -> None:
    mine = Sampling(temperature=2.0, seed=4, stop=("END",), grammar=GRAMMAR)
    settings = ChatSettings(sampling=mine)
    assert words.differs(settings, OWN)
    back = words.back_to_own(settings, OWN)
    assert back.sampling == with_fields(OWN, stop=("END",), grammar=GRAMMAR)
    assert not words.differs(back, OWN)
    assert words.back_to_own(ChatSettings(sampling=Sampling(2.0)), OWN).sampling is None


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("", ()),
        ("END\n\n###\n", ("END", "###")),
        (r"\n\nUser:", ("\n\nUser:",)),
        (r"a\\n", (r"a\n",)),
        ("same\nsame", ("same",)),
        ("  kept  ", ("  kept  ",)),
        ("\n".join("abcdefghijklmnopq"), "Write 16 at most; these are 17."),
        ("a" * 1001, "Write 1,000 characters at most in a line."),
    ],
)
def test_stop_strings_are_one_on_a_line(text: str, stops: tuple[str, ...] | str) -> None:
    assert words.stops_in(text) == stops
    if isinstance(stops, tuple):
        assert words.stops_in(words.stop_text(stops)) == stops


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        ("schema", '{"type": "object"}', ""),
        ("schema", "", 'Write a JSON schema, such as {"type": "object"}.'),
        ("schema", '{"type": \n object}', "This is not JSON: line 2, character 2."),
        ("schema", "[1]", "A JSON schema is an object: { ... }."),
        ("schema", "[" * 90_000, "This is nested too deeply."),
        ("schema", "[" * 100_001, "Write 100,000 characters at most; these are 100,001."),
        ("grammar", GRAMMAR, ""),
        ("grammar", f"# said first\n  {GRAMMAR}", ""),
        (
            "grammar",
            'answer ::= "yes"',
            NO_ROOT,
        ),
    ],
)
def test_a_schema_or_grammar_that_cannot_be_used_is_refused(
    kind: words.OutputKind, text: str, error: str
) -> None:
    assert words.output_error(kind, text) == error


@pytest.mark.parametrize(
    ("kind", "text"),
    [("free", ""), ("json", ""), ("schema", '{"type":"array"}'), ("grammar", GRAMMAR)],
)
def test_one_kind_of_output_takes_the_place_of_another(kind: words.OutputKind, text: str) -> None:
    for before in (Sampling(grammar="root ::= [0-9]"), Sampling(json_schema='{"a":1}')):
        settings = words.with_output(ChatSettings(sampling=before), OWN, kind, text)
        sampling = settings.sampling or OWN
        assert words.output_kind(sampling) == kind
        assert words.output_text(sampling) == text


@pytest.mark.parametrize(
    ("support", "choices", "line"),
    [
        ("none", [], ""),
        ("always", [], "can't be turned off"),
        ("switch", ["default", "on", "off"], "takes longer"),
        ("effort", ["", "low", "medium", "high"], "How long"),
    ],
)
def test_what_can_be_chosen_of_thinking(
    support: ReasoningSupport, choices: list[str], line: str
) -> None:
    assert [value for value, _ in notes.reasoning_choices(support)] == choices
    assert line in notes.reasoning_line(support)
    for value in choices:
        changed = notes.with_reasoning(ChatSettings(), support, value)
        assert notes.reasoning_value(changed.reasoning, support) == value


@pytest.mark.parametrize(
    ("repo", "endpoint", "page"),
    [
        ("", "", ""),
        ("allenai/OLMoE-GGUF", "", "https://huggingface.co/allenai/OLMoE-GGUF"),
        (
            "allenai/OLMoE-GGUF",
            "https://hub.local:8080",
            "https://hub.local:8080/allenai/OLMoE-GGUF",
        ),
        ("../../etc", "", ""),
        ("a/b?c", "", ""),
    ],
)
def test_the_page_of_a_model_is_its_repository(repo: str, endpoint: str, page: str) -> None:
    assert notes.model_page(replace(states.OLMOE, repo=repo), endpoint) == page


@pytest.mark.parametrize(
    ("settings", "presets", "label"),
    [
        (ChatSettings(), (FRIENDLY,), "None"),
        (FRIENDLY.settings, (FRIENDLY,), "Friendly"),
        (with_fields(FRIENDLY.settings, safety=True), (FRIENDLY,), "Friendly (changed)"),
        (FRIENDLY.settings, (), "None"),
    ],
)
def test_the_preset_in_use(settings: ChatSettings, presets: tuple[Preset, ...], label: str) -> None:
    assert preset_words.preset_label(settings, presets) == label


def test_names_of_presets_and_their_files() -> None:
    assert preset_words.name_error("  ") == "Write a name."
    assert preset_words.name_error("x" * 61) == "Write 60 characters at most."
    assert preset_words.name_error("Plain") == ""
    assert preset_words.free_name("Plain", ["Plain", "Plain 2"]) == "Plain 3"
    assert preset_words.free_name("\x00 \n", []) == "Preset"
    assert preset_words.file_name('../a<b>:"c') == "a-b-c.coterie-preset.json"
