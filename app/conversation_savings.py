"""What the answers of one conversation saved, as the live panel shows it."""

from __future__ import annotations

from app.prices import PriceBook
from app.savings import Savings
from app.savings_report import saved_by
from app.session_state import Conversation
from app.settings import Settings


class ConversationSavings:
    """Sums up against the price that the settings name."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices

    def of(self, conversation: Conversation, settings: Settings) -> Savings | None:
        """None while there is no finished answer to count."""
        answers = conversation.every_run
        return saved_by(answers, self._prices, settings) if answers else None
