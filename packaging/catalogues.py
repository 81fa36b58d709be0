"""Brings the translations up to date with the source: collects, merges, compiles (`make words`)."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CHECKOUT = Path(__file__).resolve().parent.parent
LOCALE_DIR = CHECKOUT / "assets" / "locale"
DOMAIN = "coterie"
PACKAGES = ("app", "runtime", "ui")
# What runtime/language.py offers, and which of its arguments are words.
KEYWORDS = {"tr": None, "marked": None, "tr_n": (1, 2), "tr_in": ((1, "c"), 2)}
# A fixed day: the same source gives the same file.
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def collected(checkout: Path = CHECKOUT) -> Catalog:
    """Every text the source marks, in the order of the files."""
    catalog = Catalog(project="Coterie", charset="utf-8", fuzzy=False, creation_date=_DAY)
    for package in PACKAGES:
        found = extract_from_dir(checkout / package, [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, comments, context in sorted(found, key=lambda entry: entry[:2]):
            where = [(f"{package}/{name}", None)]
            catalog.add(message, locations=where, auto_comments=comments, context=context)
    return catalog


def po_path(code: str) -> Path:
    return LOCALE_DIR / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(code: str) -> Catalog:
    """The translations there are; an empty catalogue for a new language."""
    path = po_path(code)
    if not path.exists():
        return Catalog(locale=code, project="Coterie", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def write_catalogue(code: str, catalog: Catalog) -> None:
    """Both files of a language."""
    path = po_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.header_comment = f"# Coterie in {catalog.locale.english_name}. Written by `make words`."
    catalog.project, catalog.version = "Coterie", "1"
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.revision_date = catalog.creation_date = _DAY
    with path.open("wb") as file:
        write_po(file, catalog, width=100, ignore_obsolete=True, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def missing(catalog: Catalog) -> list[str]:
    """The texts without a whole translation."""
    return [_text(message.id) for message in catalog if message.id and not _whole(message.string)]


def _whole(translation: str | Iterable[str] | None) -> bool:
    if translation is None or isinstance(translation, str):
        return bool(translation)
    forms = tuple(translation)
    return bool(forms) and all(forms)


def _text(message_id: str | Iterable[str]) -> str:
    return message_id if isinstance(message_id, str) else next(iter(message_id))


def languages() -> tuple[str, ...]:
    return tuple(sorted(path.name for path in LOCALE_DIR.iterdir() if path.is_dir()))


def main() -> int:
    """Bring every language up to date; 1 where a text has no translation."""
    source, incomplete = collected(), False
    for code in languages():
        catalog = read_catalogue(code)
        catalog.update(source, no_fuzzy_matching=True)
        write_catalogue(code, catalog)
        without = missing(catalog)
        incomplete = incomplete or bool(without)
        print(f"{code}: {len(catalog)} texts, {len(without)} without a translation")
        for text in without:
            print(f"  {text!r}")
    return 1 if incomplete else 0


if __name__ == "__main__":
    sys.exit(main())
