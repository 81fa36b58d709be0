"""The row of the account on the hub: a token goes in and is never shown again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.discover.state import AccountView, DiscoverCommands
from runtime.language import tr
from ui import settings_hub_words as words
from ui.controls import Button
from ui.labels import Label, Paragraph
from ui.settings_address import FIELD_PX
from ui.theme import Theme

PLACEHOLDER = "hf_\N{HORIZONTAL ELLIPSIS}"
_GAP_PX = 8


class TokenField(QLineEdit):
    """Its text is hidden, and gone once it was taken."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.setInputMethodHints(
            hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase
        )
        self.setFont(theme.font("ui"))
        self.setFixedHeight(theme.px("control.default"))
        self.setPlaceholderText(PLACEHOLDER)
        self.setAccessibleName(tr("Token"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)

    def taken(self) -> str:
        """What was typed, without blanks; the field is empty after."""
        token = self.text().strip()
        self.clear()
        return token


class AccountRow(QWidget):
    """Signed out: a field for a token. Signed in: who, and the way out."""

    def __init__(self, theme: Theme, commands: DiscoverCommands, token: words.Given) -> None:
        super().__init__()
        self._commands, self._given = commands, token
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 12)
        row.setSpacing(24)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(theme, tr("Account"), weight=500))
        self.line = Paragraph(theme, "", "small", "secondary")
        texts.addWidget(self.line)
        self.error = Paragraph(theme, "", "small", "error", selectable=True)
        texts.addWidget(self.error)
        texts.addStretch()
        row.addLayout(texts, 1)
        row.addWidget(self._build_control(theme), 0, Qt.AlignmentFlag.AlignTop)
        self.show_account(AccountView())

    def show_account(self, view: AccountView) -> None:
        said = words.account_words(view, self._given)
        self.line.show_text(said.line)
        self.who.show_text(said.who)
        self.who.setVisible(bool(said.who))
        self.error.show_text(said.error)
        self.error.setVisible(bool(said.error))
        for widget in (self.field, self.sign_in):
            widget.setVisible(said.can_sign_in)
        self.sign_out.setVisible(said.can_sign_out)
        if not said.can_sign_in:
            self.field.clear()

    def _build_control(self, theme: Theme) -> QWidget:
        place = QWidget()
        place.setFixedWidth(FIELD_PX)
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP_PX)
        self.who = Label(theme, "", elided=True)
        self.who.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.who.setMinimumHeight(theme.px("control.default"))
        row.addWidget(self.who, 1)
        self.field = TokenField(theme)
        self.field.returnPressed.connect(self._sign_in)
        self.field.textChanged.connect(lambda text: self.sign_in.setEnabled(bool(text.strip())))
        row.addWidget(self.field, 1)
        self.sign_in = Button(theme, tr("Sign in"))
        self.sign_in.setEnabled(False)
        self.sign_in.clicked.connect(lambda _=False: self._sign_in())
        row.addWidget(self.sign_in)
        self.sign_out = Button(theme, tr("Sign out"))
        self.sign_out.clicked.connect(lambda _=False: self._commands.sign_out())
        row.addWidget(self.sign_out)
        return place

    def _sign_in(self) -> None:
        token = self.field.taken()
        if token:
            self._commands.sign_in(token)
