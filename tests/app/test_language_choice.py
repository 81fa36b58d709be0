"""Which language the program speaks, for what people choose and what their desktops say."""

from __future__ import annotations

import pytest

from app.language_choice import language_for


@pytest.mark.parametrize(
    ("choice", "preferred", "code"),
    [
        ("", (), "en"),
        ("", ("C",), "en"),
        ("", ("en-GB", "de-DE"), "en"),
        ("", ("de-AT", "en-GB"), "de"),
        ("", ("de",), "de"),
        ("", ("fr-FR", "de-DE"), "de"),
        ("", ("fr-FR",), "en"),
        ("", ("zh-Hans-CN",), "zh_CN"),
        ("", ("zh_CN",), "zh_CN"),
        ("", ("zh",), "zh_CN"),
        ("", ("zh-SG",), "zh_CN"),
        ("", ("zh-Hant-TW", "de"), "de"),
        ("", ("zh-TW",), "en"),
        ("de", ("zh-CN",), "de"),
        ("en", ("de-DE",), "en"),
        ("tlh", ("de-DE",), "de"),
    ],
)
def test_the_choice_goes_first_then_the_desktop(
    choice: str, preferred: tuple[str, ...], code: str
) -> None:
    assert language_for(choice, preferred) == code
