"""Signing in: where the token is kept, who it is, and that nobody else ever sees it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from runtime.hub.frames import (
    Account,
    Card,
    Describe,
    Described,
    Found,
    LayoutRead,
    ReadCard,
    ReadLayout,
    Search,
    SignIn,
    WhoAmI,
)
from tests.gguf import crafted
from tests.hub.faults import Status
from tests.hub.hub import Hub
from tests.hub.repositories import Account as HubAccount
from tests.hub_process.asking import Asking

CANARY = "hf_CanaryThatMustNotBeSeen0123456789"
OTHER = "hf_AnotherToken"


@pytest.fixture(autouse=True)
def accounts(hub: Hub) -> None:
    hub.tokens[CANARY] = HubAccount("ann")
    hub.tokens[OTHER] = HubAccount("bob")


def token_path(asking: Asking) -> Path:
    return asking.home / "hf" / "token"


def test_signed_out(asking: Asking, hub: Hub) -> None:
    account = asking.ask(WhoAmI, Account)
    assert (account.name, account.source) == ("", "")
    assert hub.requests == []


def test_in_and_out(asking: Asking) -> None:
    account = asking.ask(SignIn, Account, f" {CANARY}\n")
    assert (account.name, account.source) == ("ann", "stored")
    assert token_path(asking).read_text() == CANARY
    assert stat.S_IMODE(token_path(asking).stat().st_mode) == 0o600
    assert asking.ask(WhoAmI, Account).name == "ann"
    assert asking.ask(SignIn, Account, OTHER).name == "bob"
    out = asking.ask(SignIn, Account, "")
    assert (out.name, out.source) == ("", "")
    assert not token_path(asking).exists()
    # What was signed in before is the hub's own list, and stays a person's own.
    assert asking.ask(WhoAmI, Account).source == ""


@pytest.mark.parametrize("token", ["hf_unknown", "api_org_x", "hf_with space", "hf_\x01", "hf_é"])
def test_a_wrong_token_is_not_kept(token: str, asking: Asking) -> None:
    failed = asking.fails(SignIn, token)
    assert failed.problem.kind == "hub_token_refused"
    assert failed.url.endswith("/settings/tokens")
    assert token not in failed.problem.one_line()
    assert not token_path(asking).exists()


def test_signing_out_without_a_token(asking: Asking) -> None:
    assert asking.ask(SignIn, Account, "").source == ""


def test_a_token_that_the_hub_no_longer_takes(asking: Asking, hub: Hub) -> None:
    asking.ask(SignIn, Account, CANARY)
    del hub.tokens[CANARY]
    assert asking.fails(WhoAmI).problem.kind == "hub_token_refused"
    assert asking.fails(Search, "x").problem.kind == "hub_token_refused"
    assert asking.ask(SignIn, Account, "").name == ""
    assert asking.ask(Search, Found, "x").repositories == ()


def test_the_environment_goes_first(hub: Hub, tmp_path: Path) -> None:
    with Asking(hub.endpoint, tmp_path, {"HF_TOKEN": CANARY}) as asking:
        account = asking.ask(WhoAmI, Account)
        assert (account.name, account.source) == ("ann", "environment")
        for token in (OTHER, ""):
            assert "HF_TOKEN" in asking.fails(SignIn, token).problem.message
        assert not token_path(asking).exists()


def test_a_token_that_can_not_be_sent_is_not(hub: Hub, tmp_path: Path) -> None:
    """It would be in the words of the error that says so."""
    hub.add("o/m", {"x-Q4_0.gguf": crafted.gguf()})
    with Asking(hub.endpoint, tmp_path, {"HF_TOKEN": f"{CANARY}\x01"}) as asking:
        assert asking.fails(WhoAmI).problem.kind == "hub_token_refused"
        repository = asking.ask(Describe, Described, "o/m").repository
        asking.ask(ReadLayout, LayoutRead, "o/m", repository.revision, repository.models[0])
        asking.ask(ReadCard, Card, "o/m", repository.revision)
        assert CANARY not in asking.log()
    assert all("authorization" not in request.headers for request in hub.requests)


def test_gated_and_private(asking: Asking, hub: Hub) -> None:
    files = {"x-Q4_0.gguf": crafted.gguf()}
    hub.add("o/gated", files, gated="manual", card="secret")
    hub.add("o/private", files, private=True)
    gated = asking.ask(Describe, Described, "o/gated").repository
    assert gated.summary.gated == "manual"
    question = (ReadLayout, "o/gated", gated.revision, gated.models[0])
    for failed in (asking.fails(*question), asking.fails(ReadCard, "o/gated", gated.revision)):
        assert failed.problem.kind == "hub_gated"
        assert failed.url == f"{hub.endpoint}/o/gated"
        assert "sign in" in failed.problem.remedy
    assert asking.fails(Describe, "o/private").problem.kind == "hub_not_found"

    asking.ask(SignIn, Account, CANARY)
    assert asking.fails(*question).problem.kind == "hub_gated"
    hub.accept(CANARY, "o/gated")
    hub.accept(CANARY, "o/private")
    assert asking.ask(ReadCard, Card, "o/gated", gated.revision).markdown == "secret"
    assert asking.ask(*question[:1], LayoutRead, *question[1:]).layout.n_layer == 1
    private = asking.ask(Describe, Described, "o/private").repository
    assert private.summary.is_private


@pytest.fixture
def signed_in(asking: Asking) -> Asking:
    asking.ask(SignIn, Account, CANARY)
    return asking


def test_the_token_reaches_the_hub_and_nobody_else(
    signed_in: Asking, hub: Hub, tiny_repo: str
) -> None:
    asking = signed_in
    asking.ask(Search, Found, "tiny")
    repository = asking.ask(Describe, Described, tiny_repo).repository
    asking.ask(ReadCard, Card, tiny_repo, repository.revision)
    for model in repository.models:
        asking.ask(ReadLayout, LayoutRead, tiny_repo, repository.revision, model)
    hub.misbehave(Status(code=500, on="hub"), Status(code=403, on="hub", skip=1))
    asking.fails(Search, "x")
    asking.fails(Search, "x")
    del hub.tokens[CANARY]
    asking.fails(WhoAmI)
    assert any(request.token == CANARY for request in hub.asked("hub"))
    at_the_cdn = hub.asked("cdn")
    assert len(at_the_cdn) >= len(repository.models)
    for request in at_the_cdn:
        assert CANARY not in repr(request)
    assert all(CANARY not in request.target for request in hub.requests)
    assert CANARY not in asking.log()


def test_a_next_page_elsewhere_does_not_get_the_token(signed_in: Asking, hub: Hub) -> None:
    with Hub() as other:
        for index in range(4):
            hub.add(f"o/m{index}", {"x-Q4_0.gguf": crafted.gguf()})
        hub.state.page_size = 2
        hub.state.endpoint = other.endpoint  # What "next" is made from.
        signed_in.ask(Search, Found, "m")
        assert [request.path for request in other.requests] == ["/api/models"]
        assert all(CANARY not in repr(request) for request in other.requests)
