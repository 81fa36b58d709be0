"""What the hub process is asked and what it answers: search, what a repository holds, headers."""

from __future__ import annotations

from typing import Literal

import msgspec

from runtime.errors import Problem
from runtime.placement.model_layout import ModelLayout

HUB_PROTOCOL_VERSION = 1
Gated = Literal["no", "auto", "manual"]
SearchSort = Literal["downloads", "updated", "trending"]


class HubFile(msgspec.Struct, frozen=True):
    """One file of a repository. `path` as the hub has it; `sha256` "" where the hub has none."""

    path: str
    size_bytes: int
    sha256: str


class HubModel(msgspec.Struct, frozen=True):
    """One GGUF of a repository: a file, or all parts of a split one, in order.

    `quantisation` is what its name says ("Q4_K_M"), "" where it says nothing.
    """

    quantisation: str
    files: tuple[HubFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


class HubSummary(msgspec.Struct, frozen=True):
    """A repository as a search lists it.

    `licence` is the hub's word ("apache-2.0"), "" when unstated. `updated_at_s` is Unix time.
    `parameters_total` and `architecture` are 0 and "" where the hub does not know them; `is_moe` is
    None where neither architecture, tags nor name tell.
    """

    repo: str
    licence: str = ""
    gated: Gated = "no"
    downloads: int = 0
    likes: int = 0
    updated_at_s: float = 0.0
    base_model: str = ""
    architecture: str = ""
    parameters_total: int = 0
    n_ctx_train: int = 0
    is_moe: bool | None = None
    is_private: bool = False


class HubRepository(msgspec.Struct, frozen=True):
    """A repository at one commit. `models` from the smallest; no projectors, no imatrix files."""

    summary: HubSummary
    revision: str
    models: tuple[HubModel, ...]


# Commands


class Search(msgspec.Struct, frozen=True, tag="search"):
    """Repositories with GGUF files. `text` may be words, an author, `owner/name` or an address."""

    request_id: int
    text: str
    sort: SearchSort = "downloads"
    limit: int = 50


class Describe(msgspec.Struct, frozen=True, tag="describe"):
    """What `repo` holds at `revision` (a branch, tag or commit; "" for its main branch)."""

    request_id: int
    repo: str
    revision: str = ""


class ReadCard(msgspec.Struct, frozen=True, tag="read_card"):
    """The model card of `repo`, as Markdown without its front matter."""

    request_id: int
    repo: str
    revision: str


class ReadLayout(msgspec.Struct, frozen=True, tag="read_layout"):
    """The layout of one model from its header, read by range.

    Further models of the same `repo` and `revision` cost far less than the first.
    """

    request_id: int
    repo: str
    revision: str
    model: HubModel


class WhoAmI(msgspec.Struct, frozen=True, tag="who_am_i"):
    """Whether there is a token, and whose."""

    request_id: int


class SignIn(msgspec.Struct, frozen=True, tag="sign_in"):
    """Check `token` with the hub and keep it where the hub's own login does; "" signs out."""

    request_id: int
    token: str

    def __repr__(self) -> str:
        return f"SignIn(request_id={self.request_id}, token='…')"


class GiveUp(msgspec.Struct, frozen=True, tag="give_up"):
    """The answer to `request_id` is not wanted any more."""

    request_id: int


class HubShutdown(msgspec.Struct, frozen=True, tag="shutdown"):
    """End the process."""


HubCommand = Search | Describe | ReadCard | ReadLayout | WhoAmI | SignIn | GiveUp | HubShutdown


# Events


class HubHello(msgspec.Struct, frozen=True, tag="hub_hello"):
    """First event of a hub process."""

    protocol_version: int
    pid: int
    endpoint: str
    is_offline: bool


class Found(msgspec.Struct, frozen=True, tag="found"):
    """Answers `Search`. `more` says that the hub has further ones beyond the limit."""

    request_id: int
    repositories: tuple[HubSummary, ...]
    more: bool = False


class Described(msgspec.Struct, frozen=True, tag="described"):
    request_id: int
    repository: HubRepository


class Card(msgspec.Struct, frozen=True, tag="card"):
    request_id: int
    markdown: str


class LayoutRead(msgspec.Struct, frozen=True, tag="layout_read"):
    """`requests` and `read_bytes` are what it cost."""

    request_id: int
    layout: ModelLayout
    requests: int
    read_bytes: int


class Account(msgspec.Struct, frozen=True, tag="account"):
    """Answers `WhoAmI` and `SignIn`. `name` "" is signed out; `source` says where the token is.

    With `source` "environment" the token can't be changed here.
    """

    request_id: int
    name: str
    source: Literal["", "stored", "environment"]


class HubFailed(msgspec.Struct, frozen=True, tag="hub_failed"):
    """The request ended without its result.

    Kinds: "hub_offline" (HF_HUB_OFFLINE), "hub_unreachable", "hub_gated" (accept at `url`),
    "hub_not_found" (also private without a token), "hub_token_refused", "hub_busy" (429, with
    `retry_after_s`), "hub_error", "model_unreadable".
    """

    request_id: int
    problem: Problem
    url: str = ""
    retry_after_s: float = 0.0


HubEvent = HubHello | Found | Described | Card | LayoutRead | Account | HubFailed
