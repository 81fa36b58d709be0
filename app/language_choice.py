"""Which of its languages the program speaks: the person's choice, else the desktop's."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.language import LANGUAGES, SOURCE

# Traditional Chinese is another script: who asks for it gets the next language of the list.
_SIMPLIFIED = ("hans", "cn", "sg")


def language_for(choice: str, preferred: Sequence[str]) -> str:
    """A code of `LANGUAGES`. `choice` is "" for the desktop's, `preferred` its tags: "de-AT"."""
    if choice in LANGUAGES:
        return choice
    return next((code for tag in preferred if (code := _code_of(tag))), SOURCE)


def _code_of(tag: str) -> str:
    language, *rest = tag.replace("_", "-").lower().split("-")
    if language == "zh":
        return "zh_CN" if not rest or any(part in _SIMPLIFIED for part in rest) else ""
    return language if language in LANGUAGES else ""
