"""A program that writes to a store and says what it was told is kept, until it is killed.

`python -m tests.app.store.writer DATABASE ROUNDS`: prints `MESSAGE_ID TEXT` after each write.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.store import ConversationStore


def main(database: Path, rounds: int) -> None:
    store = ConversationStore(database)
    for _ in range(rounds):
        conversation = store.create("chat")
        question = store.add_message(conversation, "user", "question")
        acknowledge(question, "question")
        answer = store.add_message(conversation, "assistant", "", model_id="m")
        for length in range(1, 6):
            text = "x" * length * 200
            store.update_answer(answer, text, "running", None, None)
            acknowledge(answer, text)
        store.update_answer(answer, "done", "complete", None, None)
        acknowledge(answer, "done")
    store.close()


def acknowledge(message: int, text: str) -> None:
    sys.stdout.write(f"{message} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
