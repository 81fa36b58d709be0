"""The user's choices, kept as one readable JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from app.json_file import Unreadable, read_json, write_json
from app.set_aside import kept_as, set_aside
from runtime.errors import Problem
from runtime.language import tr

Theme = Literal["system", "light", "dark"]


class Settings(msgspec.Struct, frozen=True):
    """Every choice with its default. `reference_price` is an id in the price list.

    `models_dir`, `hub_endpoint` and `proxy` are "" for the usual; what the environment says of the
    last two (HF_ENDPOINT, HTTPS_PROXY) goes before them.
    """

    theme: Theme = "system"
    model_id: str = ""
    reference_price: str = "ainews-gpt-4o"
    electricity_usd_per_kwh: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.30
    n_ctx: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.7
    live_panel_open: bool = True
    first_run_done: bool = False
    models_dir: str = ""
    hub_endpoint: str = ""
    hub_offline: bool = False
    proxy: str = ""
    downloads_at_once: Annotated[int, msgspec.Meta(ge=1, le=8)] = 1
    download_connections: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4
    download_limit_bytes_per_s: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)] = 0
    resume_downloads: bool = True
    kv_budget_bytes: Annotated[int, msgspec.Meta(ge=0, le=1 << 50)] = 4 << 30
    zoom: Annotated[float, msgspec.Meta(ge=0.5, le=3.0)] = 1.0
    language: str = ""
    capture_experts: bool = False
    hardware_usd: Annotated[float, msgspec.Meta(ge=0, le=1e7)] = 0.0
    hardware_years: Annotated[float, msgspec.Meta(gt=0, le=50)] = 4.0
    grams_co2_per_kwh: Annotated[float, msgspec.Meta(ge=0, le=5000)] = 0.0
    subtract_idle: bool = False
    idle_w: Annotated[float, msgspec.Meta(ge=0, le=5000)] = 0.0
    check_updates: bool = False


def read_settings(path: Path) -> Settings:
    """The stored settings, the defaults when there are none. Raises Unreadable; moves nothing."""
    return read_json(path, Settings) or Settings()


def load_settings(path: Path) -> tuple[Settings, Problem | None]:
    """The stored settings. A file that can't be used is set aside and the user told."""
    try:
        return read_settings(path), None
    except Unreadable as reason:
        kept = set_aside(path, "invalid")
        return Settings(), Problem(
            "settings_set_aside",
            tr("The settings were not readable"),
            tr(
                "The defaults are used, because settings.json is not valid: {reason}. {kept}",
                reason=reason,
                kept=kept_as(kept),
            ),
            tr("Make your choices again in Settings, or correct that file and rename it back."),
        )


def look_at_settings(path: Path) -> tuple[Settings, Problem | None]:
    """As `load_settings`, but a file that can't be used stays where it is."""
    try:
        return read_settings(path), None
    except Unreadable as reason:
        return Settings(), Problem(
            "settings_unreadable",
            tr("The settings are not readable"),
            tr(
                "The defaults are used, because {file} is not valid: {reason}",
                file=path,
                reason=reason,
            ),
            tr("Correct that file, or open the window: it keeps the file under another name."),
        )


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings. Fields a newer version wrote stay in the file.

    Raises CoterieError of kind "not_saved".
    """
    write_json(path, _unknown_fields(path) | msgspec.to_builtins(settings))


def _unknown_fields(path: Path) -> dict[str, Any]:
    try:
        stored = read_json(path, dict[str, Any]) or {}
    except Unreadable:
        return {}
    return {name: value for name, value in stored.items() if name not in Settings.__struct_fields__}
