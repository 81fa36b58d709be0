"""The list that comes with the program can be read in other languages."""

from __future__ import annotations

from app.discover.catalog import SHIPPED_CATALOG, read_catalog
from app.discover.catalog_words import WHYS, why_words


def test_every_reason_of_the_list_can_be_translated_and_no_other_is_kept() -> None:
    families = read_catalog(SHIPPED_CATALOG).families
    assert {family.why for family in families} == WHYS


def test_a_reason_that_is_not_known_stays_as_it_is() -> None:
    assert why_words("") == ""
    assert why_words("Somebody else's list says so.") == "Somebody else's list says so."
