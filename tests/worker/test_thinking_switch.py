"""What a template can be told about thinking is found by trying it, and then told."""

from __future__ import annotations

import pytest

from runtime.chat.template import ChatTemplate, SpecialTokens
from runtime.protocol.messages import ChatMessage, Reasoning
from tests.models.tiny_tokenizer import CHATML

TOKENS = SpecialTokens("<s>", "</s>")
HELLO = (ChatMessage("user", "Hello"),)

# The lines of each that matter, as their models' files have them.
QWEN3 = CHATML + (
    "{%- if add_generation_prompt %}"
    "{%- if enable_thinking is defined and enable_thinking is false %}"
    "{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}"
)
QWEN3_THINKING = CHATML + "{{- '<think>\\n' }}"
DEEPSEEK_V3 = (
    "{% if not thinking is defined %}{% set thinking = false %}{% endif %}"
    "{{ messages[0].content }}<Assistant>"
    "{% if thinking %}<think>{% else %}</think>{% endif %}"
)
GPT_OSS = (
    "{%- macro system() %}{%- if reasoning_effort is not defined %}"
    "{%- set reasoning_effort = 'medium' %}{%- endif %}"
    "{{- 'Reasoning: ' + reasoning_effort }}{%- endmacro %}"
    "<|start|>system<|message|>{{ system() }}<|end|>"
    "{{ messages[0].content }}<|start|>assistant{# <|channel|> #}"
)


@pytest.mark.parametrize(
    ("source", "support"),
    [
        (QWEN3, "switch"),
        (DEEPSEEK_V3, "switch"),
        (QWEN3_THINKING, "always"),
        (GPT_OSS, "effort"),
        (CHATML, "none"),
        (CHATML + "{{ strftime_now('%H:%M:%S.%f') }}", "none"),
        (CHATML + "{% if enable_thinking %}{{ raise_exception('no') }}{% endif %}", "none"),
        (None, "none"),
    ],
)
def test_what_it_knows(source: str | None, support: str) -> None:
    assert ChatTemplate(source, TOKENS).switch.support == support


@pytest.mark.parametrize(
    ("source", "reasoning", "end"),
    [
        (QWEN3, Reasoning(), "assistant\n"),
        (QWEN3, Reasoning(mode="on"), "assistant\n"),
        (QWEN3, Reasoning(mode="off"), "<think>\n\n</think>\n\n"),
        (QWEN3, Reasoning(effort="high"), "assistant\n"),
        (DEEPSEEK_V3, Reasoning(), "</think>"),
        (DEEPSEEK_V3, Reasoning(mode="on"), "<think>"),
        (DEEPSEEK_V3, Reasoning(mode="off"), "</think>"),
        (QWEN3_THINKING, Reasoning(mode="off"), "<think>\n"),
        (CHATML, Reasoning(mode="on", effort="low"), "assistant\n"),
    ],
)
def test_what_it_is_told(source: str, reasoning: Reasoning, end: str) -> None:
    assert ChatTemplate(source, TOKENS).render(HELLO, reasoning).endswith(end)


@pytest.mark.parametrize(("effort", "word"), [("", "medium"), ("low", "low"), ("high", "high")])
def test_an_effort_is_told(effort: str, word: str) -> None:
    text = ChatTemplate(GPT_OSS, TOKENS).render(HELLO, Reasoning(effort=effort))  # type: ignore[arg-type]
    assert f"Reasoning: {word}" in text


def test_an_answer_gone_on_with_was_not_thought() -> None:
    begun = (*HELLO, ChatMessage("assistant", "One,"))
    assert ChatTemplate(QWEN3_THINKING, TOKENS).render(begun).endswith("</think>\n\nOne,")
    text = ChatTemplate(GPT_OSS, TOKENS).render(begun)
    assert text.endswith("<|start|>assistant<|channel|>final<|message|>One,")
