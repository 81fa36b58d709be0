"""What is searched for, and where a text has it."""

from __future__ import annotations

import pytest

from app.store.search_words import sought


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", ""),
        ("  \t\n", ""),
        ("Oak", '"oak" *'),
        ("old oak", '"old" AND "oak" *'),
        ('say "oak"', '"say" AND """oak"""'),
        ("NEAR(a b)", '"near(a" AND "b)"'),
        ("C++ *", '"c++"'),
        ("-- +", ""),
        ("a\x00b", '"a" AND "b" *'),
        ("u\u0308ber", '"\u00fcber" *'),
    ],
)
def test_words_are_quoted_and_the_last_may_go_on(typed: str, query: str) -> None:
    assert sought(typed).word_query == query


@pytest.mark.parametrize(
    ("typed", "query", "beginning"),
    [
        ("oak", '"oak"', ""),
        ("oaks", '"aks" AND "oak"', ""),
        ("北京", "", "北京"),
        ("天 北京", "", "北京"),
        ("天 a", "", "天"),
        ("ab", "", "ab"),
        ("天气好", '"天气好"', ""),
        ("a", "", ""),
    ],
)
def test_words_are_cut_into_pieces_of_three(typed: str, query: str, beginning: str) -> None:
    assert (sought(typed).piece_query, sought(typed).beginning) == (query, beginning)


LONG = "word " * 100


@pytest.mark.parametrize(
    ("typed", "text", "snippet"),
    [
        ("oak", "An Oak.", "An \x02Oak\x03."),
        ("oak", "Soaked oaks", "Soaked \x02oak\x03s"),
        ("oak", "Soaked", "S\x02oak\x03ed"),
        ("uber", "Über\nalles", "\x02Über\x03 alles"),
        ("über", "U\u0308ber uns", "\x02U\u0308ber\x03 uns"),
        ("京都", "私は京都に行った", "私は\x02京都\x03に行った"),
        ("한국", "대한국 사람", "대\x02한국\x03 사람"),
        ("a.c", "abc a.c", "abc \x02a.c\x03"),
        ("x", "\x02fake\x03 x", "fake \x02x\x03"),
        ("none", "text", "text"),
        ("old oak", "oak, old", "\x02oak\x03, \x02old\x03"),
    ],
)
def test_found_words_are_marked(typed: str, text: str, snippet: str) -> None:
    assert sought(typed).snippet(text) == snippet


def test_a_snippet_is_short_and_around_what_was_found() -> None:
    snippet = sought("oak").snippet(LONG + "oak " + LONG)
    assert snippet.startswith("…word")
    assert snippet.endswith("…")
    assert "\x02oak\x03" in snippet
    assert len(snippet) <= 164


def test_no_more_than_some_words_are_taken() -> None:
    words = sought(" ".join(f"word{number}" for number in range(1000)) + "x" * 10_000)
    assert len(words.words) == 16
    assert max(map(len, words.words)) <= 64
