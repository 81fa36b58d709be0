"""The hub's own library, set up for a window: one try, time limits, the token to the hub alone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

import httpx2

from runtime.hub.http_client import CONNECT_TIMEOUT_S, STALL_S, user_agent
from runtime.hub.refusals import refusal, unreachable

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_PASSING = (408, 429, 500, 502, 503, 504)


class HubClient(httpx2.Client):
    """What the hub's library sends requests through.

    The library would try again for half a minute where the hub is not there or asks to wait, and
    keeps no time limit. Here the first failure is the answer, as a LinkProblem.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            headers={"User-Agent": user_agent()},
            timeout=httpx2.Timeout(STALL_S, connect=CONNECT_TIMEOUT_S),
            follow_redirects=True,
            trust_env=True,
        )
        self._endpoint = endpoint

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        # The library says "no limit" with each request.
        request.extensions = {**request.extensions, "timeout": self.timeout.as_dict()}
        if not _same_origin(request.url, httpx2.URL(self._endpoint)):
            request.headers.pop("Authorization", None)
        try:
            response = super().send(request, **options)
        except (httpx2.TransportError, httpx2.TooManyRedirects, httpx2.InvalidURL) as error:
            raise unreachable(self._endpoint, error) from error
        if response.status_code in _PASSING:
            response.close()
            raise refusal(response, self._endpoint, "", "", has_token=False)
        return response


class HubLibrary:
    """Imports `huggingface_hub` when it is first needed: it takes 6 MB and a second."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._is_set_up = False
        self._client: HubClient | None = None

    def client(self) -> HubClient:
        """For what is asked without the library."""
        with self._lock:
            if self._client is None:
                self._client = HubClient(self._endpoint)
            return self._client

    def api(self, token: Literal[False] | None) -> HfApi:
        """The library. `token` False sends none, None the one of the hub's own login."""
        import huggingface_hub

        with self._lock:
            if not self._is_set_up:
                huggingface_hub.set_client_factory(lambda: HubClient(self._endpoint))
                self._is_set_up = True
        return huggingface_hub.HfApi(
            endpoint=self._endpoint, token=token, library_name="coterie", user_agent=user_agent()
        )


def _same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
