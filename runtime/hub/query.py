"""What a person typed or pasted into the search: words, an author, a repository or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from runtime.errors import CoterieError, Problem
from runtime.hub.links import DEFAULT_ENDPOINT
from runtime.language import tr

_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
_AUTHOR = re.compile(rf"({_NAME})/")
_REPO = re.compile(rf"({_NAME}/{_NAME})(?::([A-Za-z0-9][A-Za-z0-9._-]{{0,62}}))?")
# First parts of an address on the hub that are not an author.
_NOT_AUTHORS = frozenset(
    (
        "api",
        "blog",
        "chat",
        "collections",
        "datasets",
        "docs",
        "join",
        "learn",
        "login",
        "models",
        "new",
        "organizations",
        "papers",
        "pricing",
        "settings",
        "spaces",
        "tasks",
    )
)
_MOST_LETTERS = 500


@dataclass(frozen=True)
class HubQuery:
    """Either `repo`, or `words` and `author` of which one may be empty.

    `is_address` says that exactly `repo` is meant. `revision`, `file` and `quantisation` are what
    else was in the address, "" where nothing was.
    """

    words: str = ""
    author: str = ""
    repo: str = ""
    revision: str = ""
    file: str = ""
    quantisation: str = ""
    is_address: bool = False


def query_of(text: str, endpoint: str = DEFAULT_ENDPOINT) -> HubQuery:
    """What `text` asks for. CoterieError for an address that is not one of a model on the hub."""
    text = " ".join(text[:_MOST_LETTERS].split())
    if text.lower().startswith(("https://", "http://")):
        return _of_address(text, text, endpoint)
    host = text.partition("/")[0].lower()
    if "/" in text and (host in _HOSTS or host == urlsplit(endpoint).netloc.lower()):
        return _of_address(f"https://{text}", text, endpoint)
    text = text.removeprefix("hf://")
    if match := _AUTHOR.fullmatch(text):
        return HubQuery(author=match[1])
    if match := _REPO.fullmatch(text):
        return HubQuery(repo=match[1], quantisation=match[2] or "")
    return HubQuery(words=text)


def _of_address(url: str, text: str, endpoint: str) -> HubQuery:
    try:
        address = urlsplit(url)
    except ValueError:
        message = tr("{address} is not an address.", address=_short(text))
        raise _refused(message, tr("Check it.")) from None
    return _of_parts(address, text, endpoint)


def _of_parts(address: SplitResult, text: str, endpoint: str) -> HubQuery:
    own = urlsplit(endpoint)
    if address.netloc.lower() not in _HOSTS | {own.netloc.lower()} or not address.netloc:
        raise _refused(
            tr("{address} is on another site.", address=_short(text)),
            tr(
                "Paste an address of {site}, or a name such as owner/model-GGUF.",
                site=own.hostname or endpoint,
            ),
        )
    parts = [unquote(part) for part in address.path.split("/") if part]
    if own.path.strip("/") and "/".join(parts).startswith(own.path.strip("/")):
        parts = parts[own.path.strip("/").count("/") + 1 :]
    if parts[:1] == ["models"] or not parts:
        return HubQuery(words=" ".join(parse_qs(address.query).get("search", [""])))
    if parts[0] in _NOT_AUTHORS:
        raise _no_model(text, tr("Paste the model's address."))
    if len(parts) == 1:
        return _author(parts[0], text)
    match = _REPO.fullmatch("/".join(parts[:2]))
    if match is None:
        raise _no_model(text, tr("Check the address."))
    revision, file = "", ""
    if len(parts) > 3 and parts[2] in ("blob", "resolve", "raw", "tree"):
        revision = parts[3]
        file = "/".join(parts[4:]) if parts[2] != "tree" else ""
    return HubQuery(
        repo=match[1], revision=revision, file=file, quantisation=match[2] or "", is_address=True
    )


def _author(name: str, text: str) -> HubQuery:
    if match := _AUTHOR.fullmatch(f"{name}/"):
        return HubQuery(author=match[1])
    raise _no_model(text, tr("Check the address."))


def _no_model(text: str, remedy: str) -> CoterieError:
    return _refused(tr("{address} is not a model's address.", address=_short(text)), remedy)


def _refused(message: str, remedy: str) -> CoterieError:
    title = tr("This is not a model on the hub")
    return CoterieError(Problem("hub_not_found", title, message, remedy))


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
