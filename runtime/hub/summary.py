"""A repository as a search lists it, from what the hub says: any of it may be missing or odd."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from runtime.hub.frames import Gated, HubSummary
from runtime.hub.moe_names import is_moe

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

_RELATIONS = ("quantized", "finetune", "adapter", "merge")


def summary_of(info: ModelInfo) -> HubSummary:
    """What `info` says; `gguf` of it is the hub's own reading of one of the files."""
    tags = tuple(tag for tag in info.tags or () if isinstance(tag, str))
    gguf = info.gguf if isinstance(info.gguf, dict) else {}
    architecture = gguf.get("architecture")
    architecture = architecture if isinstance(architecture, str) else ""
    updated = info.last_modified
    return HubSummary(
        repo=info.id,
        licence=licence_of(tags),
        gated=_gated(info.gated),
        downloads=_count(info.downloads),
        likes=_count(info.likes),
        updated_at_s=updated.timestamp() if updated else 0.0,
        base_model=base_model_of(tags),
        architecture=architecture,
        parameters_total=_count(gguf.get("total")),
        n_ctx_train=_count(gguf.get("context_length")),
        is_moe=is_moe(architecture, tags, info.id.rpartition("/")[2]),
        is_private=bool(info.private),
    )


def licence_of(tags: Iterable[str]) -> str:
    """The hub's word for the licence, "" where the repository states none."""
    return next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")


def base_model_of(tags: Iterable[str]) -> str:
    """The repository it was made from, best the one that it is a quantisation of."""
    found: dict[str, str] = {}
    for tag in tags:
        kind, _, rest = tag.partition(":")
        if kind != "base_model":
            continue
        relation, _, repo = rest.partition(":")
        if relation in _RELATIONS:
            found.setdefault(relation, repo)
        else:
            found.setdefault("", rest)
    return next((found[how] for how in ("quantized", "", *_RELATIONS) if how in found), "")


def _gated(value: object) -> Gated:
    if value in (None, False, "no", ""):
        return "no"
    return "auto" if value == "auto" else "manual"


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) else 0
