"""The hub and its CDN on loopback: put repositories in, ask for trouble, read what was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.hub import api, cdn, describing
from tests.hub.exchange import FileSpan, Request, Response, refused
from tests.hub.faults import (
    ExpireLinks,
    Fault,
    FlipBit,
    IgnoreRange,
    MoveBranch,
    ShortRange,
    Status,
    WrongRange,
)
from tests.hub.repositories import Account, Content, Gated, Repository
from tests.hub.sending import Surroundings, Throttle, send_body
from tests.hub.serving import Server

PATIENCE_S = 20.0
# What huggingface_hub asks by itself before its first request of the day; no fault is spent on it.
ASIDE = "/api/agent-harnesses"


class Hub:
    """A hub while it is entered. `tokens` says who may sign in; add to it at any time."""

    def __init__(self, port: int = 0, cdn_port: int = 0) -> None:
        self.tokens: dict[str, Account] = {}
        self._state = api.HubState({}, self.tokens, cdn.Links())
        self._requests: list[Request] = []
        self._faults: list[_Waiting] = []
        self._changed = threading.Condition()
        self._closing, self._released = threading.Event(), threading.Event()
        self._throttle = Throttle(0, self._closing)
        around = Surroundings(self._throttle, self._closing, self._released, self._notify)

        def send(connection: socket.socket, response: Response, request: Request) -> None:
            send_body(connection, response, request, request.faults, around)

        self._hub = Server("hub", port, self._answer_hub, send, self._notify)
        self._cdn = Server("cdn", cdn_port, self._answer_cdn, send, self._notify)
        self._state.endpoint = self._hub.endpoint
        self._state.cdn_endpoint = self._cdn.endpoint

    def __enter__(self) -> Hub:
        self._hub.start()
        self._cdn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._released.set()
        self._hub.stop()
        self._cdn.stop()
        for error in (*self._hub.errors, *self._cdn.errors):
            raise error

    @property
    def endpoint(self) -> str:
        return self._hub.endpoint

    @property
    def cdn_endpoint(self) -> str:
        return self._cdn.endpoint

    @property
    def state(self) -> api.HubState:
        """Page sizes and what else is seldom changed."""
        return self._state

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order they came; those still being answered included."""
        with self._changed:
            return list(self._requests)

    def asked(self, origin: str, match: str = "", method: str = "") -> list[Request]:
        """The requests to "hub" or "cdn" with `match` in their file or path."""
        return [
            request
            for request in self.requests
            if request.origin == origin
            and match in (request.file or request.path)
            and method in ("", request.method)
        ]

    def bytes_sent(self, match: str = "") -> int:
        """How many bytes of files the CDN has sent."""
        return sum(request.bytes_sent for request in self.asked("cdn", match))

    def forget_requests(self) -> None:
        with self._changed:
            self._requests.clear()

    def add(
        self,
        repo: str,
        files: Mapping[str, Content],
        *,
        branch: str = "main",
        gated: Gated = "no",
        private: bool = False,
        tags: Sequence[str] = (),
        downloads: int = 0,
        likes: int = 0,
        licence: str = "",
        base_model: str = "",
        gguf: Mapping[str, Any] | None = None,
        card: str = "",
    ) -> str:
        """A new repository, or a new commit of one that is there; answers the commit.

        What is said of a repository counts as given with its first commit. `card` becomes its
        README.md, with the licence and base model as front matter.
        """
        repository = self._state.repositories.get(repo)
        if repository is None:
            facts = describing.facts(files, tags, downloads, likes, licence, base_model, gguf)
            repository = Repository(repo, gated, private, facts)
        if card or (licence and "README.md" not in files and not repository.commits):
            files = {"README.md": describing.card(repo, card, licence, base_model), **files}
        oid = repository.commit(files, branch).oid
        self._state.repositories[repo] = repository
        return oid

    def remove(self, repo: str) -> None:
        del self._state.repositories[repo]

    def accept(self, token: str, repo: str) -> None:
        """What the button on a gated repository's page does."""
        self.tokens[token].may_read.add(repo)

    def misbehave(self, *faults: Fault) -> None:
        """Let these faults happen, beside those still to come."""
        self._released.clear()
        with self._changed:
            self._faults += [_Waiting(fault) for fault in faults]

    def behave(self) -> None:
        """Drop all faults, and let go of what is stalled."""
        with self._changed:
            self._faults.clear()
        self.release()

    def release(self) -> None:
        """Let stalled answers go on."""
        self._released.set()

    def limit_speed(self, bytes_per_s: float) -> None:
        """Over all connections together; 0 is no limit."""
        self._throttle.bytes_per_s = bytes_per_s

    def expire_links(self) -> None:
        self._state.links.expire_all()

    def set_link_lifetime(self, seconds: float) -> None:
        """Of links given from now on."""
        self._state.links.lifetime_s = seconds

    def drop_connections(self) -> None:
        """Close every open connection, as a lost network would."""
        self._hub.drop_connections()
        self._cdn.drop_connections()

    def wait_until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait for something about `requests`; looked at whenever more was asked or sent."""
        with self._changed:
            if not self._changed.wait_for(condition, timeout_s):
                raise TimeoutError(f"not within {timeout_s:g} s; asked: {self._requests}")

    def wait_for_bytes(self, size: int, match: str = "", timeout_s: float = PATIENCE_S) -> None:
        """Wait until the CDN has sent so many bytes of files."""
        self.wait_until(lambda: self.bytes_sent(match) >= size, timeout_s)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _record(self, request: Request) -> list[Fault]:
        """Remember the request; answers the faults that act on it."""
        with self._changed:
            self._requests.append(request)
            acting = [waiting.fault for waiting in self._faults if waiting.acts_on(request)]
            self._faults = [waiting for waiting in self._faults if not waiting.is_spent]
            self._changed.notify_all()
        for fault in acting:
            if isinstance(fault, MoveBranch):
                self.add(fault.repo, fault.files, branch=fault.branch)
            elif isinstance(fault, ExpireLinks):
                self.expire_links()
        return acting

    def _answer_hub(self, request: Request) -> Response:
        found = api.FILE_PATH.fullmatch(request.path)
        if found:
            request.file = f"{found['repo']}/{found['path']}"
        request.faults = self._record(request)
        for fault in request.faults:
            if isinstance(fault, Status):
                return _with_retry(refused(fault.code, fault.error_code, "Told to"), fault)
        response = api.answer(self._state, request)
        _note_offset(request, response)
        return response

    def _answer_cdn(self, request: Request) -> Response:
        file = self._state.links.file_of(request)
        if file is not None:
            request.file = file.name
        request.faults = self._record(request)
        for fault in request.faults:
            if isinstance(fault, Status):
                return _with_retry(Response(fault.code), fault)
        response = cdn.answer(request, self._state.links, request.faults)
        _note_offset(request, response)
        return response


class _Waiting:
    """A fault and how often it has yet to act."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._left = fault.times
        self._to_skip = fault.skip

    @property
    def is_spent(self) -> bool:
        return self._left == 0

    def acts_on(self, request: Request) -> bool:
        if self.is_spent or not _applies(self.fault, request):
            return False
        if self._to_skip:
            self._to_skip -= 1
            return False
        if self._left is not None:
            self._left -= 1
        return True


def _applies(fault: Fault, request: Request) -> bool:
    if request.path == ASIDE:
        return False
    if fault.on != request.origin or fault.match not in (request.file or request.path):
        return False
    if fault.on == "cdn" and request.method != "GET":
        return False
    if isinstance(fault, IgnoreRange | WrongRange | ShortRange):
        return bool(request.range)
    if isinstance(fault, FlipBit):
        begin, end = request.stated_span()
        return begin <= fault.offset < end
    return True


def _note_offset(request: Request, response: Response) -> None:
    if isinstance(response.body, FileSpan):
        request.offset = response.body.begin


def _with_retry(response: Response, fault: Status) -> Response:
    if fault.retry_after_s is not None:
        response.headers["Retry-After"] = str(fault.retry_after_s)
    return response
