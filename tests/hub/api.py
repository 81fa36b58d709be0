"""The hub's own answers: searches, what repositories hold, who one is, and links to files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from tests.hub import describing
from tests.hub.cdn import Links, ranged
from tests.hub.exchange import Request, Response, as_json, refused
from tests.hub.repositories import POINTER_BYTES, Account, Commit, Repository, StoredFile

_REPO = r"(?P<repo>(?!api/)[\w.-]+/[\w.-]+)"
FILE_PATH = re.compile(rf"/{_REPO}/(?:resolve|raw)/(?P<revision>[^/]+)/(?P<path>.+)")


@dataclass
class HubState:
    """All that the hub knows. `page_size` is the most one page of a list holds.

    `gates_cards` says whether a gated repository's README.md is gated too.
    """

    repositories: dict[str, Repository]
    tokens: dict[str, Account]
    links: Links
    endpoint: str = ""
    cdn_endpoint: str = ""
    page_size: int = 1000
    gates_cards: bool = True


@dataclass(frozen=True)
class _Asked:
    """One request with what its path and token say."""

    state: HubState
    request: Request
    account: Account | None
    parts: Mapping[str, str]

    @property
    def repository(self) -> Repository:
        return self.state.repositories[self.parts["repo"]]

    @property
    def revision(self) -> str:
        return unquote(self.parts.get("revision") or "main")


def answer(state: HubState, request: Request) -> Response:
    """The answer to any request to the hub's port."""
    account = state.tokens.get(request.token)
    if "authorization" in request.headers and account is None:
        return refused(401, "", "Invalid credentials in Authorization header")
    for method, pattern, handler in _ROUTES:
        found = re.fullmatch(pattern, request.raw_path)
        if found and request.method in method:
            asked = _Asked(state, request, account, found.groupdict())
            return _missing_or_hidden(asked) or handler(asked)
    return refused(404, "", "Sorry, we can't find the page you are looking for.")


def _missing_or_hidden(asked: _Asked) -> Response | None:
    """A private repository and one that is not there look the same."""
    if "repo" not in asked.parts:
        return None
    repository = asked.state.repositories.get(asked.parts["repo"])
    if repository is not None and _is_visible(repository, asked.account):
        return None
    if asked.account is None:
        return refused(401, "RepoNotFound", "Invalid username or password.")
    return refused(404, "RepoNotFound", "Repository not found")


def _is_visible(repository: Repository, account: Account | None) -> bool:
    return not repository.private or (account is not None and account.reads(repository))


def _no_revision(revision: str) -> Response:
    return refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")


def _models(asked: _Asked) -> Response:
    request, state = asked.request, asked.state
    found = [
        repository
        for repository in state.repositories.values()
        if _is_visible(repository, asked.account) and describing.is_wanted(repository, request)
    ]
    found = describing.in_order(found, request.one("sort") or "trendingScore")
    page, link = _page(asked, found)
    models = [describing.model(repository, request) for repository in page]
    return as_json(models, link)


def _page(asked: _Asked, found: list[Any]) -> tuple[list[Any], dict[str, str]]:
    """One page, and the Link to the next where there is one."""
    request = asked.request
    begin = int(request.one("cursor", "0"))
    end = begin + min(int(request.one("limit") or 1 << 30), asked.state.page_size)
    if end >= len(found):
        return found[begin:end], {}
    query = urlencode(request.query | {"cursor": [str(end)]}, doseq=True)
    link = f'<{asked.state.endpoint}{request.raw_path}?{query}>; rel="next"'
    return found[begin:end], {"Link": link}


def _model(asked: _Asked) -> Response:
    commit = asked.repository.resolve(asked.revision)
    if commit is None:
        return _no_revision(asked.revision)
    return as_json(describing.model(asked.repository, asked.request, commit))


def _tree(asked: _Asked) -> Response:
    commit = asked.repository.resolve(asked.revision)
    if commit is None:
        return _no_revision(asked.revision)
    folder = unquote(asked.parts.get("folder") or "").strip("/")
    entries = _tree_entries(commit, folder, recursive=asked.request.flag("recursive"))
    if folder and not entries:
        return refused(404, "EntryNotFound", f"{folder} does not exist on {asked.revision}")
    page, link = _page(asked, entries)
    return as_json(page, link)


def _tree_entries(commit: Commit, folder: str, *, recursive: bool) -> list[dict[str, Any]]:
    prefix = f"{folder}/" if folder else ""
    entries: dict[str, dict[str, Any]] = {}
    for path, file in commit.files.items():
        if not path.startswith(prefix):
            continue
        within = path[len(prefix) :].split("/")
        for depth in range(1, len(within) if recursive else min(len(within), 2)):
            above = prefix + "/".join(within[:depth])
            entries[above] = {"type": "directory", "oid": "0" * 40, "size": 0, "path": above}
        if recursive or len(within) == 1:
            entries[path] = _file_entry(file)
    return [entries[path] for path in sorted(entries)]


