"""Step 3 of the database: branches, thinking, attachments, folders, undo, search, settings."""

from __future__ import annotations

# What is being written is not indexed: it changes several times a second.
_FOUND = "{0}.role <> 'system' AND {0}.status <> 'running'"
# One or two letters are looked up as the beginning of a piece of three: spaces end the last ones.
_INDEX = """
    INSERT INTO message_words (rowid, text) VALUES (new.id, new.text);
    INSERT INTO message_pieces (rowid, text) VALUES (new.id, new.text || '  ');"""
_DROP = """
    INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO message_pieces (message_pieces, rowid, text)
        VALUES ('delete', old.id, old.text || '  ');"""

STATEMENTS = (
    # Until now each conversation was one chain.
    """ALTER TABLE messages ADD COLUMN parent_id INTEGER REFERENCES messages (id)
        CHECK (parent_id < id)""",
    # Of the messages with one parent, the one that is shown when the parent is.
    "ALTER TABLE messages ADD COLUMN shown INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE messages ADD COLUMN reasoning TEXT NOT NULL DEFAULT ''",
    """UPDATE messages SET parent_id = (SELECT MAX(earlier.id) FROM messages AS earlier
        WHERE earlier.conversation_id = messages.conversation_id AND earlier.id < messages.id)""",
    # Which chat a message is of, without reading the message.
    "CREATE INDEX messages_of ON messages (id, conversation_id)",
    "CREATE INDEX messages_by_parent ON messages (parent_id)",
    # The newest answer of each model, which the list of models shows.
    """CREATE INDEX messages_by_model ON messages (model_id, id)
        WHERE model_id IS NOT NULL AND role = 'assistant'""",
    "CREATE INDEX messages_by_place ON messages (conversation_id, shown, parent_id)",
    """CREATE TABLE attachments (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        file_bytes INTEGER NOT NULL,
        tokens INTEGER
    )""",
    "CREATE INDEX attachments_by_message ON attachments (message_id, id)",
    "CREATE TABLE folders (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)",
    """ALTER TABLE conversations ADD COLUMN folder_id INTEGER
        REFERENCES folders (id) ON DELETE SET NULL""",
    "ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversations ADD COLUMN deleted_at_s REAL",
    "ALTER TABLE conversations ADD COLUMN settings TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE new_chat ADD COLUMN settings TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX conversations_by_folder ON conversations (folder_id)",
    """CREATE INDEX conversations_deleted ON conversations (deleted_at_s)
        WHERE deleted_at_s IS NOT NULL""",
    # Neither keeps the texts a second time, nor the lengths that ranking would need.
    """CREATE VIRTUAL TABLE message_words USING fts5 (text, content='messages', content_rowid='id',
        columnsize=0, prefix='1 2', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE VIRTUAL TABLE message_pieces USING fts5 (text, content='', columnsize=0, detail=none,
        tokenize='trigram')""",
    "CREATE VIRTUAL TABLE message_piece_terms USING fts5vocab (message_pieces, row)",
    """INSERT INTO message_words (rowid, text) SELECT id, text FROM messages
        WHERE role <> 'system' AND status <> 'running'""",
    """INSERT INTO message_pieces (rowid, text) SELECT id, text || '  ' FROM messages
        WHERE role <> 'system' AND status <> 'running'""",
    f"""CREATE TRIGGER message_found AFTER INSERT ON messages WHEN {_FOUND.format("new")}
        BEGIN {_INDEX} END""",
    f"""CREATE TRIGGER message_lost AFTER DELETE ON messages WHEN {_FOUND.format("old")}
        BEGIN {_DROP} END""",
    f"""CREATE TRIGGER message_unwritten BEFORE UPDATE OF text, status ON messages
        WHEN {_FOUND.format("old")} BEGIN {_DROP} END""",
    f"""CREATE TRIGGER message_written AFTER UPDATE OF text, status ON messages
        WHEN {_FOUND.format("new")} BEGIN {_INDEX} END""",
)
