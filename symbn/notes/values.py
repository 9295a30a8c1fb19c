"""Sides that are numbers written out: 2, −1/2, (1, 0, 3), a matrix of numbers."""

from __future__ import annotations

from symbn.notes.syntax import Chain, Commas, Fraction, Group, Matrix, Name, Numeral, Script, Signed, Syntax
from symbn.notes.vocabulary import EQUALITIES


def is_one_value(chain: Chain) -> bool:
    """Whether a chain only says which number, or numbers, a name stands for: t = 1, u = (1, 0)."""
    if [link.relation in EQUALITIES for link in chain.links] != [True] or chain.links[0].relation != "=":
        return False
    name = chain.sides[0]
    named = isinstance(name, Name) or (isinstance(name, Script) and name.sup is None)
    return named and is_number(chain.sides[1])


def is_number(side: Syntax) -> bool:
    """Whether a side is made of numerals alone."""
    match side:
        case Numeral():
            return True
        case Signed():
            return all(is_number(term) for _, term in side.terms)
        case Fraction():
            return is_number(side.numerator) and is_number(side.denominator)
        case Commas():
            return all(map(is_number, side.items))
        case Group():
            return side.delimiter in ("(", "[", "{") and is_number(side.content)
        case Matrix():
            return all(cell is not None and is_number(cell) for row in side.rows for cell in row)
        case Script():
            return side.sub is None and not side.primes and is_number(side.base)
    return False
