"""How much of a running answer is on disk at any moment."""

from __future__ import annotations

from app.answer_record import AnswerRecord
from tests.session.rig import Rig

FRAME_S = 0.04
MOST_UNSAVED_S = 0.2


def test_with_frames_every_40_ms_no_more_than_200_are_ever_unsaved(rig: Rig) -> None:
    """That leaves 50 ms for the commit and a busy window."""
    row = rig.store.add_message(rig.store.create("a"), "assistant", "")
    record = AnswerRecord(rig.store, row, None, 0.0)
    text, saved_at_s, longest_s = "", 0.0, 0.0
    for number in range(1, 60):
        # A frame is now and then a little early or late.
        now_s = number * FRAME_S + (0.003 if number % 3 else -0.003)
        text += "x"
        longest_s = max(longest_s, now_s - saved_at_s)
        record.went_on(text, "", now_s)
        if rig.store.conversation(1).messages[-1].text == text:
            saved_at_s = now_s
    assert 0.1 < longest_s <= MOST_UNSAVED_S
