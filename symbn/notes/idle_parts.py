r"""Parts that say nothing: a 0 in a sum, a difference of equal terms, a power of 1.

    a + 0        a + b − a        (1)^{n - m}

An author may have reason to write them.  A repair that brings one in is no repair: `a + 0` is the left side again.
"""

from __future__ import annotations

from collections import Counter

from symbn.notes.reserved import ZEROS
from symbn.notes.syntax import Group, Name, Numeral, Script, Signed, Syntax, walk, without_spans


def idle_parts(syntax: Syntax) -> int:
    """How many parts of what is written say nothing."""
    return sum(_in_sum(node) if isinstance(node, Signed) else _is_power_of_one(node) for node in walk(syntax))


def _in_sum(syntax: Signed) -> int:
    """How many of the terms of a sum are 0, or cancel with another one."""
    counts: dict[str, Counter[object]] = {"+": Counter(), "-": Counter()}
    for sign, term in syntax.terms:
        counts[sign][without_spans(term)] += 1
    cancelled = (counts["+"] & counts["-"]).total()
    zeros = sum(_is_number(term, "0") for _, term in syntax.terms) if len(syntax.terms) > 1 else 0
    return cancelled + zeros


def _is_power_of_one(syntax: Syntax) -> bool:
    return isinstance(syntax, Script) and syntax.sup is not None and syntax.sub is None and _is_number(syntax.base, "1")


def _is_number(syntax: Syntax, text: str) -> bool:
    match syntax:
        case Group(content=content):
            return _is_number(content, text)
        case Name(latex=latex):
            return text == "0" and latex in ZEROS
    return isinstance(syntax, Numeral) and syntax.text == text
