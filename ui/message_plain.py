"""An answer's text without its Markdown, for the clipboard."""

from __future__ import annotations

from ui.answer_markdown import FEATURES, InertDocument
from ui.answer_safety import MOST_DRAWN, harmless, is_monstrous
from ui.math_spans import readable_math

_PIECE = 6_000


def plain_text(markdown: str) -> str:
    """Text that is too large or too wild to be parsed is given as it was written."""
    source = harmless(markdown)
    pieces = (source[at : at + _PIECE] for at in range(0, len(source), _PIECE))
    if len(source) > MOST_DRAWN or any(map(is_monstrous, pieces)):
        return markdown
    document = InertDocument()
    document.setMarkdown(readable_math(source), FEATURES)
    return document.toPlainText().replace("\ufffc", "").strip()