def _file_entry(file: StoredFile) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "file",
        "oid": file.git_oid,
        "size": file.size_bytes,
        "path": file.path,
    }
    if file.is_lfs:
        entry["lfs"] = {
            "oid": file.sha256,
            "size": file.size_bytes,
            "pointerSize": POINTER_BYTES,
        }
    return entry


def _paths_info(asked: _Asked) -> Response:
    commit = asked.repository.resolve(asked.revision)
    if commit is None:
        return _no_revision(asked.revision)
    body = asked.request.body.decode()
    if "json" in asked.request.headers.get("content-type", ""):
        paths = json.loads(body)["paths"]
    else:
        paths = parse_qs(body).get("paths", [])
    return as_json([_file_entry(commit.files[path]) for path in paths if path in commit.files])


def _who_am_i(asked: _Asked) -> Response:
    if asked.account is None:
        return refused(401, "", "Invalid username or password.")
    return as_json(
        {
            "type": "user",
            "id": "0" * 24,
            "name": asked.account.name,
            "fullname": asked.account.name,
            "isPro": False,
            "orgs": [],
            "auth": {
                "type": "access_token",
                "accessToken": {"displayName": "tests", "role": "read"},
            },
        }
    )


def _resolve(asked: _Asked) -> Response:
    path = unquote(asked.parts["path"])
    repository = asked.repository
    is_gated = repository.gated != "no" and (asked.state.gates_cards or path != "README.md")
    if is_gated and not (asked.account and asked.account.reads(repository)):
        return _gated(asked)
    commit = repository.resolve(asked.revision)
    if commit is None:
        return _no_revision(asked.revision)
    file = commit.files.get(path)
    if file is None:
        return refused(404, "EntryNotFound", "Entry not found")
    headers = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
    if not file.is_lfs:
        direct = ranged(asked.request, file)
        own = {"ETag": f'"{file.git_oid}"', "Content-Type": "text/plain; charset=utf-8"}
        return Response(direct.status, direct.headers | headers | own, direct.body)
    return Response(
        302,
        headers
        | {
            "X-Linked-Etag": f'"{file.sha256}"',
            "X-Linked-Size": str(file.size_bytes),
            "ETag": f'"{file.git_oid}"',
            "Location": asked.state.cdn_endpoint + asked.state.links.give(file),
        },
        b"Found. Redirecting",
    )


def _gated(asked: _Asked) -> Response:
    restricted = f"Access to model {asked.repository.id} is restricted"
    if asked.account is None:
        message = (
            f"{restricted}. You must have access to it and be authenticated to access it. "
            "Please log in."
        )
        return refused(401, "GatedRepo", message)
    message = (
        f"{restricted} and you are not in the authorized list. "
        f"Visit {asked.state.endpoint}/{asked.repository.id} to ask for access."
    )
    return refused(403, "GatedRepo", message)


def _page_of(asked: _Asked) -> Response:
    """The repository's page, with the button that accepts a gate, for trying things by hand."""
    repository = asked.repository
    accept = f'<form method="post"><button>Accept the terms of {repository.id}</button></form>'
    page = f"<h1>{repository.id}</h1>{accept if repository.gated != 'no' else ''}"
    return Response(200, {"Content-Type": "text/html; charset=utf-8"}, page.encode())


def _accept(asked: _Asked) -> Response:
    for account in asked.state.tokens.values():
        account.may_read.add(asked.repository.id)
    return Response(200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>Accepted.</p>")


_READ = ("GET", "HEAD")
_ROUTES: tuple[tuple[tuple[str, ...], str, Callable[[_Asked], Response]], ...] = (
    (_READ, r"/api/models", _models),
    (_READ, r"/api/whoami-v2", _who_am_i),
    (_READ, rf"/api/models/{_REPO}", _model),
    (_READ, rf"/api/models/{_REPO}/revision/(?P<revision>[^/]+)", _model),
    (_READ, rf"/api/models/{_REPO}/tree/(?P<revision>[^/]+)(?P<folder>/.+)?", _tree),
    (("POST",), rf"/api/models/{_REPO}/paths-info/(?P<revision>[^/]+)", _paths_info),
    (_READ, FILE_PATH.pattern, _resolve),
    (_READ, rf"/{_REPO}", _page_of),
    (("POST",), rf"/{_REPO}", _accept),
)
