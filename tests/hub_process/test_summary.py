"""What a search lists of a repository, however little the hub says; and cards."""

from __future__ import annotations

import pytest

from runtime.hub.card import without_front_matter
from runtime.hub.summary import base_model_of, licence_of

BASES = (
    (("base_model:a/b",), "a/b"),
    (("base_model:a/b", "base_model:quantized:a/b"), "a/b"),
    (("base_model:finetune:a/first", "base_model:quantized:a/second"), "a/second"),
    (("base_model:finetune:a/b",), "a/b"),
    (("license:mit", "gguf"), ""),
)


@pytest.mark.parametrize(("tags", "expected"), BASES)
def test_base_model(tags: tuple[str, ...], expected: str) -> None:
    assert base_model_of(tags) == expected


def test_licence() -> None:
    assert licence_of(("gguf", "license:apache-2.0")) == "apache-2.0"
    assert licence_of(("gguf",)) == ""


CARDS = (
    ("---\nlicense: mit\n---\n# Title\n", "# Title"),
    ("\ufeff---\r\nlicense: mit\r\n---\r\n# Title", "# Title"),
    ("---\n---\nText", "Text"),
    ("# Title\n\n---\n\nafter a line", "# Title\n\n---\n\nafter a line"),
    ("---\nnever ended\n# Title", "---\nnever ended\n# Title"),
    ("---\nlicense: mit\n---", ""),
    ("", ""),
)


@pytest.mark.parametrize(("text", "expected"), CARDS)
def test_front_matter_is_removed(text: str, expected: str) -> None:
    assert without_front_matter(text) == expected
