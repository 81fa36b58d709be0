"""What a failed request tells a person, from whatever was raised on the way."""

from __future__ import annotations

import sys
import traceback

import httpx2

from runtime.errors import CoterieError, Problem
from runtime.hub.frames import HubFailed
from runtime.hub.refusals import LinkProblem, offline, refusal, unreachable
from runtime.language import tr


def failed(
    request_id: int, error: Exception, endpoint: str, repo: str, has_token: bool
) -> HubFailed:
    """The answer to a request about `repo` ("" for none) that ended with `error`."""
    found = _as_problem(error, endpoint, repo, has_token)
    if isinstance(found, LinkProblem):
        return HubFailed(request_id, found.problem, found.url, found.retry_after_s)
    return HubFailed(request_id, found.problem)


def _as_problem(error: Exception, endpoint: str, repo: str, has_token: bool) -> CoterieError:
    if isinstance(error, CoterieError):
        return error
    if "huggingface_hub" in sys.modules:
        from huggingface_hub.errors import (
            HfHubHTTPError,
            HFValidationError,
            OfflineModeIsEnabled,
        )

        if isinstance(error, OfflineModeIsEnabled):
            return offline()
        if isinstance(error, HFValidationError):
            return _no_name(repo)
        # Covers gated, missing and private repositories and revisions: the response says which.
        if isinstance(error, HfHubHTTPError):
            return refusal(error.response, endpoint, repo, "", has_token)
    if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
        return unreachable(endpoint, error)
    return _unexpected(error)


def _no_name(repo: str) -> CoterieError:
    return CoterieError(
        Problem(
            "hub_not_found",
            tr("The hub does not have this"),
            tr("{repo} is not a name that a repository can have.", repo=repo[:80]),
            tr("Check the name; it has the form owner/model."),
        )
    )


def _unexpected(error: Exception) -> CoterieError:
    # Without the error's own words: they may hold what was sent, a token too.
    places = "".join(traceback.format_tb(error.__traceback__))
    sys.stderr.write(f"hub: {type(error).__name__}\n{places}")
    sys.stderr.flush()
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        message = tr("This computer refused something: {reason}.", reason=reason)
        remedy = tr("Check the free space and the permissions of the Hugging Face folder.")
    else:
        name = type(error).__name__
        message = tr("Its answer was not what was expected ({error}).", error=name)
        remedy = tr("Try again in a few minutes; if it stays so, update Coterie.")
    title = tr("The hub's answer could not be used")
    return CoterieError(Problem("hub_error", title, message, remedy))
