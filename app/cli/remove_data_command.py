"""`coterie remove-data`: deletes what Coterie keeps for this person, one group at a time."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TextIO

from app import number_text
from app.owned.own_data import CACHE, CHATS, GROUPS, MODELS, OwnGroup, own_groups
from app.owned.removing import check_downloads, check_home, remove_group
from app.paths import HOME_VARIABLE, Paths
from app.window_lock import without_window
from runtime.errors import CoterieError, Problem

_NAMES = {
    MODELS: "Models",
    CHATS: "Chats and settings",
    CACHE: "Caches, logs and GPU packs",
}
_MOST_NAMED = 5


def run(options: argparse.Namespace, paths: Paths, stdin: TextIO, out: TextIO, err: TextIO) -> int:
    """Show what there is, ask about each group on a terminal, and delete what was agreed to."""
    wanted = [name for name in GROUPS if getattr(options, name)]
    if options.list:
        return _listed(_groups(paths, wanted), out)
    _check(options.yes, wanted, stdin)
    if home := os.environ.get(HOME_VARIABLE):
        check_home(Path(home).expanduser())
    with without_window(paths.data_dir):
        check_downloads(paths.models_dir)
        groups = _groups(paths, wanted)
        if not options.yes:
            _listed(groups, out)
        agreed = [g for g in groups if options.yes or _agreed(g, stdin, err)]
        return max([_removed(group, out, err) for group in agreed], default=0)


def _groups(paths: Paths, wanted: list[str]) -> list[OwnGroup]:
    """Those asked for, or all, where there is anything."""
    return [g for g in own_groups(paths) if g.files and (not wanted or g.name in wanted)]


def _listed(groups: list[OwnGroup], out: TextIO) -> int:
    for group in groups:
        print(_line(group), file=out)
        if group.strangers:
            stay = number_text.counted(group.strangers, "file")
            print(f"    {stay} there that Coterie did not put there: left alone", file=out)
        for link in group.links:
            print(f"    {link} is a link: only it goes, what it leads to stays", file=out)
    if not groups:
        print("Coterie keeps nothing here.", file=out)
    return 0


def _line(group: OwnGroup) -> str:
    chosen = [group.chosen] if group.chosen else []
    folders = dict.fromkeys((*group.folders, *group.shared, *group.links, *chosen))
    places = ", ".join(str(folder) for folder in folders if os.path.lexists(folder))
    size, count = number_text.gib_unit(group.size_bytes), len(group.files)
    return f"{_NAMES[group.name]}: {size} in {places} ({number_text.counted(count, 'file')})"


def _check(yes: bool, wanted: list[str], stdin: TextIO) -> None:
    if yes and not wanted:
        raise CoterieError(
            Problem(
                "nothing_named",
                "Nothing was deleted",
                "--yes does not say what",
                "Name it: --models, --chats, --cache.",
            )
        )
    if not yes and not stdin.isatty():
        raise CoterieError(
            Problem(
                "not_confirmed",
                "Nothing was deleted",
                "There is no terminal to ask on",
                "Name what to delete and add --yes: --models, --chats, --cache.",
            )
        )


def _agreed(group: OwnGroup, stdin: TextIO, err: TextIO) -> bool:
    what = _NAMES[group.name]
    question = f"Delete {what[0].lower()}{what[1:]}? [y/N] "
    print(question, end="", file=err, flush=True)
    return stdin.readline().strip().lower() in ("y", "yes")


def _removed(group: OwnGroup, out: TextIO, err: TextIO) -> int:
    """Delete the group and say so; returns the exit code."""
    led_to = {link: link.readlink() for link in group.links}
    done = remove_group(group)
    print(f"{_NAMES[group.name]}: {number_text.counted(done.count, 'file')} deleted.", file=out)
    for link, target in led_to.items():
        print(f"{link} was a link: what it led to is still in {target}.", file=out)
    for path in done.left[:_MOST_NAMED]:
        print(f"{path} could not be deleted.", file=err)
    if (rest := len(done.left) - _MOST_NAMED) > 0:
        print(f"So could not {rest} more.", file=err)
    return 1 if done.left else 0
