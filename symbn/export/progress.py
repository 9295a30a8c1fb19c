"""A progress bar on standard error, once a run has taken a second, and only on a terminal."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from symbn.export.layout import shorten, visible

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

DELAY = 1.0


class Progress:
    """`with Progress("note.md") as progress: … progress.report(3, 40)`; leaves nothing on the screen."""

    def __init__(self, name: str, *, delay: float = DELAY) -> None:
        self._name = shorten(visible(name), 40)
        self._done, self._total = 0, 0
        self._lock = threading.Lock()
        self._bar: tuple[RichProgress, TaskID] | None = None
        self._timer = threading.Timer(delay, self._show) if sys.stderr.isatty() else None

    def __enter__(self) -> Progress:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._bar is not None:
                self._bar[0].stop()
                self._bar = None

    def report(self, done: int, total: int) -> None:
        """So many statements of so many are checked."""
        with self._lock:
            self._done, self._total = done, total
            if self._bar is not None:
                self._bar[0].update(self._bar[1], completed=done, total=total)

    def _show(self) -> None:
        # Only runs that take long pay for rich.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        with self._lock:
            if self._timer is None:
                return  # the run has ended meanwhile
            bar = RichProgress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            task = bar.add_task(self._name, total=self._total or None, completed=self._done)
            bar.start()
            self._bar = (bar, task)
