"""How much memory this process holds, and whether a claim has taken more of it than it may.

A rise of what the process holds is laid to the claim that is being checked: claims are checked one at a time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

MEGABYTE = 1 << 20
_UNIT = "MB of memory"
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Allowance:
    """What a claim may take: so many bytes more than the process holds when this is made.

    Called, it says what was too much, or nothing: what a budget asks.
    """

    def __init__(self, most: int, held: Callable[[], int] | None = None) -> None:
        self._held = held or held_bytes
        self._most = most
        self._until = self._held() + most

    def __call__(self) -> str:
        if self._held() <= self._until:
            return ""
        return f"it takes more than {self._most // MEGABYTE} {_UNIT}"


def tells_of_memory(message: str) -> bool:
    """Whether a message says that memory ended something: how much is held is another each time."""
    return _UNIT in message


def held_bytes() -> int:
    """The bytes of memory this process holds now; the most it ever held, or 0, where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return _most_ever_held()


def _most_ever_held() -> int:
    try:
        import resource  # where there is no /proc
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
