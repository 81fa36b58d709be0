"""What it means when the hub does not answer or says no, in the words a person reads."""

from __future__ import annotations

import email.utils
import ssl
import time

import httpx2

from runtime.errors import CoterieError, Problem
from runtime.language import tr

_MOST_WAIT_S = 3600.0


class LinkProblem(CoterieError):
    """The hub did not give what was asked. `url` is where a person can accept or look.

    `is_passing`: worth trying again without a person doing anything, after `retry_after_s`.
    """

    def __init__(
        self,
        problem: Problem,
        url: str = "",
        retry_after_s: float = 0.0,
        is_passing: bool = False,
    ) -> None:
        super().__init__(problem)
        self.url = url
        self.retry_after_s = retry_after_s
        self.is_passing = is_passing


def retry_after_s(headers: httpx2.Headers, now_s: float | None = None) -> float:
    """The wait a Retry-After header asks for, 0 without one; an hour at most."""
    word = headers.get("Retry-After", "").strip()
    if not word:
        return 0.0
    if word.isdecimal():
        return min(float(word), _MOST_WAIT_S)
    try:
        at_s = email.utils.parsedate_to_datetime(word).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, at_s - (time.time() if now_s is None else now_s)), _MOST_WAIT_S)


def offline() -> LinkProblem:
    return LinkProblem(
        Problem(
            kind="hub_offline",
            title=tr("The hub is switched off"),
            message=tr("HF_HUB_OFFLINE is set, so Coterie does not ask the hub."),
            remedy=tr("Switch offline off in the settings, or unset HF_HUB_OFFLINE."),
        )
    )


def unreachable(endpoint: str, reason: Exception | str) -> LinkProblem:
    """No usable answer from `endpoint`."""
    if _is_certificate(reason):
        message = tr("The certificate of {address} could not be verified.", address=endpoint)
        remedy = tr(
            "Check the date of this computer, and SSL_CERT_FILE if your network uses a proxy."
        )
    else:
        message = tr(
            "{address} could not be reached: {reason}.", address=endpoint, reason=_words(reason)
        )
        remedy = tr("Check the connection, the proxy and the hub's address.")
    title = tr("The hub can't be reached")
    return LinkProblem(Problem("hub_unreachable", title, message, remedy), is_passing=True)


def refusal(
    response: httpx2.Response, endpoint: str, repo: str, path: str, has_token: bool
) -> LinkProblem:
    """What an answer of 400 or more to a question about `repo` means; `path` "" for all of it."""
    status, page = response.status_code, f"{endpoint}/{repo}"
    code = response.headers.get("X-Error-Code", "")
    said = response.headers.get("X-Error-Message", "")
    if code == "GatedRepo":
        return LinkProblem(_gated(repo, has_token), page)
    if status == 429:
        return _busy(response)
    if status in (401, 403) and "credentials" in said.lower():
        return LinkProblem(_token_refused(), f"{endpoint}/settings/tokens")
    if status in (401, 404) or code == "RepoNotFound":
        return LinkProblem(_not_found(repo, path, code, has_token), page)
    if status == 403:
        return LinkProblem(_token_refused(said), f"{endpoint}/settings/tokens")
    return _error(response, endpoint)


def _busy(response: httpx2.Response) -> LinkProblem:
    wait_s = retry_after_s(response.headers)
    return LinkProblem(
        Problem(
            kind="hub_busy",
            title=tr("The hub asks to wait"),
            message=tr("Too many requests came from this connection."),
            remedy=tr("Try again in a few minutes; signing in raises the limit."),
        ),
        retry_after_s=wait_s,
        is_passing=True,
    )


def _error(response: httpx2.Response, endpoint: str) -> LinkProblem:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    return LinkProblem(
        Problem(
            kind="hub_error",
            title=tr("The hub answered with an error"),
            message=tr("{address} answered {status}.", address=endpoint, status=status),
            remedy=tr("Try again in a few minutes."),
        ),
        retry_after_s=retry_after_s(response.headers),
        is_passing=response.status_code >= 500 or response.status_code == 408,
    )


def _gated(repo: str, has_token: bool) -> Problem:
    if has_token:
        remedy = tr("Open its page, accept the conditions, then try again.")
    else:
        remedy = tr("Open its page, accept the conditions, sign in, then try again.")
    return Problem(
        kind="hub_gated",
        title=tr("This model asks you to accept its conditions"),
        message=tr("The authors of {repo} want that before they share it.", repo=repo),
        remedy=remedy,
    )


def _not_found(repo: str, path: str, code: str, has_token: bool) -> Problem:
    if code == "EntryNotFound":
        message = tr("{repo} has no file {path}.", repo=repo, path=path)
    elif code == "RevisionNotFound":
        message = tr("{repo} does not have this version any more.", repo=repo)
    else:
        message = tr("There is no {repo} on the hub, or it is private.", repo=repo)
    if code in ("EntryNotFound", "RevisionNotFound"):
        remedy = tr("Its author changed it: search for it again and take what is there now.")
    elif has_token:
        remedy = tr("Check the name, and that your token may read it.")
    else:
        remedy = tr("Check the name; sign in if it is private.")
    return Problem("hub_not_found", tr("The hub does not have this"), message, remedy)


def _token_refused(said: str = "") -> Problem:
    return Problem(
        kind="hub_token_refused",
        title=tr("The hub does not accept the token"),
        message=said[:200] or tr("It is expired, revoked or mistyped."),
        remedy=tr("Sign in with another token."),
    )


def _is_certificate(reason: Exception | str) -> bool:
    error: BaseException | None = reason if isinstance(reason, Exception) else None
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _words(reason: Exception | str) -> str:
    if isinstance(reason, httpx2.TimeoutException):
        return tr("it did not answer in time")
    return (str(reason) or type(reason).__name__)[:200].rstrip(".")
