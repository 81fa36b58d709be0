"""The short list of families that comes with the program, for those who do not know which one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from app.discover.catalog_words import why_words
from app.discover.state import RepoRow, Shape
from app.json_file import Unreadable, read_json
from runtime.hub.frames import HubSummary

SHIPPED_CATALOG = Path(__file__).resolve().parents[2] / "assets" / "catalog.json"


class Family(msgspec.Struct, frozen=True):
    """One entry of `assets/catalog.json`. Counts of 0 are not stated there.

    `purpose` is "" for anything, else what it was made for ("code").
    """

    repo: str
    name: str
    author: str
    why: str
    parameters_total: int = 0
    parameters_active: int = 0
    expert_count: int = 0
    expert_used_count: int = 0
    purpose: str = msgspec.field(default="", name="for")


class Catalog(msgspec.Struct, frozen=True):
    """`families` from the smallest to the most able."""

    families: tuple[Family, ...] = ()

    def rank(self, repo: str) -> int:
        """How able that family is beside the others; -1 for one that is not in the list."""
        repos = [family.repo.lower() for family in self.families]
        return repos.index(repo.lower()) if repo.lower() in repos else -1

    def family(self, repo: str) -> Family | None:
        """The entry of that repository."""
        at = self.rank(repo)
        return self.families[at] if at >= 0 else None


def read_catalog(path: Path) -> Catalog:
    """The list at `path`; an empty one where it cannot be read."""
    try:
        return read_json(path, Catalog) or Catalog()
    except Unreadable:
        return Catalog()


def catalog_rows(catalog: Catalog) -> tuple[RepoRow, ...]:
    """A row for each family before the hub has said anything of it."""
    return tuple(
        described_by(
            RepoRow(HubSummary(family.repo, is_moe=True), family.name, family.author), family
        )
        for family in catalog.families
    )


def described_by(row: RepoRow, family: Family | None) -> RepoRow:
    """`row` with what the list says of it."""
    if family is None:
        return row
    shape = row.shape
    if shape is None and family.parameters_total:
        shape = Shape(
            *(family.parameters_total, family.parameters_active),
            *(family.expert_count, family.expert_used_count),
        )
    why = why_words(family.why)
    return replace(row, name=family.name, author=family.author, why=why, shape=shape)
