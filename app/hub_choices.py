"""What the person chose about the hub and downloads, in the form its processes take it."""

from __future__ import annotations

from collections.abc import Mapping

from app.settings import Settings
from runtime.downloads.frames import TransferSettings

ENDPOINT_VARIABLE, OFFLINE_VARIABLE = "HF_ENDPOINT", "HF_HUB_OFFLINE"
# httpx2 reads these in either case (httpx2/_utils.py, get_environment_proxies).
PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_TRUE = frozenset({"1", "true", "yes", "on"})


def hub_environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """What its processes start with: `environment`, and `settings` where that says nothing."""
    found = dict(environment)
    if settings.hub_endpoint and not found.get(ENDPOINT_VARIABLE):
        found[ENDPOINT_VARIABLE] = settings.hub_endpoint
    if settings.hub_offline:
        found[OFFLINE_VARIABLE] = "1"
    if settings.proxy and not any(_either_case(found, name) for name in PROXY_VARIABLES):
        found["HTTPS_PROXY"] = found["HTTP_PROXY"] = settings.proxy
    # What huggingface_hub sends of itself to its makers has nothing to do with us.
    found.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    return found


def is_offline(settings: Settings, environment: Mapping[str, str]) -> bool:
    """Whether nothing may be asked of the hub."""
    return settings.hub_offline or environment.get(OFFLINE_VARIABLE, "").lower() in _TRUE


def transfer_settings(settings: Settings) -> TransferSettings:
    """How to download."""
    return TransferSettings(
        settings.downloads_at_once,
        settings.download_connections,
        settings.download_limit_bytes_per_s,
        settings.resume_downloads,
    )


def _either_case(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.lower()) or ""
