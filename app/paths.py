"""Where Coterie keeps its files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import PlatformDirs

HOME_VARIABLE = "COTERIE_HOME"


@dataclass(frozen=True)
class Paths:
    """Folders and files. None is made before something is written to it."""

    config_dir: Path
    data_dir: Path
    cache_dir: Path
    log_dir: Path
    chosen_models_dir: Path | None = None

    @classmethod
    def for_user(cls, environment: Mapping[str, str] = os.environ) -> Paths:
        """The user's own folders, or everything beneath COTERIE_HOME where that is set."""
        if home := environment.get(HOME_VARIABLE):
            return cls.beneath(Path(home))
        dirs = PlatformDirs("coterie", appauthor=False)
        return cls(
            dirs.user_config_path, dirs.user_data_path, dirs.user_cache_path, dirs.user_log_path
        )

    @classmethod
    def beneath(cls, home: Path) -> Paths:
        """Everything in one folder: portable, and apart from the user's own."""
        home = Path(os.path.abspath(home.expanduser()))  # noqa: PTH100 - resolve() follows links
        return cls(home / "config", home / "data", home / "cache", home / "logs")

    @property
    def models_dir(self) -> Path:
        """Where models are kept: the person's choice, else a folder of the data."""
        return self.chosen_models_dir or self.data_dir / "models"

    def with_models_in(self, chosen: str) -> Paths:
        """The same with models in `chosen`; "" is the usual place."""
        return replace(self, chosen_models_dir=Path(chosen) if chosen else None)

    @property
    def database(self) -> Path:
        return self.data_dir / "conversations.db"

    @property
    def settings_file(self) -> Path:
        return self.config_dir / "settings.json"

    @property
    def prices_file(self) -> Path:
        """The user's own prices; those that come with the program are in assets/."""
        return self.config_dir / "prices.json"

    @property
    def quirks_file(self) -> Path:
        return self.data_dir / "quirks.json"

    @property
    def engine_parts_file(self) -> Path:
        """Which processor variants and GPU packs passed their test here."""
        return self.data_dir / "engine-parts.json"

    @property
    def packs_dir(self) -> Path:
        """The person's own GPU packs, one folder each; the program's are beside it."""
        return self.data_dir / "engine-packs"

    @property
    def crash_dir(self) -> Path:
        """Crash reports."""
        return self.log_dir / "crashes"

    @property
    def hard_crash_file(self) -> Path:
        """What is left of a crash in native code until the next start reports it."""
        return self.log_dir / "window-crash.log"

    @property
    def updates_file(self) -> Path:
        """When it was looked for a newer version, and what was found."""
        return self.data_dir / "updates.json"

    @property
    def plans_file(self) -> Path:
        """Measured placements."""
        return self.data_dir / "placements.json"

    @property
    def presets_dir(self) -> Path:
        """The person's own sets of choices for a chat, one file each."""
        return self.config_dir / "presets"

    @property
    def kv_dir(self) -> Path:
        """What models have read of chats."""
        return self.cache_dir / "kv"

    @property
    def header_cache(self) -> Path:
        return self.cache_dir / "model-headers.json"
