"""The words of the hub's settings, and what the environment says before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.discover.state import AccountView
from runtime.language import marked, tr
from ui.problem_card import spoken

USUAL_HUB = "https://huggingface.co"
HUB_LINE = marked(
    "Where models are looked for and downloaded from. Leave it empty for the usual one."
)
OFFLINE_LINE = marked("Nothing is asked of the hub. Models on this computer work as ever.")
PROXY_LINE = marked("What requests to the hub go through, where your network needs it.")
KEPT_LINE = marked("The token is kept where the hub's own tools keep it.")
SIGNED_OUT_LINE = marked(
    "Only gated and private models need one. Make a token with read access at"
    " huggingface.co/settings/tokens. The token is kept where the hub's own tools keep it."
)
_TRUE = ("1", "ON", "YES", "TRUE")
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True)
class Given:
    """What a variable of the environment sets; `name` is "" where none does."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class GivenHub:
    """What the environment says of the hub."""

    endpoint: Given
    offline: Given
    proxy: Given
    token: Given


def given_hub(environment: Mapping[str, str]) -> GivenHub:
    """As the hub's own tools read it. A token's value is never taken along."""
    offline = _first(environment, ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    if offline.value.upper() not in _TRUE:
        offline = Given()
    proxy = _first(environment, _PROXIES)
    token = _first(environment, ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"))
    return GivenHub(
        _first(environment, ("HF_ENDPOINT",)),
        offline,
        Given(proxy.name, without_password(proxy.value)),
        Given(token.name),
    )


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> Given:
    for name in names:
        if value := environment.get(name, "").strip():
            return Given(name, value)
    return Given()


def without_password(url: str) -> str:
    """The address as it may be shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    _, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"\N{BULLET}@{host}").geturl() if at else url


def set_by(given: Given, line: str) -> str:
    """`line` in the person's language, or who sets it instead."""
    return tr("Set by {name}; change it there.", name=given.name) if given.name else tr(line)


@dataclass(frozen=True)
class AccountWords:
    """`can_sign_in` shows the field, `can_sign_out` the button; `error` is what went wrong."""

    line: str
    who: str = ""
    error: str = ""
    can_sign_in: bool = False
    can_sign_out: bool = False


def account_words(view: AccountView, token: Given) -> AccountWords:
    """What the account's row says, and what may be done."""
    error = spoken(view.problem) if view.problem else ""
    if view.source == "environment":
        name = token.name or "HF_TOKEN"
        who = _signed_in(view) or tr("A token is set by {name}", name=name)
        line = tr("The token comes from {name}; change it there.", name=name)
        return AccountWords(line, who, error)
    if view.busy:
        who = tr("Checking the token\N{HORIZONTAL ELLIPSIS}")
        return AccountWords(tr(SIGNED_OUT_LINE), who)
    if view.name or view.source == "stored":
        who = _signed_in(view) or tr("A token is stored")
        return AccountWords(tr(KEPT_LINE), who, error, can_sign_out=True)
    return AccountWords(tr(SIGNED_OUT_LINE), "", error, can_sign_in=True)


def _signed_in(view: AccountView) -> str:
    return tr("Signed in as {name}", name=view.name) if view.name else ""
