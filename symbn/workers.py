"""Tasks done at once by processes of their own: what each says meanwhile, and what it comes to.

A process does one task after the other.  One that ends in the middle of a task is replaced, and its task is told dead.
The processes do not hear Ctrl-C: this one does, and ends them.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Said:
    """What the task at a place told of its progress."""

    place: int
    what: tuple[Any, ...]


@dataclass(frozen=True)
class Done:
    """What the task at a place came to."""

    place: int
    result: Any


@dataclass(frozen=True)
class Dead:
    """The process of the task at a place ended before the task did."""

    place: int
    code: int | None


Event: TypeAlias = Said | Done | Dead
Work: TypeAlias = Callable[[Any, Callable[..., None]], Any]
"""A function of a module: of a task, and of what is to be called with what it has to say meanwhile."""


@dataclass
class _Worker:
    process: SpawnProcess
    connection: Connection
    place: int


class Workers:
    """`with Workers(work, tasks, 2) as workers: for event in workers: …` until every task is done or dead."""

    def __init__(self, work: Work, tasks: Sequence[Any], count: int) -> None:
        self._work, self._tasks, self._count = work, tasks, count
        self._next = 0
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers:
        with _interrupts_ignored():
            self._workers += [_started(self._work) for _ in range(min(self._count, len(self._tasks)))]
        for worker in list(self._workers):
            self._assign(worker)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()

    def __iter__(self) -> Iterator[Event]:
        while self._workers:
            ready = wait([worker.connection for worker in self._workers])
            for worker in [worker for worker in self._workers if worker.connection in ready]:
                yield self._event(worker)

    def _event(self, worker: _Worker) -> Event:
        try:
            event: Said | Done = worker.connection.recv()
        except (EOFError, ConnectionError):
            return self._replaced(worker)
        if isinstance(event, Done):
            self._assign(worker)
        return event

    def _assign(self, worker: _Worker) -> None:
        """Give a worker the next task; if there is none, let it go."""
        if self._next == len(self._tasks):
            self._workers.remove(worker)
            worker.connection.close()
            worker.process.join()
            return
        worker.place, self._next = self._next, self._next + 1
        with suppress(ConnectionError):  # it has ended: its end of the pipe says so
            worker.connection.send((worker.place, self._tasks[worker.place]))

    def _replaced(self, worker: _Worker) -> Dead:
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        if self._next < len(self._tasks):
            with _interrupts_ignored():
                self._workers.append(_started(self._work))
            self._assign(self._workers[-1])
        return Dead(worker.place, worker.process.exitcode)


def _started(work: Work) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, -1)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes that are started here never hear Ctrl-C.  Only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(connection: Connection, work: Work) -> None:
    """Do tasks as they come, until the other end of the pipe is closed."""
    with suppress(EOFError, ConnectionError):
        while True:
            place, task = connection.recv()
            connection.send(Done(place, work(task, lambda *what, at=place: connection.send(Said(at, what)))))
