"""Searches the hub for repositories with GGUF files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from runtime.hub.frames import Found, HubSummary, Search, SearchSort
from runtime.hub.query import HubQuery, query_of
from runtime.hub.summary import summary_of

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ExpandModelProperty_T, ModelSort_T

_MOST = 500
_SORTS: dict[SearchSort, ModelSort_T] = {
    "downloads": "downloads",
    "updated": "last_modified",
    "trending": "trending_score",
}
_WANTED: list[ExpandModelProperty_T] = [
    "downloads",
    "gated",
    "gguf",
    "lastModified",
    "likes",
    "private",
    "tags",
]


def found(api: HfApi, search: Search) -> Found:
    """The answer to `search`. A repository named in full is looked up, whatever it is tagged."""
    query = query_of(search.text, api.endpoint)
    if query.repo:
        if exact := _exact(api, query):
            return Found(search.request_id, (exact,))
        owner, _, name = query.repo.partition("/")
        query = HubQuery(words=name, author=owner)
    limit = max(1, min(search.limit, _MOST))
    models = _listed(api, query, search.sort, limit + 1)
    return Found(search.request_id, tuple(models[:limit]), more=len(models) > limit)


def _exact(api: HfApi, query: HubQuery) -> HubSummary | None:
    """The repository; None where what was typed may as well be the beginning of a name."""
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        return summary_of(api.model_info(query.repo, expand=_WANTED))
    except GatedRepoError:
        raise
    except (RepositoryNotFoundError, HFValidationError):
        if query.is_address:
            raise
        return None


def _listed(api: HfApi, query: HubQuery, sort: SearchSort, limit: int) -> list[HubSummary]:
    models: Iterable = api.list_models(  # type: ignore[type-arg]
        filter="gguf",
        search=query.words or None,
        author=query.author or None,
        sort=_SORTS[sort],
        limit=limit,
        expand=_WANTED,
    )
    return [summary_of(info) for info in models]
