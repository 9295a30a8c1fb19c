r"""How far a sum reaches where its index stands behind it: \sum_i x_i + y_i."""

from __future__ import annotations

from collections.abc import Sequence as Many

from symbn.diagnostics import fail
from symbn.notes.mentions import is_whole_name, mentions
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import Big, Related, Script, Sequence, Syntax, children


def check_reach_of_sums(terms: Many[Syntax], scope: Scope) -> None:
    r"""Raises NoteError (E236) for \sum_i x_i + y_i, whose second i is not the first, if the sum ends at the plus."""
    for place, term in enumerate(terms[:-1]):
        last = term.items[-1] if isinstance(term, Sequence) else term
        if not isinstance(last, Big) or last.sub is None:
            continue
        for letter in _bound(last):
            if any(_stands_free(later, letter, scope) for later in terms[place + 1 :]):
                raise fail(
                    "E236", f"does this sum reach past the sign? `{letter}` stands there too", last.span,
                    help="put what is summed in parentheses, or give the index behind the sum another letter",
                )  # fmt: skip


def _bound(big: Big) -> list[str]:
    """The letters that a sum binds: i, or i and j of ij."""
    sub = big.sub.left if isinstance(big.sub, Related) else big.sub
    items = sub.items if isinstance(sub, Sequence) else () if sub is None else (sub,)
    return [name for name in map(spelled, items) if name is not None]


def _stands_free(syntax: Syntax, letter: str, scope: Scope) -> bool:
    """Whether a letter is an index somewhere, and no sum there binds it."""
    if isinstance(syntax, Big) and letter in _bound(syntax):
        return False
    if isinstance(syntax, Script) and syntax.sub is not None and not is_whole_name(syntax, scope):
        if mentions(syntax.sub, letter):
            return True
    return any(_stands_free(child, letter, scope) for child in children(syntax))
