"""The rate limit: so many requests per token in a window its first request opens (docs/error-messages)."""

from __future__ import annotations

WINDOW = 60.0


class Rates:
    """The open windows of one world, by token."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def resets(self) -> list[float]:
        """When each open window is reset."""
        return [opened + WINDOW for opened, _ in self._windows.values()]

    def count(self, token: str, limit: int, now: float) -> tuple[int, int]:
        """Count one request: (how many remain, negative when too many; the Unix second of the reset)."""
        opened, used = self._windows.get(token, (now, 0))
        if not opened <= now < opened + WINDOW:
            opened, used = now, 0
        if len(self._windows) > 10_000:
            self._windows = {t: w for t, w in self._windows.items() if now < w[0] + WINDOW}
        self._windows[token] = (opened, used + 1)
        return limit - used - 1, int(opened + WINDOW)
