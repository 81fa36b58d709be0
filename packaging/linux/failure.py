"""The one exception of these scripts: an expected failure, whose text is what the person reads."""

from __future__ import annotations


class PackagingError(Exception):
    """Something that is missing or did not work, as one sentence."""
