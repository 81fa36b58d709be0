"""Which models a repository's files are: split ones together, side files left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from runtime.hub.frames import HubFile, HubModel

_SUFFIX = ".gguf"
_PART = re.compile(r"(?P<stem>.+)-(?P<index>\d{5})-of-(?P<count>\d{5})", re.IGNORECASE)

# Publishers' names of quantisations: llama.cpp's, those of its forks (IQ4_KS, Q4_K_R4), Unsloth's
# (UD-Q4_K_XL), and precisions.
_QUANTISATION = re.compile(
    r"""
    (?<![a-z0-9]) (
        (?:UD-)? (?:
            IQ\d (?:_(?:XXS|XS|S|M|NL|KSS|KS|KT|KL|K))? (?:_(?:XXS|XS|S|M|L|XL|R\d|\d_\d))*
          | Q\d_K (?:_(?:XXS|XS|S|M|L|XL|XXL|P|R\d))*
          | Q\d_\d (?:_(?:\d_\d|R\d|L|XL|K))*
          | TQ\d_\d
        )
      | MXFP4 (?:_MOE)? | NVFP4 | BF16 | FP?16 | FP?32
    ) (?![a-z0-9_])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BARE = re.compile(r"(?<![a-z0-9])(Q[2-8]|F8|FP8)(?![a-z0-9_])", re.IGNORECASE)
_SAME = {"FP16": "F16", "FP32": "F32"}

_WORD = re.compile(r"[a-z0-9]+")
# Files that never are a model by themselves, and words that say so unless the repository is called
# after them.
_ALWAYS_ASIDE = ("mmproj", "projector")
_ASIDE = frozenset(
    (
        "adapter",
        "cvector",
        "draft",
        "drafter",
        "dflash",
        "eagle",
        "eagle2",
        "eagle3",
        "lora",
        "vocab",
        "tokenizer",
        "vae",
    )
)
_MTP_ONLY = re.compile(
    r"(?:^|/)mtp[-_./]|[-_.]mtp[-_.]?(?:only|head|draft|heads|layers?)(?:[-_.]|$)"
)


def models_of(repo: str, files: Iterable[HubFile]) -> tuple[HubModel, ...]:
    """The models among `files` of `repo`, the smallest first.

    A split model without all of its parts is left out, and so is what only goes with a model:
    projectors, importance matrices, vocabularies, adapters, drafts.
    """
    singles: list[HubModel] = []
    parts: dict[tuple[str, int], dict[int, HubFile]] = {}
    named_after = frozenset(_WORD.findall(repo.lower()))
    for file in files:
        if file.size_bytes <= 0 or not _is_model(file.path, named_after):
            continue
        match = _PART.fullmatch(_stem(file.path))
        if match is None:
            singles.append(HubModel(quantisation_of(file.path), (file,)))
        else:
            numbered = parts.setdefault((match["stem"], int(match["count"])), {})
            numbered[int(match["index"])] = file
    models = singles + [
        HubModel(quantisation_of(numbered[1].path), tuple(numbered[i + 1] for i in range(count)))
        for (_, count), numbered in parts.items()
        if set(numbered) == set(range(1, count + 1))
    ]
    return tuple(sorted(models, key=lambda model: (model.size_bytes, model.files[0].path)))


def quantisation_of(path: str) -> str:
    """What a file's name says, or else its folder's: "Q4_K_M", "UD-Q2_K_XL", "BF16" or ""."""
    folders, _, name = _stem(path).rpartition("/")
    for place in (name, folders):
        for pattern in (_QUANTISATION, _BARE):
            if found := pattern.findall(place):
                word = str(found[-1]).upper()
                return _SAME.get(word, word)
    return ""


def _stem(path: str) -> str:
    return path[: -len(_SUFFIX)] if path.lower().endswith(_SUFFIX) else path


def _is_model(path: str, named_after: frozenset[str]) -> bool:
    lower = path.lower()
    if not lower.endswith(_SUFFIX) or any(word in lower for word in _ALWAYS_ASIDE):
        return False
    # "…imatrix.gguf" is the matrix; "…imatrix-Q4_K_M.gguf" is a model that was made with one.
    if "imatrix" in lower and not quantisation_of(lower.rpartition("/")[2]):
        return False
    if _MTP_ONLY.search(lower) and "mtp" not in named_after:
        return False
    return not (set(_WORD.findall(lower)) - named_after) & _ASIDE
