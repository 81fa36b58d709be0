"""The speeds on the dashboard: the chart of runs and the strip of the last answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from pytestqt.qtbot import QtBot

from app.dashboard.state import AnswerSpeed, SpeedHistory, SpeedPoint
from tests.ui import performance_states
from tests.ui.hands import look
from ui.chart_labels import place
from ui.dashboard_answer import AnswerStrip, thinned
from ui.dashboard_speed import SpeedCard
from ui.speed_chart import end_words
from ui.theme import Theme

NOW_S = performance_states.NOW_S


@pytest.fixture
def card(theme: Theme, qtbot: QtBot) -> SpeedCard:
    card = SpeedCard(theme)
    qtbot.addWidget(card)
    card.resize(724, 254)
    card.show()
    look()  # Widgets of the test before go now, not one page after another.
    return card


@pytest.fixture
def strip(theme: Theme, qtbot: QtBot) -> AnswerStrip:
    strip = AnswerStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1144, 92)
    strip.show()
    look()  # Widgets of the test before go now, not one page after another.
    return strip


def test_the_line_counts_what_came_as_predicted(card: SpeedCard) -> None:
    card.show_history(performance_states.history(), NOW_S)
    look()
    assert card.head.line.full_text() == "tok/s, 28 of 30 runs inside the predicted band"
    assert card.head.how.isVisible()


def test_arrow_keys_go_through_the_runs(card: SpeedCard, qtbot: QtBot) -> None:
    card.show_history(performance_states.history(), NOW_S)
    look()
    qtbot.keyClick(card.chart, Qt.Key.Key_Left)
    assert card.head.line.full_text() == (
        "today, 41.8 tok/s, predicted 37\N{EN DASH}45, context 4k"
    )
    qtbot.keyClick(card.chart, Qt.Key.Key_Home)
    for _ in range(6):
        qtbot.keyClick(card.chart, Qt.Key.Key_Right)
    assert card.chart.at == 6
    assert card.head.line.full_text().endswith("context 2k, 32k context")
    assert "30.1 tok/s" in card.chart.accessibleName()
    card.chart.clearFocus()
    card.chart.leaveEvent(None)
    assert card.head.line.full_text().startswith("tok/s, 28 of 30")


def test_the_mouse_points_at_the_nearest_run(card: SpeedCard, qtbot: QtBot) -> None:
    card.show_history(performance_states.history(), NOW_S)
    look()
    for index in (3, 20):
        qtbot.mouseMove(card.chart, card.chart.dot(index).toPoint())
        look()
    assert card.chart.at == 20


def test_the_chart_is_a_table_too(card: SpeedCard) -> None:
    history = performance_states.history()
    card.show_history(history, NOW_S)
    said = card.chart.accessibleDescription()
    assert said.startswith("30 runs, newest first. today, 41.8 tok/s, predicted 37\N{EN DASH}45")
    assert said.count(" tok/s") == 30
    rows = said.split("; ")
    assert rows[19] == "tuned, 11 Nov"
    assert "video call was using the GPU" in rows[9]


def test_outliers_are_hollow(card: SpeedCard, theme: Theme) -> None:
    card.show_history(performance_states.history(), NOW_S)
    look()
    picture = card.chart.grab().toImage()
    ratio = picture.devicePixelRatio()
    for index, name in ((5, "chart.measured"), (6, "surface.card"), (20, "surface.card")):
        middle = card.chart.dot(index) * ratio
        assert picture.pixelColor(middle.toPoint()) == theme.color(name), index


def test_bands_lie_behind_the_runs_they_were_predicted_for(card: SpeedCard, theme: Theme) -> None:
    points = (
        SpeedPoint(1, NOW_S, 40.0, 10, (30.0, 50.0)),
        SpeedPoint(2, NOW_S, 40.0, 10),
    )
    card.show_history(SpeedHistory("x", points, (), 1, 1), NOW_S)
    look()
    picture = card.grab().toImage()
    aside = QPointF(card.chart.pos()) + QPointF(8, 0)
    first, second = (picture.pixelColor((card.chart.dot(n) + aside).toPoint()) for n in range(2))
    assert first == theme.color("chart.band_area")
    assert second == theme.color("surface.card")


def test_causes_stand_beside_their_dots(card: SpeedCard) -> None:
    card.show_history(performance_states.history(), NOW_S)
    look()
    labels = {label.text: label.box for label in card.chart.placed()}
    assert set(labels) == {"32k context", "video call was using the GPU"}
    assert labels["32k context"].left() > card.chart.dot(6).x()


@pytest.mark.parametrize(
    ("lines", "dots", "placed"),
    [
        ((), (), "right"),
        ((60.0,), (), "left"),
        ((), (QPointF(80, 50),), "left"),
        ((20.0, 60.0), (), "nowhere"),
    ],
)
def test_a_label_covers_nothing(
    lines: tuple[float, ...], dots: tuple[QPointF, ...], placed: str
) -> None:
    dot = QPointF(50, 50)
    wanted = [(dot, "why", 40.0)]
    found = place(wanted, (dot, *dots), QRectF(0, 0, 100, 100), 9, 15, lines)
    side = "nowhere"
    if found:
        side = "right" if found[0].box.left() > 50 else "left"
    assert side == placed


def test_without_predictions_the_line_says_so(card: SpeedCard) -> None:
    point = replace(performance_states.history().points[0], predicted=None)
    card.show_history(SpeedHistory("x", (point,)), NOW_S)
    look()
    assert card.head.line.full_text() == "tok/s; no run of this model was predicted"
    assert not card.head.how.isVisible()


def test_the_strip_tells_live_from_whole_and_predicted_from_measured(strip: AnswerStrip) -> None:
    strip.show_answer(performance_states.answer(live=True))
    look()
    assert (strip.title.full_text(), strip.which.full_text()) == ("Live", "the last 2 to 3 s")
    assert strip.dot.isVisible()
    strip.show_answer(performance_states.answer())
    look()
    assert strip.which.full_text() == "the whole answer"
    assert not strip.dot.isVisible()
    shown = [
        (named.figure.figure, named.figure.unit, named.below.full_text())
        for named in (strip.decode, strip.prompt, strip.first_token, strip.end_to_end)
    ]
    assert shown == [
        ("41.8", "tok/s", "predicted 37\N{EN DASH}45"),
        ("412", "tok/s", "1,204 cached"),
        ("0.62", "s", ""),
        ("39.6", "tok/s", ""),
    ]
    assert strip.curve.context == "context 3.1k"
    assert "first to the last" in strip.decode.figure.accessibleDescription()


def test_what_is_not_known_is_a_dash(strip: AnswerStrip) -> None:
    strip.show_answer(AnswerSpeed())
    for named in (strip.decode, strip.prompt, strip.first_token, strip.end_to_end):
        assert (named.figure.figure, named.figure.unit) == ("\N{EN DASH}", "")
        assert named.below.full_text() == ""


def test_a_long_curve_is_thinned_to_means_of_equal_stretches() -> None:
    samples = tuple((n / 4, float(n % 2)) for n in range(2000))
    few = thinned(samples)
    assert 48 <= len(few) <= 98
    assert few[-1][0] == samples[-1][0]
    assert all(speed == 0.5 for _, speed in few[:-1])
    assert thinned(samples[:50]) == samples[:50]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((14, 9), (16, 11), ("14 Nov", "today")),
        ((16, 9), (16, 11), ("today, 09:00", "11:00")),
        ((16, 9), (16, 9), ("today", "today")),
    ],
)
def test_the_ends_of_the_axis_are_days_or_times(
    first: tuple[int, int], last: tuple[int, int], words: tuple[str, str]
) -> None:
    times = [datetime(2026, 11, day, hour).astimezone().timestamp() for day, hour in (first, last)]
    assert end_words(*times, performance_states.NOW_S) == words
