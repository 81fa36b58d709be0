# ruff: noqa: RUF001 - letters that look like others are what this is about.
"""Formulas as text that can be read; money and code stay what they are."""

from __future__ import annotations

import pytest

from ui.math_spans import readable_math
from ui.math_text import math_text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{1}{2}", "½"),
        (r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}", "(−b ± √(b²−4ac))/2a"),
        (r"W_{experts} + W_{rest} + x_{ij}", "W_experts + W_rest + xᵢⱼ"),
        (r"\sum_{i=1}^{n} x_i^2", "∑ᵢ₌₁ⁿ xᵢ²"),
        (r"e^{i\pi}+1=0", "e^(iπ)+1 = 0"),
        (r"\mathbb{R}^n \to \mathcal{L}", "ℝⁿ → ℒ"),
        (r"A^\top A", "Aᵀ A"),
        (r"90^\circ", "90°"),
        (r"O(n \log n)", "O(n log n)"),
        (r"\text{softmax}(z)_i", "softmax(z)ᵢ"),
        (r"\left. \{1,2\} \right|", "{1,2} |"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b\n= c"),
        (r"\unknown{x}", "unknownx"),
        ("{" * 5_000, ""),
    ],
)
def test_a_formula_is_read(latex: str, text: str) -> None:
    assert math_text(latex) == text


@pytest.mark.parametrize(
    ("markdown", "readable"),
    [
        ("It is $x^2$.", "It is x²."),
        (r"\( y_1 \) and \[ z \]", "y₁ and z"),
        ("$$\na = b \\\\\nc\n$$", "a = b\\\nc"),
        ("- item\n  $$x^2$$", "- item\n  x²"),
        ("It cost $5 and $6, or $7-$8.", "It cost $5 and $6, or $7-$8."),
        ("US$5 for C$7", "US$5 for C$7"),
        ("`$x^2$` in code", "`$x^2$` in code"),
        ("```\n$x^2$\n```", "```\n$x^2$\n```"),
        (r"\$x$", r"\$x$"),
        ("$a*b*c$", r"a\*b\*c"),
    ],
)
def test_only_formulas_are_read(markdown: str, readable: str) -> None:
    assert readable_math(markdown) == readable


def test_endless_formulas_end() -> None:
    assert len(math_text(r"\frac" * 4_000)) < 20_000
