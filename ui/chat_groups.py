"""Which heading each conversation stands under in the list: by local day, then by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.session_state import ConversationSummary

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class ChatGroup:
    label: str
    chats: tuple[ConversationSummary, ...]


def grouped(chats: Iterable[ConversationSummary], today: date) -> tuple[ChatGroup, ...]:
    """Newest first, under Today, Yesterday, Previous 7 days, then one heading a month."""
    groups: dict[str, list[ConversationSummary]] = {}
    for chat in sorted(chats, key=lambda chat: chat.updated_at_s, reverse=True):
        day = datetime.fromtimestamp(chat.updated_at_s).date()  # local time, as the user sees it
        groups.setdefault(_label(day, today), []).append(chat)
    return tuple(ChatGroup(label, tuple(chats)) for label, chats in groups.items())


def matching(chats: Iterable[ConversationSummary], wanted: str) -> tuple[ConversationSummary, ...]:
    """Those with every word of `wanted` in their title, whatever the case."""
    words = wanted.casefold().split()
    return tuple(chat for chat in chats if all(word in chat.title.casefold() for word in words))


def _label(day: date, today: date) -> str:
    age_days = (today - day).days
    if age_days <= 0:
        return "Today"
    if age_days == 1:
        return "Yesterday"
    if age_days <= DAYS_OF_A_WEEK:
        return "Previous 7 days"
    month = _MONTHS[day.month - 1]
    return month if day.year == today.year else f"{month} {day.year}"
