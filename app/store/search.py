"""Full-text search over titles and messages, on all branches."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter

from app.session_state import SearchHit
from app.store.search_words import Sought, quoted, sought
from app.store.transactions import Transactions

# More of one chat say little more, and would leave no room for others.
MOST_OF_ONE_CHAT = 3
MOST_TITLES = 20
# A word that is everywhere must not make the search slow.
MOST_LOOKED_AT = 5_000
MOST_READ = 2_000
MOST_ROUNDS = 3
# Pieces of three letters that begin alike, the most frequent ones.
MOST_ENDINGS = 100

# CROSS: the index goes through what it found from the newest on, and stops when there is enough.
_WORDS = """
    SELECT found.rowid, conversation_id FROM message_words AS found
    CROSS JOIN messages INDEXED BY messages_of ON messages.id = found.rowid
    WHERE found.message_words MATCH ? AND found.rowid < ? ORDER BY found.rowid DESC LIMIT ?"""
# Having all pieces of a word is not yet having the word.
_PIECES = """
    SELECT messages.id, conversation_id, text FROM (
        SELECT rowid AS id FROM message_pieces WHERE message_pieces MATCH ?
        ORDER BY rowid DESC LIMIT ?) AS found
    CROSS JOIN messages ON messages.id = found.id
    WHERE text LIKE ? ESCAPE '\\' ORDER BY found.id DESC"""
_OF_OTHERS = """
    SELECT MAX(id) FROM messages INDEXED BY messages_of
    WHERE id < ? AND conversation_id NOT IN (SELECT value FROM json_each(?))"""
# A chat's title and when it changed last.
Chats = dict[int, tuple[str, float]]


class Search(Transactions):
    """The part of ConversationStore that finds."""

    def search(self, text: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Chats whose title has all words, then messages that do, newest first.

        Whole words and the beginning of the last one come before words found inside of others.
        """
        words = sought(text)
        if not words.words:
            return ()
        with self._reading() as connection:
            chats = _chats(connection)
            found = _Found(chats, limit)
            if not words.inside:
                _look_for_words(connection, words.word_query, found)
            _look_inside_words(connection, words, found)
            messages = [
                _hit(connection, words, chats, message, chat)
                for message, chat in found.messages.items()
            ]
        titles = _titles(
            words, {id_: chat for id_, chat in chats.items() if id_ not in found.chats}
        )
        return (*titles, *messages)[:limit]


class _Found:
    """What was found so far: each message once, and not too many of one chat."""

    def __init__(self, chats: Chats, limit: int) -> None:
        self._there, self._limit = chats, limit
        self.messages: dict[int, int] = {}
        self.chats: Counter[int] = Counter()

    @property
    def is_enough(self) -> bool:
        return len(self.messages) >= self._limit

    @property
    def crowded(self) -> list[int]:
        return [chat for chat, count in self.chats.items() if count == MOST_OF_ONE_CHAT]

    def wants(self, message: int, chat: int) -> bool:
        return (
            chat in self._there
            and self.chats[chat] < MOST_OF_ONE_CHAT
            and message not in self.messages
        )

    def take(self, message: int, chat: int) -> None:
        self.messages[message] = chat
        self.chats[chat] += 1


def _chats(connection: sqlite3.Connection) -> Chats:
    rows = connection.execute(
        "SELECT id, title, updated_at_s FROM conversations WHERE deleted_at_s IS NULL"
        " ORDER BY updated_at_s DESC, id DESC"
    )
    return {id_: (title, updated_at_s) for id_, title, updated_at_s in rows}


def _titles(words: Sought, chats: Chats) -> list[SearchHit]:
    # There are few, and short: reading them all is quicker than asking an index.
    found = [id_ for id_, (title, _) in chats.items() if words.has_all(title)]
    return [
        SearchHit(id_, chats[id_][0], None, words.snippet(chats[id_][0]), chats[id_][1])
        for id_ in found[:MOST_TITLES]
    ]


def _hit(
    connection: sqlite3.Connection, words: Sought, chats: Chats, message: int, chat: int
) -> SearchHit:
    (text,) = connection.execute("SELECT text FROM messages WHERE id = ?", (message,)).fetchone()
    title, updated_at_s = chats[chat]
    return SearchHit(chat, title, message, words.snippet(text), updated_at_s)


def _look_for_words(connection: sqlite3.Connection, query: str, found: _Found) -> None:
    """From the newest message on; past a long chat that has enough of them already."""
    below: int | None = 2**63 - 1
    for _ in range(MOST_ROUNDS if query else 0):
        message, looked_at = 0, 0
        rows = connection.execute(_WORDS, (query, below, MOST_LOOKED_AT))
        for message, chat in rows:
            looked_at += 1
            if found.wants(message, chat):
                found.take(message, chat)
                if found.is_enough:
                    return
        if looked_at < MOST_LOOKED_AT:
            return
        crowded = json.dumps(found.crowded)
        (newest,) = connection.execute(_OF_OTHERS, (message, crowded)).fetchone()
        below = 0 if newest is None else newest + 1


def _look_inside_words(connection: sqlite3.Connection, words: Sought, found: _Found) -> None:
    pieces = "" if found.is_enough else words.piece_query or _pieces_of(connection, words.beginning)
    if not pieces:
        return
    for message, chat, text in connection.execute(_PIECES, (pieces, MOST_READ, words.pattern)):
        if found.wants(message, chat) and words.has_all(text):
            found.take(message, chat)
            if found.is_enough:
                return


def _pieces_of(connection: sqlite3.Connection, beginning: str) -> str:
    """For the index of three letters each: any of those that begin like this."""
    if not beginning:
        return ""
    rows = connection.execute(
        "SELECT term FROM message_piece_terms WHERE term >= ? AND term < ?"
        " ORDER BY doc DESC LIMIT ?",
        (beginning, beginning + "\U0010ffff", MOST_ENDINGS),
    )
    # A zero would end the query.
    return " OR ".join(quoted(term) for (term,) in rows if "\0" not in term)
