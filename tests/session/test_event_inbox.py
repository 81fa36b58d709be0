"""Events on their way to the session, and a handler that fails."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from app.engine_host import Arrival
from app.event_inbox import EventInbox
from runtime.protocol.frames import Proven


def arrivals(count: int) -> list[Arrival]:
    return [Arrival(1, Proven(number)) for number in range(count)]


def test_events_of_another_thread_come_in_order(qtbot: QtBot) -> None:
    taken: list[Arrival] = []
    inbox = EventInbox(taken.append)
    sent = arrivals(200)
    thread = threading.Thread(target=lambda: [inbox.post(arrival) for arrival in sent])
    thread.start()
    qtbot.waitUntil(lambda: len(taken) == len(sent))
    thread.join()
    assert taken == sent


def test_a_handler_that_fails_costs_only_its_own_event(qtbot: QtBot) -> None:
    taken: list[Arrival] = []
    sent = arrivals(5)

    def take(arrival: Arrival) -> None:
        if arrival in (sent[0], sent[2]):
            raise ValueError(arrival)
        taken.append(arrival)

    inbox = EventInbox(take)
    with qtbot.capture_exceptions() as faults:
        for arrival in sent:
            inbox.post(arrival)
        qtbot.waitUntil(lambda: sent[4] in taken)
    assert taken == [sent[1], sent[3], sent[4]]
    assert [str(fault) for _, fault, _ in faults] == [str(sent[0]), str(sent[2])]


def test_a_closed_inbox_takes_no_more(qtbot: QtBot) -> None:
    taken: list[Arrival] = []
    inbox = EventInbox(taken.append)
    inbox.close()
    inbox.post(arrivals(1)[0])
    qtbot.wait(20)
    assert taken == []
