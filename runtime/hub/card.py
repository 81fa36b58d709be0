"""A repository's model card: its README, without the front matter and within bounds."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx2

from runtime.hub.refusals import refusal, unreachable

MAX_CARD_BYTES = 1 << 20
_NAME = "README.md"
_FRONT_MATTER = re.compile(r"\ufeff?\s*---[ \t]*\r?\n(?:.*?\n)??---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def card_of(
    client: httpx2.Client, endpoint: str, token: str | None, repo: str, revision: str
) -> str:
    """The card as Markdown, "" where the repository has none. Raises LinkProblem.

    `client` follows redirects, and gives the token to the hub alone.
    """
    url = f"{endpoint}/{quote(repo)}/resolve/{quote(revision or 'main', safe='')}/{_NAME}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with client.stream("GET", url, headers=headers) as response:
            if response.headers.get("X-Error-Code") == "EntryNotFound":
                return ""
            if response.status_code != 200:
                raise refusal(response, endpoint, repo, _NAME, token is not None)
            data = _bounded(response)
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise unreachable(endpoint, error) from error
    return without_front_matter(data.decode("utf-8", "replace"))


def _bounded(response: httpx2.Response) -> bytes:
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) >= MAX_CARD_BYTES:
            break
    return bytes(data[:MAX_CARD_BYTES])


def without_front_matter(text: str) -> str:
    """`text` without the YAML between two lines of dashes at its beginning."""
    match = _FRONT_MATTER.match(text)
    return (text[match.end() :] if match else text).lstrip("\ufeff").strip()
