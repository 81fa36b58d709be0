"""Conversations on disk: one SQLite file, and what happens when it is damaged."""

from app.store.conversations import ConversationStore

__all__ = ["ConversationStore"]
