"""How many statements came out how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from symbn.report import Report, Verdict

VERDICTS: tuple[str, ...] = get_args(Verdict)
CLAIM_KINDS = frozenset({"claim", "shape", "hole"})

_SINGULAR_ONLY = ("proved", "refuted", "undecided", "not checked")


def count_verdicts(statements: Iterable[Report]) -> dict[str, int]:
    """Every verdict, with how many statements have it."""
    counts = dict.fromkeys(VERDICTS, 0)
    for statement in statements:
        counts[statement.verdict] += 1
    return counts


def summary_line(statements: Iterable[Report]) -> str:
    """Such as `12 proved, 1 refuted; 5 definitions, 1 declaration`; what is zero is left out."""
    listed = list(statements)
    counts = count_verdicts(listed)
    parts = []
    for names in (("proved", "refuted", "undecided", "error"), ("definition", "declaration", "not checked")):
        said = [_counted(counts[name], name) for name in names if counts[name]]
        if said:
            parts.append(", ".join(said))
    return "; ".join(parts) or "nothing stated"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 or name in _SINGULAR_ONLY else f"{count} {name}s"
