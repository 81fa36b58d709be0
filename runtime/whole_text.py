"""Text that every encoder takes: half a surrogate pair, alone, becomes U+FFFD."""

from __future__ import annotations


def whole_text(text: str) -> str:
    """`text` as it is, but for lone surrogates: a name or argument that is not UTF-8 has them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
