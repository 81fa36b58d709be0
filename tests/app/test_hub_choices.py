"""What the hub's processes start with: the environment first, then the person's choices."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.hub_choices import hub_environment, is_offline, transfer_settings
from app.settings import Settings
from runtime.downloads.frames import TransferSettings

CHOSEN = Settings(hub_endpoint="http://chosen", proxy="http://proxy:3128")


@pytest.mark.parametrize(
    ("environment", "endpoint"),
    [({}, "http://chosen"), ({"HF_ENDPOINT": "http://given"}, "http://given")],
)
def test_endpoint(environment: dict[str, str], endpoint: str) -> None:
    assert hub_environment(CHOSEN, environment)["HF_ENDPOINT"] == endpoint


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_stays_the_only_one(name: str) -> None:
    found = hub_environment(CHOSEN, {name: "http://given"})
    assert [value for key, value in found.items() if "proxy" in key.lower()] == ["http://given"]


def test_a_chosen_proxy_is_for_both_schemes() -> None:
    found = hub_environment(CHOSEN, {})
    assert (found["HTTPS_PROXY"], found["HTTP_PROXY"]) == ("http://proxy:3128",) * 2


def test_without_choices_nothing_is_added_but_silence_to_its_makers() -> None:
    assert hub_environment(Settings(), {"A": "b"}) == {"A": "b", "HF_HUB_DISABLE_TELEMETRY": "1"}


@pytest.mark.parametrize(
    ("chosen", "value", "offline"),
    [
        *((True, None, True), (True, "0", True), (False, None, False)),
        *((False, "1", True), (False, "TRUE", True), (False, "0", False), (False, "", False)),
    ],
)
def test_offline(chosen: bool, value: str | None, offline: bool) -> None:
    environment = {} if value is None else {"HF_HUB_OFFLINE": value}
    settings = Settings(hub_offline=chosen)
    assert is_offline(settings, environment) == offline
    if chosen:
        assert hub_environment(settings, environment)["HF_HUB_OFFLINE"] == "1"


def test_transfer_settings() -> None:
    settings = replace(
        Settings(),
        downloads_at_once=2,
        download_connections=8,
        download_limit_bytes_per_s=1000,
        resume_downloads=False,
    )
    assert transfer_settings(settings) == TransferSettings(2, 8, 1000, False)
