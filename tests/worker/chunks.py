"""Any way to cut a text into pieces."""

from __future__ import annotations

from hypothesis import strategies as st


def chunked(text: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Pieces that make `text` again; some may be empty."""
    return st.lists(st.integers(0, len(text)), max_size=8).map(
        lambda cuts: tuple(
            text[start:end]
            for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(text)], strict=True)
        )
    )
