"""What stands in the list of chats: pinned ones, folders, then the others by day and by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from app.session_state import ConversationSummary, Folder
from runtime.language import marked, tr

RowKind = Literal["heading", "folder", "chat"]
RowKey = tuple[str, object]

_MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)
DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class ChatGroup:
    label: str
    chats: tuple[ConversationSummary, ...]


class ListRow(NamedTuple):
    """A row as it is drawn. `id` is 0 for a heading, `count` and `unfolded` are a folder's.

    A tuple, since thousands of them are compared at each change.
    """

    kind: RowKind
    id: int
    label: str
    folder_id: int | None = None
    pinned: bool = False
    count: int = 0
    unfolded: bool = False

    @property
    def key(self) -> RowKey:
        """What makes it the same row after a change."""
        return (self.kind, self.id or self.label)

    @property
    def indented(self) -> bool:
        return self.kind == "chat" and self.folder_id is not None and not self.pinned


def list_rows(
    chats: Iterable[ConversationSummary],
    folders: Sequence[Folder],
    unfolded: frozenset[int],
    today: date,
) -> tuple[ListRow, ...]:
    """All rows from the top. A pinned chat stands under Pinned only, also if it is in a folder."""
    pinned: list[ConversationSummary] = []
    inside: dict[int, list[ConversationSummary]] = {folder.id: [] for folder in folders}
    others: list[ConversationSummary] = []
    for chat in sorted(chats, key=lambda chat: chat.updated_at_s, reverse=True):
        if chat.pinned:
            pinned.append(chat)
        elif chat.folder_id in inside:
            inside[chat.folder_id].append(chat)
        else:
            others.append(chat)
    rows = [ListRow("heading", 0, tr("Pinned")), *map(_row, pinned)] if pinned else []
    if folders:
        rows.append(ListRow("heading", 0, tr("Folders")))
    for folder in folders:
        is_open = folder.id in unfolded
        held = inside[folder.id]
        rows.append(ListRow("folder", folder.id, folder.name, count=len(held), unfolded=is_open))
        if is_open:
            rows.extend(map(_row, held))
    for group in grouped(others, today):
        rows.append(ListRow("heading", 0, group.label))
        # Without the folder it may once have stood in.
        rows.extend(ListRow("chat", chat.id, chat.title) for chat in group.chats)
    return tuple(rows)


def grouped(chats: Iterable[ConversationSummary], today: date) -> tuple[ChatGroup, ...]:
    """Newest first, under Today, Yesterday, Previous 7 days, then one heading a month."""
    groups: list[ChatGroup] = []
    label, since_s = "", float("inf")
    held: list[ConversationSummary] = []
    for chat in sorted(chats, key=lambda chat: chat.updated_at_s, reverse=True):
        if chat.updated_at_s < since_s:
            if held:
                groups.append(ChatGroup(label, tuple(held)))
            held = []
            day = datetime.fromtimestamp(chat.updated_at_s).date()  # local, as the user sees it
            label, first = _label(day, today)
            since_s = datetime(first.year, first.month, first.day).timestamp()
        held.append(chat)
    if held:
        groups.append(ChatGroup(label, tuple(held)))
    return tuple(groups)


def _row(chat: ConversationSummary) -> ListRow:
    return ListRow("chat", chat.id, chat.title, chat.folder_id, chat.pinned)


def _label(day: date, today: date) -> tuple[str, date]:
    """The heading for `day`, and the first day that stands under it."""
    age_days = (today - day).days
    if age_days <= 0:
        return tr("Today"), today
    if age_days == 1:
        return tr("Yesterday"), day
    if age_days <= DAYS_OF_A_WEEK:
        return tr("Previous 7 days"), today - timedelta(days=DAYS_OF_A_WEEK)
    month = tr(_MONTHS[day.month - 1])
    this_year = day.year == today.year
    label = month if this_year else tr("{month} {year}", month=month, year=day.year)
    return label, day.replace(day=1)
