"""Who is signed in to the hub, kept where the hub's own login keeps it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from runtime.errors import Problem
from runtime.hub.frames import Account
from runtime.hub.links import endpoint, stored_token, token_path
from runtime.hub.refusals import LinkProblem
from runtime.language import tr

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
# What can stand in a header: other letters would end up in the words of an error.
_TOKEN = re.compile(r"[\x21-\x7e]{1,500}")


def usable_token(environ: Mapping[str, str] = os.environ) -> str | None:
    """The token to send, None when signed out or when it can't be one."""
    token = stored_token(environ)
    return token if token and _TOKEN.fullmatch(token) else None


def token_for_library(environ: Mapping[str, str] = os.environ) -> Literal[False] | None:
    """What the hub's library is to do: send none where there is one that it could not send."""
    return False if stored_token(environ) and not usable_token(environ) else None


def account(api: HfApi, request_id: int) -> Account:
    """Whose token it is. LinkProblem when the hub does not accept it."""
    token = usable_token()
    if token is None and stored_token():
        raise _refused(tr("It has letters that no token has."))
    if token is None:
        return Account(request_id, "", "")
    return Account(request_id, _name(api, token), _source())


def sign_in(api: HfApi, request_id: int, token: str) -> Account:
    """Check `token` and keep it; "" forgets the one that is kept."""
    from huggingface_hub import login

    if _source() == "environment":
        raise _refused(
            tr("HF_TOKEN is set, and it goes before any token that is kept."),
            tr("Unset HF_TOKEN and start Coterie again."),
        )
    if not token:
        _forget()
        return Account(request_id, "", "")
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise _refused(tr("This is not a token: it has letters that no token has."))
    if token.startswith("api_org"):
        raise _refused(tr("This is the token of an organisation; a person's is needed."))
    name = _name(api, token)
    login(token, add_to_git_credential=False)
    return Account(request_id, name, "stored")


def _source() -> Literal["", "stored", "environment"]:
    if any(os.environ.get(name, "").strip() for name in _VARIABLES):
        return "environment"
    return "stored" if usable_token() else ""


def _name(api: HfApi, token: str) -> str:
    from huggingface_hub.errors import HfHubHTTPError

    try:
        name = api.whoami(token=token).get("name")
    except HfHubHTTPError as error:
        if error.response.status_code in (401, 403):
            raise _refused(tr("It is expired, revoked or mistyped.")) from None
        raise
    return name if isinstance(name, str) else ""


def _forget() -> None:
    """Only the token in use: others that the hub's command line keeps are a person's own."""
    from huggingface_hub import logout
    from huggingface_hub.utils import get_stored_tokens  # type: ignore[attr-defined]

    token = stored_token()
    for name, kept in get_stored_tokens().items():
        if kept == token:
            with contextlib.suppress(OSError):  # It also tells git, which need not be there.
                logout(name)
    token_path().unlink(missing_ok=True)


def _refused(message: str, remedy: str = "") -> LinkProblem:
    remedy = remedy or tr("Sign in with another token.")
    title = tr("The hub does not accept the token")
    problem = Problem("hub_token_refused", title, message, remedy)
    return LinkProblem(problem, f"{endpoint()}/settings/tokens")
