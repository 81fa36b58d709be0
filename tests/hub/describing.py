"""How the hub describes repositories in JSON, and which a search wants in which order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.hub.exchange import Request
from tests.hub.repositories import POINTER_BYTES, Commit, Content, Repository

_SHORT = ("likes", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt")
_LONG = (*_SHORT, "author", "sha", "lastModified", "gated", "siblings")
_WHOLE = (*_LONG, "disabled", "gguf", "cardData", "spaces", "trendingScore", "usedStorage")
_PARAMETERS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def is_wanted(repository: Repository, request: Request) -> bool:
    """Whether a search's words, author, tags, gate and size fit."""
    words = request.one("search").lower().split()
    tags = [tag for value in request.query.get("filter", []) for tag in value.split(",")]
    author, gated = request.one("author"), request.one("gated").lower()
    return (
        all(word in repository.id.lower() for word in words)
        and set(tags) <= set(repository.facts["tags"])
        and author.lower() in ("", repository.owner.lower())
        and gated in ("", "true" if repository.gated != "no" else "false")
        and _is_of_size(repository, request.one("num_parameters"))
    )


def _is_of_size(repository: Repository, wanted: str) -> bool:
    """`min:6B,max:128B`"""
    total = (repository.facts.get("gguf") or {}).get("total", 0)
    for side, number, unit in re.findall(r"(min|max):([\d.]+)([KMBT]?)", wanted):
        bound = float(number) * _PARAMETERS[unit]
        if total < bound if side == "min" else total > bound:
            return False
    return True


def in_order(found: list[Repository], sort: str) -> list[Repository]:
    """The greatest first, as the hub does; the same order each time."""

    def key(repository: Repository) -> tuple[Any, str]:
        if sort == "lastModified":
            return _main(repository).made_at.timestamp(), repository.id
        return repository.facts.get(sort) or 0, repository.id

    return sorted(found, key=key, reverse=True)


def model(repository: Repository, request: Request, commit: Commit | None = None) -> dict[str, Any]:
    """A repository: in a list without `commit`, by itself with one. Only what `expand` names."""
    names: tuple[str, ...] = _WHOLE if commit else _LONG if request.flag("full") else _SHORT
    if request.flag("cardData"):
        names = (*names, "cardData")
    if request.query.get("expand"):
        names = tuple(request.query["expand"])
    known = _known(repository, commit or _main(repository), with_blobs=request.flag("blobs"))
    own_id = hashlib.sha1(repository.id.encode(), usedforsecurity=False).hexdigest()[:24]
    return {
        "_id": own_id,
        "id": repository.id,
        "modelId": repository.id,
        **{name: known[name] for name in names if known.get(name) is not None},
    }


def _main(repository: Repository) -> Commit:
    commit = repository.resolve("main")
    return commit or next(reversed(repository.commits.values()))


def _known(repository: Repository, commit: Commit, *, with_blobs: bool) -> dict[str, Any]:
    gated: bool | str = repository.gated if repository.gated != "no" else False
    return {
        **repository.facts,
        "author": repository.owner,
        "private": repository.private,
        "gated": gated,
        "disabled": False,
        "sha": commit.oid,
        "lastModified": _time(commit.made_at),
        "createdAt": _time(next(iter(repository.commits.values())).made_at),
        "siblings": _siblings(commit, with_blobs=with_blobs),
        "usedStorage": sum(file.size_bytes for file in commit.files.values()),
        "spaces": [],
    }


def _siblings(commit: Commit, *, with_blobs: bool) -> list[dict[str, Any]]:
    siblings = []
    for path, file in sorted(commit.files.items()):
        sibling: dict[str, Any] = {"rfilename": path}
        if with_blobs:
            sibling |= {"blobId": file.git_oid, "size": file.size_bytes}
        if with_blobs and file.is_lfs:
            sibling["lfs"] = {
                "sha256": file.sha256,
                "size": file.size_bytes,
                "pointerSize": POINTER_BYTES,
            }
        siblings.append(sibling)
    return siblings


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def facts(
    files: Mapping[str, Content],
    tags: Sequence[str],
    downloads: int,
    likes: int,
    licence: str,
    base_model: str,
    gguf: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What the API says of a repository, by its names."""
    all_tags = list(tags)
    if any(path.lower().endswith(".gguf") for path in files) and "gguf" not in all_tags:
        all_tags.insert(0, "gguf")
    data: dict[str, Any] = {}
    if licence:
        data["license"] = licence
        all_tags.append(f"license:{licence}")
    if base_model:
        data["base_model"] = base_model
        all_tags += [f"base_model:{base_model}", f"base_model:quantized:{base_model}"]
    return {
        "tags": all_tags,
        "downloads": downloads,
        "likes": likes,
        "trendingScore": likes,
        "gguf": dict(gguf) if gguf is not None else None,
        "cardData": data or None,
    }


def card(repo: str, text: str, licence: str, base_model: str) -> bytes:
    """A README.md with its front matter."""
    front = [f"license: {licence}"] if licence else []
    front += [f"base_model: {base_model}"] if base_model else []
    matter = "---\n" + "\n".join(front) + "\n---\n" if front else ""
    return (matter + (text or f"# {repo.split('/')[1]}\n")).encode()
