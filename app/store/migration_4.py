"""Step 4 of the database: what each answer took, kept without its words when its chat is gone."""

from __future__ import annotations

# When a replaced answer ran was not kept, nor by which model: it counts as its chat began.
_ANSWERED = """SELECT created_at_s, COALESCE(model_id, '') AS model_id, conversation_id,
            id AS message_id, stats
        FROM messages WHERE role = 'assistant' AND stats IS NOT NULL
    UNION ALL SELECT created_at_s, (SELECT CASE WHEN COUNT(DISTINCT model_id) = 1 THEN MIN(model_id)
            ELSE '' END FROM messages
            WHERE conversation_id = spent.conversation_id AND role = 'assistant'),
            conversation_id, NULL, stats
        FROM spent JOIN conversations ON conversations.id = conversation_id"""
_NUMBERS = ("elapsed_s", "completion_tokens", "ttft_s", "decode_tokens_per_s")
_READ = ", ".join(
    f"CASE WHEN json_valid(stats) THEN json_extract(stats, '$.{name}') END AS {name}"
    for name in _NUMBERS
)

STATEMENTS = (
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        ended_at_s REAL NOT NULL,
        model_id TEXT NOT NULL,
        conversation_id INTEGER REFERENCES conversations (id) ON DELETE SET NULL,
        message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
        stats TEXT NOT NULL,
        facts TEXT NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX runs_by_end ON runs (ended_at_s, id)",
    "CREATE INDEX runs_by_model ON runs (model_id, ended_at_s, id)",
    "CREATE INDEX runs_by_conversation ON runs (conversation_id)",
    "CREATE INDEX runs_by_message ON runs (message_id)",
    # A chat that was exported and imported again has the same answers twice, to the microsecond.
    f"""INSERT INTO runs (ended_at_s, model_id, conversation_id, message_id, stats)
        SELECT MIN(created_at_s) + CASE WHEN typeof(elapsed_s) = 'real' THEN elapsed_s ELSE 0 END
            AS ended_at_s, model_id, conversation_id, message_id, stats
        FROM (SELECT *, {_READ} FROM ({_ANSWERED}))
        WHERE typeof(completion_tokens) = 'integer' AND completion_tokens > 0
        GROUP BY {", ".join(_NUMBERS)} ORDER BY ended_at_s, message_id""",  # noqa: S608
)
