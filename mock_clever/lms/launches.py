"""Who has come by LTI: Schoology takes grades of those alone (docs/submitting-schoology-submissions)."""

from __future__ import annotations

from mock_clever.model import Id


class Launches:
    """The people of each connection who launched its application by LTI since LMS Connect was enabled for it."""

    def __init__(self) -> None:
        self._launched: dict[tuple[Id, Id], float] = {}

    def add(self, connection: Id, user: Id, at: float) -> None:
        """Somebody launched the application of this connection."""
        self._launched.setdefault((connection, user), at)

    def has(self, connection: Id, user: Id) -> bool:
        """Whether this person has."""
        return (connection, user) in self._launched

    def forget(self, connection: Id) -> None:
        """LMS Connect was enabled anew for this connection: everyone must launch again (lms-connect 11 #25)."""
        for key in [key for key in self._launched if key[0] == connection]:
            del self._launched[key]
