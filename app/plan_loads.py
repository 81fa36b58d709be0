"""What the Plan view needs of the session: its models, its engine's memory, loading."""

from __future__ import annotations

from app.local_models import LocalModel
from app.session import ChatSession
from runtime.protocol.messages import MemoryUse


class SessionLoads:
    """Implements `LoadsModels` on a session."""

    def __init__(self, session: ChatSession) -> None:
        self._session = session

    def models(self) -> tuple[LocalModel, ...]:
        return self._session.state.models

    def held(self) -> MemoryUse | None:
        return self._session.state.engine.memory

    def n_ctx(self) -> int:
        return self._session.state.settings.n_ctx

    def load_model(self, model_id: str) -> None:
        self._session.load_model(model_id)

    def unload(self) -> None:
        self._session.unload()
