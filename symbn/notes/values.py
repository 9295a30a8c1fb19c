r"""Sides that are constants: 2, −1/2, (1, 0, 3), a matrix of numbers; I, 𝟏𝟏ᵀ; and indices that are compared: i ≠ j."""

from __future__ import annotations

import re
from collections.abc import Collection

from symbn.notes.occurrences import RUNNING
from symbn.notes.open_chains import OpenChain, only_numbers
from symbn.notes.reserved import UNITS, is_builtin, is_constant, transposes
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import Chain, Commas, Fraction, Group, Matrix, Name, Numeral, Script, Signed, Syntax, walk
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


def is_one_constant(chain: Chain, scope: Scope) -> bool:
    r"""Whether a chain says only which constant a name stands for: t = 1, W = I, W = \mathbf 1 \mathbf 1^\top."""
    return _equates_a_name(chain) and all(_is_constant(name, scope) for name in _names(chain.sides[1]))


def is_scaled_constant(chain: Chain, scope: Scope) -> bool:
    r"""Whether a chain says which constants, and numbers, a vector or matrix is made of: W = \alpha I."""
    if not _equates_a_name(chain):
        return False
    declared = scope.context.symbols
    numbers = {name for name, symbol in declared.items() if symbol.shape == (1, 1)}
    names = [name for name in _names(chain.sides[1]) if name.latex not in numbers]
    known = declared.get(spelled(chain.sides[0]) or "")
    own = known is not None and known.shape != (1, 1)
    return own and any(is_constant(name.latex) for name in names) and all(_is_constant(name, scope) for name in names)


def _equates_a_name(chain: Chain) -> bool:
    return [link.relation for link in chain.links] == ["="] and isinstance(chain.sides[0], Name | Script)


def _names(side: Syntax) -> list[Name]:
    return [node for node in walk(side) if isinstance(node, Name)]


def _is_constant(name: Name, scope: Scope) -> bool:
    """Whether a name stands for no value that a note could choose: I, e_1, a size, a transpose, an operator."""
    if name.latex in scope.context.dimensions or transposes(name):
        return True
    reserved = is_constant(name.latex) or name.latex in UNITS or (name.word and is_builtin(name.latex))
    return reserved and not scope.knows(name.latex)


def compares_letters(chain: Chain | OpenChain) -> bool:
    """Whether a chain is i ≠ j, or i = j, of two names."""
    compared = [link.relation for link in chain.links] in ([r"\ne"], ["="])
    return compared and len(chain.sides) == 2 and all(isinstance(side, Name) for side in chain.sides)


def compares_indices(chain: Chain, scope: Scope) -> bool:
    """Whether a chain is i ≠ j of any two names, or i = j of two indices, or of letters that can be nothing else."""
    names = [side.latex for side in chain.sides if isinstance(side, Name)]
    if not compares_letters(chain) or chain.links[0].relation != "=":
        return compares_letters(chain)
    return all(name in scope.indices or (name in RUNNING and not scope.knows(name)) for name in names)


def equates_letters(written: str) -> bool:
    """Whether a condition is written as i = j."""
    return re.fullmatch(r"\s*[a-z]\s*=\s*[a-z]\s*", written) is not None


def compares_numbers_of(chain: Chain | OpenChain, sides: Collection[Syntax]) -> bool:
    """Whether a chain is i ≠ j, or i = j, of letters that stand in the subscripts of some sides and nowhere else."""
    return compares_letters(chain) and all(only_numbers(side, sides) for side in chain.sides)
