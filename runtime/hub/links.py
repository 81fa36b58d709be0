"""Where the bytes of one file of a repository are, asked without giving the token to others."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2

from runtime.hub.refusals import LinkProblem, refusal, unreachable
from runtime.language import tr

DEFAULT_ENDPOINT = "https://huggingface.co"
_MOST_HOPS = 5
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TRUE = {"1", "ON", "YES", "TRUE"}


@dataclass(frozen=True)
class Link:
    """A file's address for a while: most expire. `size_bytes` is None where the hub did not say.

    `sha256` is "" for files the hub keeps without one. `is_on_hub`: the token belongs to it.
    """

    url: str
    size_bytes: int | None
    sha256: str
    etag: str
    commit: str
    is_on_hub: bool

    def headers(self, token: str | None) -> dict[str, str]:
        """What a request to `url` must carry."""
        return _authorization(token) if self.is_on_hub else {}


def endpoint(environ: Mapping[str, str] = os.environ) -> str:
    """The hub's address, without a slash at its end."""
    return (environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")


def is_offline(environ: Mapping[str, str] = os.environ) -> bool:
    word = environ.get("HF_HUB_OFFLINE") or environ.get("TRANSFORMERS_OFFLINE") or ""
    return word.upper() in _TRUE


def stored_token(environ: Mapping[str, str] = os.environ) -> str | None:
    """The token of the hub's own login, by its own rule; None when signed out."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if token := _clean(environ.get(name, "")):
            return token
    try:
        return _clean(token_path(environ).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def token_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the hub's own login keeps the token."""
    if named := environ.get("HF_TOKEN_PATH"):
        return _expanded(named)
    if home := environ.get("HF_HOME"):
        return _expanded(home) / "token"
    cache = environ.get("XDG_CACHE_HOME") or "~/.cache"
    return _expanded(cache) / "huggingface" / "token"


def resolve_link(
    client: httpx2.Client,
    endpoint: str,
    repo: str,
    revision: str,
    path: str,
    token: str | None,
) -> Link:
    """Ask the hub where `path` of `repo` at `revision` is. Raises LinkProblem.

    Only the hub's own origin is asked and gets the token; a redirect elsewhere is the answer.
    """
    url = _resolve_url(endpoint, repo, revision, path)
    commit = ""
    for _ in range(_MOST_HOPS):
        try:
            response = client.head(url, headers=_authorization(token), follow_redirects=False)
            target = _redirect_target(response)
            is_on_hub = target is None or _origin(target) == _origin(httpx2.URL(endpoint))
        except (httpx2.TransportError, httpx2.InvalidURL, httpx2.DecodingError) as error:
            raise unreachable(endpoint, error) from error
        commit = response.headers.get("X-Repo-Commit", commit)
        if response.status_code >= 400:
            raise refusal(response, endpoint, repo, path, token is not None)
        is_answer = "X-Linked-Size" in response.headers or not is_on_hub
        if target is not None and is_on_hub and not is_answer:
            url = str(target)
            continue
        return _link(response, target, commit, is_on_hub)
    raise unreachable(endpoint, tr("it sends from one address to the next without end"))


def _link(response: httpx2.Response, target: httpx2.URL | None, commit: str, on_hub: bool) -> Link:
    etag: str = response.headers.get("X-Linked-Etag") or response.headers.get("ETag") or ""
    bare = etag.removeprefix("W/").strip('"')
    size = response.headers.get("X-Linked-Size")
    if size is None and target is None:
        size = response.headers.get("Content-Length")
    return Link(
        url=str(target or response.url),
        size_bytes=int(size) if size is not None and size.isdecimal() else None,
        sha256=bare if _SHA256.fullmatch(bare) else "",
        etag=bare,
        commit=commit,
        is_on_hub=on_hub,
    )


def _redirect_target(response: httpx2.Response) -> httpx2.URL | None:
    """Where it sends to, None when it does not. Raises LinkProblem for an unsafe address."""
    location = response.headers.get("Location", "")
    if not 300 <= response.status_code < 400 or not location:
        return None
    target = response.url.join(location)
    if target.scheme != "https" and target.scheme != response.url.scheme:
        reason = tr("it sends to an address without encryption")
        raise unreachable(str(response.url.host), reason)
    return target


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port


def _resolve_url(endpoint: str, repo: str, revision: str, path: str) -> str:
    return f"{endpoint}/{quote(repo)}/resolve/{quote(revision, safe='')}/{quote(path)}"


def _authorization(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _clean(token: str) -> str | None:
    return token.replace("\r", "").replace("\n", "").strip() or None


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()


__all__ = [
    "DEFAULT_ENDPOINT",
    "Link",
    "LinkProblem",
    "endpoint",
    "is_offline",
    "resolve_link",
    "stored_token",
    "token_path",
]
