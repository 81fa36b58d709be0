"""Answers requests, several at a time: each exactly once, unless its answer was given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2

from runtime.hub import card, login, repository, search
from runtime.hub.frames import (
    Card,
    Describe,
    Described,
    GiveUp,
    HubEvent,
    LayoutRead,
    ReadCard,
    ReadLayout,
    Search,
    SignIn,
    WhoAmI,
)
from runtime.hub.hub_api import HubLibrary
from runtime.hub.problems import failed
from runtime.hub.refusals import offline
from runtime.hub.remote_layout import RemoteLayouts
from runtime.hub.remote_ranges import NotWanted
from runtime.protocol.channel import FrameTooLarge

Request = Search | Describe | ReadCard | ReadLayout | WhoAmI | SignIn
# Layouts wait for one another, and must not keep a search waiting.
_THREADS = 4
_LAYOUT_THREADS = 3


class Answering:
    """Takes requests and sends their answers, on threads of its own."""

    def __init__(
        self,
        send: Callable[[HubEvent], None],
        endpoint: str,
        is_offline: bool,
        new_client: Callable[[], httpx2.Client],
    ) -> None:
        self._send = send
        self._endpoint = endpoint
        self._is_offline = is_offline
        self._library = HubLibrary(endpoint)
        self._new_client = new_client
        self._layouts: RemoteLayouts | None = None
        self._open: set[int] = set()
        self._lock = threading.Lock()
        self.signing = threading.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, "hub")
        self._layout_threads = ThreadPoolExecutor(_LAYOUT_THREADS, "layout")

    def take(self, request: Request | GiveUp) -> None:
        """Begin to answer, or give up."""
        with self._lock:
            if isinstance(request, GiveUp):
                self._open.discard(request.request_id)
                return
            if request.request_id in self._open:
                return
            self._open.add(request.request_id)
        threads = self._layout_threads if isinstance(request, ReadLayout) else self._threads
        threads.submit(self._answer, request)

    def _answer(self, request: Request) -> None:
        if not self._is_wanted(request.request_id):
            return
        try:
            event = self._worked_out(request)
        except NotWanted:
            return
        except Exception as error:  # noqa: BLE001 - the top of this thread
            event = self._failed(request, error)
        with self._lock:
            if request.request_id not in self._open:
                return
            self._open.discard(request.request_id)
        try:
            self._send(event)
        except FrameTooLarge as error:
            self._send(self._failed(request, error))

    def _failed(self, request: Request, error: Exception) -> HubEvent:
        repo = request.repo if isinstance(request, Describe | ReadCard | ReadLayout) else ""
        if isinstance(request, Search):
            repo = request.text
        has_token = login.usable_token() is not None
        return failed(request.request_id, error, self._endpoint, repo, has_token)

    def _worked_out(self, request: Request) -> HubEvent:
        if self._is_offline:
            raise offline()
        if isinstance(request, ReadLayout):
            return self._layout(request)
        if isinstance(request, ReadCard):
            return self._card(request)
        api = self._library.api(login.token_for_library())
        match request:
            case Search():
                return search.found(api, request)
            case Describe(request_id=number, repo=repo, revision=revision):
                return Described(number, repository.described(api, repo, revision))
            case WhoAmI(request_id=number):
                return login.account(api, number)
            case SignIn(request_id=number, token=token):
                with self.signing:
                    return login.sign_in(api, number, token)

    def _card(self, request: ReadCard) -> Card:
        client, token = self._library.client(), login.usable_token()
        text = card.card_of(client, self._endpoint, token, request.repo, request.revision)
        return Card(request.request_id, text)

    def _layout(self, request: ReadLayout) -> LayoutRead:
        number = request.request_id
        result = self._remote_layouts().read(
            request.repo, request.revision, request.model, lambda: self._is_wanted(number)
        )
        return LayoutRead(number, result.layout, result.requests, result.read_bytes)

    def _remote_layouts(self) -> RemoteLayouts:
        with self._lock:
            if self._layouts is None:
                client = self._new_client()
                self._layouts = RemoteLayouts(client, self._endpoint, login.usable_token)
            return self._layouts

    def _is_wanted(self, request_id: int) -> bool:
        with self._lock:
            return request_id in self._open
