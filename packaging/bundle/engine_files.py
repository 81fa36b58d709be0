"""Which of the engine's libraries go into the bundle, and where.

The names of macOS and Windows are those of runtime/engine/bindings.py; neither has been run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PLACE = "llama_cpp/lib"
_LINKED = re.compile(
    r"llama_cpp/lib/("
    r"lib(?:llama|ggml|ggml-base|ggml-cpu|ggml-rpc)(?:\.so\.\d+|\.\d+\.dylib)"
    r"|(?:llama|ggml|ggml-base|ggml-cpu|ggml-rpc)\.dll)"
)
# A portable build leaves what it loads by name beside the package, and a copy in it.
_BY_NAME = re.compile(
    r"(?:bin|llama_cpp/lib)/(libggml-(?:rpc|cpu-\w+)\.so|ggml-(?:rpc|cpu-\w+)\.dll)"
)
# The package's loader asks for the plain names, everything else is linked to those with the
# number; as separate copies they would be two engines that know nothing of each other.
_NUMBERED = re.compile(r"(lib(?:llama|ggml))(\.so)?\.\d+(\.dylib)?")


def engine_files(installed: Iterable[str]) -> dict[str, str]:
    """For each file of the bundle's folder the installed one it comes from, by their paths."""
    chosen: dict[str, str] = {}
    for path in sorted(installed):
        match = _LINKED.fullmatch(path) or _BY_NAME.fullmatch(path)
        if match:
            chosen.setdefault(match[1], path)
    return chosen


def plain_links(names: Iterable[str]) -> dict[str, str]:
    """The plain names to make, each with the file it links to."""
    matches = {name: _NUMBERED.fullmatch(name) for name in names}
    return {
        f"{match[1]}{match[2] or ''}{match[3] or ''}": name
        for name, match in matches.items()
        if match
    }
