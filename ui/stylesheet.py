"""The one style sheet: what Qt's own widgets need; our painted controls draw themselves."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette

from ui.theme import Theme

_SHEET = Template(
    """
QMainWindow, QDialog { background: $window; }
QLabel { color: $text; background: transparent; }
QLabel[tone="secondary"] { color: $text2; }
QLabel[tone="tertiary"] { color: $text3; }
QLabel[tone="disabled"] { color: $disabled; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="error"] { color: $error; }
*[surface="window"] { background: $window; }
*[surface="page"] { background: $page; }
*[surface="sidebar"] { background: $sidebar; }
*[surface="rail"] { background: $rail; border: 0; border-right: 1px solid $hairline; }
*[surface="card"] { background: $card; border: 1px solid $hairline; border-radius: 10px; }
*[surface="notice"] { background: $warn_bg; border: 0; border-bottom: 1px solid $hairline; }
*[line="bottom"] { border: 0; border-bottom: 1px solid $hairline; }
*[line="top"] { border: 0; border-top: 1px solid $hairline; }
*[line="left"] { border: 0; border-left: 1px solid $hairline; }
*[line="right"] { border: 0; border-right: 1px solid $hairline; }
*[rule="hairline"] { background: $hairline; border: 0; }
QScrollArea, QAbstractScrollArea { border: 0; background: transparent; }
QTextEdit, QPlainTextEdit {
  border: 0; background: transparent; color: $text;
  selection-background-color: $selection; selection-color: $text;
}
QPlainTextEdit#logTail {
  background: $code; border: 1px solid $hairline; border-radius: 8px; padding: 6px 8px;
  color: $text2;
}
QListView { border: 0; background: transparent; outline: 0; }
QLineEdit, QAbstractSpinBox {
  background: $field; color: $text; border: 1px solid $line; border-radius: 8px;
  padding: 0 10px; min-height: 30px; placeholder-text-color: $placeholder;
  selection-background-color: $selection; selection-color: $text;
}
QLineEdit:focus, QAbstractSpinBox:focus {
  border: 2px solid $focus; padding: 0 9px; min-height: 28px;
}
QLineEdit[path="true"] { background: $code; border-color: $hairline; }
QLineEdit[path="true"]:focus { border-color: $focus; }
QLineEdit[invalid="true"] { border-color: $error; }
QLineEdit[inline="true"] { border-radius: 6px; padding: 0 6px; min-height: 24px; }
QLineEdit[inline="true"]:focus { padding: 0 5px; min-height: 22px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QComboBox QAbstractItemView {
  background: $card; color: $text; border: 1px solid $line; outline: 0; padding: 4px;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 8px; border-radius: 5px; }
QComboBox QAbstractItemView::item:selected { background: $selected; color: $text; }
QMenu {
  background: $card; color: $text; border: 1px solid $line; border-radius: 8px; padding: 5px;
}
QMenu::item { padding: 6px 14px 6px 10px; border-radius: 5px; margin: 0; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $text3; background: transparent; }
QMenu::separator { height: 1px; background: $hairline; margin: 5px 6px; }
QMenu::icon { padding-left: 8px; }
QToolTip {
  background: $ink; color: $on_ink; border: 0; padding: 4px 8px;
}
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; border: 0; }
QScrollBar::handle:vertical {
  background: $line; border-radius: 3px; min-height: 32px; margin: 2px 3px 2px 1px;
}
QScrollBar::handle:vertical:hover { background: $control; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; border: 0; }
QScrollBar::handle:horizontal {
  background: $line; border-radius: 3px; min-width: 32px; margin: 1px 2px 3px 2px;
}
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
)


def style_sheet(theme: Theme) -> str:
    return _SHEET.substitute(
        window=theme.hex("surface.window"),
        page=theme.hex("surface.page"),
        card=theme.hex("surface.card"),
        sidebar=theme.hex("surface.sidebar"),
        rail=theme.hex("surface.rail"),
        field=theme.hex("surface.field"),
        code=theme.hex("surface.code"),
        selected=theme.hex("surface.selected"),
        hairline=theme.hex("line.hairline"),
        line=theme.hex("line.line"),
        control=theme.hex("line.control"),
        text=theme.hex("text.primary"),
        text2=theme.hex("text.secondary"),
        text3=theme.hex("text.tertiary"),
        placeholder=theme.hex("text.placeholder"),
        disabled=theme.hex("text.disabled"),
        ink=theme.hex("action.ink"),
        on_ink=theme.hex("action.on_ink"),
        focus=theme.hex("action.focus"),
        ok=theme.hex("state.ok"),
        warn=theme.hex("state.warn"),
        warn_bg=theme.hex("state.warn_bg"),
        error=theme.hex("state.error"),
        selection=selection_color(theme).name(),
    )


def selection_color(theme: Theme) -> QColor:
    """The focus hue at a quarter over the window, so that selected text keeps its own colour."""
    focus, ground = theme.color("action.focus"), theme.color("surface.window")
    share = 0.25
    return QColor.fromRgbF(
        *(
            share * over + (1 - share) * under
            for over, under in zip(focus.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
        )
    )


def qt_palette(theme: Theme) -> QPalette:
    """For what the sheet does not reach: Fusion's own frames, carets, disabled text."""
    palette = QPalette()
    role = QPalette.ColorRole
    for where, name in (
        (role.Window, "surface.window"),
        (role.WindowText, "text.primary"),
        (role.Base, "surface.field"),
        (role.AlternateBase, "surface.sunken"),
        (role.Text, "text.primary"),
        (role.PlaceholderText, "text.placeholder"),
        (role.Button, "surface.card"),
        (role.ButtonText, "text.primary"),
        (role.BrightText, "state.error"),
        (role.Link, "text.link"),
        (role.LinkVisited, "text.link"),
        (role.ToolTipBase, "action.ink"),
        (role.ToolTipText, "action.on_ink"),
        (role.HighlightedText, "text.primary"),
        (role.Mid, "line.line"),
        (role.Accent, "action.focus"),
    ):
        palette.setColor(where, theme.color(name))
    palette.setColor(role.Highlight, selection_color(theme))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, theme.color("text.disabled"))
    return palette
