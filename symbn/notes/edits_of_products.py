r"""Slips in products: a transpose too many or too few, factors in the wrong order, the wrong product.

Each generator gives every way to mend one kind of slip, somewhere in a side.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from symbn.notes.changes import Change
from symbn.notes.reserved import transposes
from symbn.notes.syntax import (
    Binary,
    Derivation,
    Fraction,
    Group,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Script,
    Sequence,
    Signed,
    Syntax,
)
from symbn.notes.written import Unit, Written
from symbn.source import Span

_NUMBERS = ("1×1", "size")


def dropped_transposes(side: Written) -> Iterator[Change]:
    """A for Aᵀ: a name, a bracket, a gradient."""
    for node, _ in side.spots:
        if isinstance(node, Script) and transposes(node.sup):
            span = side.superscript(node)
            bare = side.text[side.span(node).start : span.start].strip()
            if isinstance(node.base, Name):
                what = f"{bare} for {side.of(node)}"
            else:
                what = f"drop the transpose of {side.short(node.base)}"
            yield Change("transpose", span, ("",), what)


def added_transposes(side: Written) -> Iterator[Change]:
    """Aᵀ for A: a name, a bracket, a matrix, a gradient or a quotient."""
    for node, above in side.spots:
        if not isinstance(above, Script) and not (isinstance(node, Script) and transposes(node.sup)):
            if _may_be_transposed(node, side):
                yield _transposed(Unit((node,), side.span(node)), side)


def transposed_runs(side: Written) -> Iterator[Change]:
    """(A B)ᵀ for A B: neighbouring factors, or a sum that is a whole side."""
    for node, above in side.spots:
        if isinstance(node, Sequence):
            units = side.units(node)
            for length in range(len(units), 1, -1):
                for first in range(len(units) - length + 1):
                    run = units[first : first + length]
                    yield _transposed(Unit(tuple(n for u in run for n in u.nodes), _reach(run)), side)
        elif isinstance(node, (Signed, Binary)) and above is None:
            yield _transposed(Unit((node,), side.span(node)), side)


def reordered_factors(side: Written) -> Iterator[Change]:
    """B A for A B, and C B A for A B C."""
    for node, _ in side.spots:
        if not isinstance(node, Sequence):
            continue
        units = side.units(node)
        for first, second in pairwise(units):
            if not (_is_number(first, side) or _is_number(second, side)):
                between = Span(first.span.end, second.span.start)
                what = f"{side.short(second)} {side.short(first)} for {side.short(first)} {side.short(second)}"
                yield Change("order", first.span.to(second.span), (second.span, between, first.span), what)
        for length in range(3, len(units) + 1):
            for run in (units[start : start + length] for start in range(len(units) - length + 1)):
                mirrored = length == 3 and _mirror(run[0], run[2], side)  # W^⊤ S W to W S W^⊤ is two transposes
                if not (mirrored or _is_number(run[0], side) or _is_number(run[-1], side)):
                    yield _reversed(run, side)


def other_products(side: Written) -> Iterator[Change]:
    r"""A ⊙ B for A B, A B for A ⊙ B."""
    for node, above in side.spots:
        if isinstance(node, Binary) and node.op in (r"\odot", r"\circ"):
            left, right = side.span(node.left), side.span(node.right)
            factors = f"{side.short(node.left)} and {side.short(node.right)}"
            what = f"the matrix product for the Hadamard product of {factors}"
            yield Change("product", Span(left.start, right.end), (left, " ", right), what)
        elif isinstance(node, Sequence) and not isinstance(above, Binary):
            units = side.units(node)
            for first, second in pairwise(units):
                what = f"the Hadamard product for the matrix product of {side.short(first)} and {side.short(second)}"
                at = Span(second.span.start, second.span.start)
                yield Change("product", at, (f"{side.words.hadamard} ",), what)


def _transposed(unit: Unit, side: Written) -> Change:
    node, span = unit.nodes[-1], unit.span
    if len(unit.nodes) == 1 and _takes_scripts(node):
        what = f"the transpose of {side.short(node)} is missing"
        if isinstance(node, (Name, Script)):
            what = f"{side.of(node)}{side.words.transpose} for {side.of(node)}"
        return Change("transpose", Span(span.end, span.end), (side.words.transpose,), what)
    pieces = (*side.bracketed(span), side.words.transpose)
    kind = "transpose" if len(unit.nodes) == 1 else "transposed run"
    return Change(kind, span, pieces, f"transpose {side.short(unit)}")


def _takes_scripts(node: Syntax) -> bool:
    """Whether a superscript can be put behind it."""
    if isinstance(node, Script):
        return node.sup is None
    return isinstance(node, (Name, Matrix, Nabla)) or (isinstance(node, Group) and node.delimiter in ("(", "["))


def _may_be_transposed(node: Syntax, side: Written) -> bool:
    """Whether a transpose could change a factor: no number's, no size's, no operator's."""
    if isinstance(node, (Name, Script)):
        base = node.base if isinstance(node, Script) else node
        function = side.named(node)[0] in side.words.functions
        return not (isinstance(base, Name) and base.word) and not function and side.kind(node) not in _NUMBERS
    if isinstance(node, Derivation):
        return node.body is not None
    return isinstance(node, (Group, Matrix, Nabla, Fraction))


def _is_number(unit: Unit, side: Written) -> bool:
    """Whether a factor is plainly a scalar: its place in a product says nothing."""
    node = unit.nodes[0]
    if isinstance(node, Fraction):
        return all(_is_number(Unit((n,), unit.span), side) for n in (node.numerator, node.denominator))
    return isinstance(node, Numeral) or (isinstance(node, (Name, Script)) and side.kind(node) in _NUMBERS)


def _reversed(run: list[Unit], side: Written) -> Change:
    pieces: list[Span] = []
    for place in range(len(run) - 1, -1, -1):
        pieces.append(run[place].span)
        if place:
            pieces.append(Span(run[-place - 1].span.end, run[-place].span.start))
    return Change("order", _reach(run), tuple(pieces), f"{' '.join(map(side.short, run))} in reversed order")


def _mirror(first: Unit, last: Unit, side: Written) -> bool:
    """Whether one factor is the other one's transpose, as it is written."""
    ends = (first.nodes[-1], last.nodes[-1])
    bare = {side.of(n.base) for n in ends if isinstance(n, Script) and transposes(n.sup)}
    plain = {side.of(n) for n in ends}
    return bool(bare & plain)


def _reach(run: list[Unit]) -> Span:
    return run[0].span.to(run[-1].span)
