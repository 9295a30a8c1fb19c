"""Slips of the pen: the small changes that turn a true right side into a false one.

A kind of slip is a rule for one place of a side; it gives splices of the note's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from symbn.notes.scope import spelled
from symbn.notes.syntax import (
    Big,
    Binary,
    Colon,
    Derivation,
    Fraction,
    Group,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
    unscripted,
)
from symbn.source import Span
from tests.corpus.places import Factor, Place, Product, Setting


@dataclass(frozen=True)
class Splice:
    """The characters of `span` become `text`."""

    span: Span
    text: str


_TRANSPOSES = (r"\top", "T", r"\mathsf{T}", r"\mathrm{T}", r"\intercal")


# Transposes -------------------------------------------------------------------------------------------------


def transposes_dropped(place: Place, s: Setting) -> Iterator[Splice]:
    """Aᵀ → A."""
    if isinstance(place, Script) and isinstance(place.sup, Name) and place.sup.latex in _TRANSPOSES:
        mark = s.text.rindex("^", place.span.start, place.sup.span.start)
        braced = s.text[mark + 1 : place.sup.span.start].strip() == "{"
        end = s.text.index("}", place.sup.span.end) + 1 if braced else place.sup.span.end
        yield Splice(Span(mark, end), "")


def names_transposed(place: Place, s: Setting) -> Iterator[Splice]:
    """W → Wᵀ, for a name that is no scalar."""
    for factor in _unscaled(place, s):
        if len(factor) == 1 and isinstance(unscripted(factor[0]), Name) and _open_above(factor[0]):
            yield Splice(_after(factor), s.transpose)


def transposes_added(place: Place, s: Setting) -> Iterator[Splice]:
    """(A + B) → (A + B)ᵀ, f(x) → f(x)ᵀ."""
    for factor in _unscaled(place, s):
        last = factor[-1]
        if not (len(factor) == 1 and isinstance(unscripted(last), Name)) and _open_above(last):
            if isinstance(unscripted(last), (Derivation, Group, Matrix, Nabla, Name)):
                yield Splice(_after(factor), s.transpose)


def _unscaled(place: Place, s: Setting) -> Iterator[Factor]:
    """The factors that are no scalars by their looks."""
    if isinstance(place, Product):
        for factor in place.factors:
            if not s.is_scalar(factor) and not isinstance(factor[-1], (Numeral, Fraction, Root, Big)):
                yield factor


def _open_above(node: Syntax) -> bool:
    """Whether nothing stands in the superscript."""
    return not isinstance(node, Script) or node.sup is None


def _after(factor: Factor) -> Span:
    return Span(factor[-1].span.end, factor[-1].span.end)


# Products ---------------------------------------------------------------------------------------------------


def factors_swapped(place: Place, s: Setting) -> Iterator[Splice]:
    """A B → B A, for neighbours that are no scalars."""
    for first, second in _neighbours(place, s):
        between = s.text[first[-1].span.end : second[0].span.start] or " "
        swapped = s.written(*second) + between + s.written(*first)
        yield Splice(first[0].span.to(second[-1].span), swapped)


def products_made_hadamard(place: Place, s: Setting) -> Iterator[Splice]:
    r"""A B → A ⊙ B."""
    for _, second in _neighbours(place, s):
        yield Splice(Span(second[0].span.start, second[0].span.start), r"\odot ")


def hadamards_made_products(place: Place, s: Setting) -> Iterator[Splice]:
    r"""A ⊙ B → A B."""
    if isinstance(place, Binary) and place.op in (r"\odot", r"\circ"):
        yield Splice(Span(place.left.span.end, place.right.span.start), " ")


def _neighbours(place: Place, s: Setting) -> Iterator[tuple[Factor, Factor]]:
    if isinstance(place, Product):
        for first, second in zip(place.factors, place.factors[1:], strict=False):
            if not any(s.is_scalar(f) or isinstance(f[0], Big) for f in (first, second)):
                yield first, second


# Signs and numbers ------------------------------------------------------------------------------------------


def signs_flipped(place: Place, s: Setting) -> Iterator[Splice]:
    """a + b → a − b; a → −a for a whole side or bracket."""
    if isinstance(place, Signed):
        first_sign, first = place.terms[0]
        before = place.span.start if first_sign == "+" else s.text.rindex("-", 0, first.span.start)
        for sign, term in place.terms:
            found = max((s.text.rfind(mark, before, term.span.start) for mark in ("+", "-")), default=-1)
            if found >= 0:
                leading = term is place.terms[0][1]
                yield Splice(Span(found, found + 1), ("" if leading else "+") if sign == "-" else "-")
            else:
                yield Splice(Span(term.span.start, term.span.start), "-")
            before = term.span.end
    elif place is s.right:
        yield Splice(Span(place.span.start, place.span.start), "-")


def one_less_forgotten(place: Place, s: Setting) -> Iterator[Splice]:
    """n − 1 → n."""
    if _is_one_less(place, s):
        assert isinstance(place, Signed)
        yield Splice(place.span, s.written(place.terms[0][1]))


def one_less_added(place: Place, s: Setting) -> Iterator[Splice]:
    """n → n − 1."""
    if isinstance(place, Product):
        for factor in place.factors:
            alone = not isinstance(place.parent, (Sequence, Binary)) and len(place.factors) == 1
            if len(factor) == 1 and isinstance(factor[0], Name) and s.is_size(factor[0]):
                if not _is_one_less(place.parent, s):
                    yield Splice(factor[0].span, _less(factor[0], s, alone))


def _less(size: Syntax, s: Setting, alone: bool) -> str:
    span = size.span
    braced = s.text[span.start - 1] == "{" and s.text[span.end] == "}"
    name = s.written(size)
    return f"{name} - 1" if braced and alone else f"{{({name} - 1)}}" if not braced and alone else f"({name} - 1)"


def _is_one_less(place: Place | None, s: Setting) -> bool:
    match place:
        case Signed(terms=(("+", Name() as size), ("-", Numeral(text="1")))):
            return s.is_size(size)
    return False


def numbers_dropped(place: Place, s: Setting) -> Iterator[Splice]:
    """½ a, 2 a, a / n → a; 2 / a → 1 / a."""
    if isinstance(place, Product) and len(place.factors) > 1:
        for factor, gap in _with_gaps(place):
            if s.is_number(factor[0]) and len(factor) == 1:
                yield Splice(gap, "")
    elif isinstance(place, Fraction) and not s.is_number(place):
        if isinstance(place.numerator, Numeral) and place.numerator.text != "1":
            yield Splice(place.numerator.span, "1")
        if s.is_number(place.denominator):
            yield Splice(place.span, s.written(place.numerator))


def numbers_inserted(place: Place, s: Setting) -> Iterator[Splice]:
    """a → ½ a, 2 a, a / n; for a term of the side or of a sum."""
    if isinstance(place, Product) and (place.parent is None or isinstance(place.parent, Signed)):
        start = place.factors[0][0].span.start
        if _is_one_less(place.parent, s) or isinstance(place.factors[0][0], Numeral):
            return
        size = next((d for d in s.context.dimensions if len(d) == 1), "n")
        for number in (r"\frac{1}{2} ", "2 ", rf"\frac{{1}}{{{size}}} "):
            yield Splice(Span(start, start), number)


def scales_forgotten(place: Place, s: Setting) -> Iterator[Splice]:
    r"""λ a, diag(γ) a, γ ⊙ a → a; c / a → 1 / a."""
    if isinstance(place, Product) and len(place.factors) > 1:
        for factor, gap in _with_gaps(place):
            if (len(factor) == 1 and s.is_scalar_name(factor[0])) or _is_diagonal(factor):
                yield Splice(gap, "")
    elif isinstance(place, Binary) and place.op in (r"\odot", r"\circ"):
        for scale, other in ((place.left, place.right), (place.right, place.left)):
            if spelled(scale) in s.context.symbols:
                yield Splice(place.span, s.written(other))
    elif isinstance(place, Fraction) and s.is_scalar_name(place.numerator):
        yield Splice(place.numerator.span, "1")


def quotients_forgotten(place: Place, s: Setting) -> Iterator[Splice]:
    """a / σ, ‖w‖ a → a, for a quotient, root or norm that is a factor."""
    if isinstance(place, Product) and len(place.factors) > 1:
        for factor, gap in _with_gaps(place):
            if s.is_scalar(factor) and not (s.is_number(factor[0]) or s.is_scalar_name(factor[0])):
                yield Splice(gap, "")


def _is_diagonal(factor: Factor) -> bool:
    head = factor[0]
    return len(factor) == 2 and isinstance(head, Name) and head.latex.lower() == "diag"


def _with_gaps(product: Product) -> Iterator[tuple[Factor, Span]]:
    """Each factor with the characters from it to the next one, for the last from the one before."""
    for number, factor in enumerate(product.factors):
        if number + 1 < len(product.factors):
            yield factor, Span(factor[0].span.start, product.factors[number + 1][0].span.start)
        else:
            yield factor, Span(product.factors[number - 1][-1].span.end, factor[-1].span.end)


# Roots and indices ------------------------------------------------------------------------------------------

_SUBSCRIPT = re.compile(r"_(?:\w|\{\w+\})")
_HALF = re.compile(r"(-?\d+)\s*/\s*2")


def roots_dropped(place: Place, s: Setting) -> Iterator[Splice]:
    """√a → a; a^{1/2} → a."""
    if isinstance(place, Root):
        argument = s.written(place.arg)
        braced = s.text[place.span.start - 1] == "{" and s.text[place.span.end] == "}"
        simple = braced or not isinstance(place.arg, Signed)
        yield Splice(place.span, argument if simple else rf"\left( {argument} \right)")
    elif isinstance(place, Script) and place.sup is not None:
        half = _HALF.fullmatch(s.written(place.sup))
        if half is not None:
            yield Splice(place.sup.span, half.group(1))


def roots_added(place: Place, s: Setting) -> Iterator[Splice]:
    """a → √a, for a denominator, a norm or a side that is a scalar."""
    if isinstance(place, Fraction) and not s.is_number(place.denominator) and not isinstance(place.denominator, Root):
        below = place.denominator.span
        braced = s.text[below.start - 1] == "{" and s.text[below.end] == "}"
        root = rf"\sqrt{{{s.written(place.denominator)}}}"
        yield Splice(below, root if braced else f"{{{root}}}")
    elif isinstance(place, Group) and place.delimiter == r"\|":
        subscript = _SUBSCRIPT.match(s.text, place.span.end)
        norm = Span(place.span.start, subscript.end() if subscript else place.span.end)
        yield Splice(norm, rf"\sqrt{{{s.text[norm.start : norm.end]}}}")
    elif place is s.right and s.scalar and not isinstance(place, Root) and r"\\" not in s.written(place):
        yield Splice(place.span, rf"\sqrt{{{s.written(place)}}}")


def indices_swapped(place: Place, s: Setting) -> Iterator[Splice]:
    """A_ij → A_ji, Y_{:i} → Y_{i:}, x_i → x_j."""
    if not isinstance(place, Script):
        return
    match place.sub:
        case Sequence(items=((Name() | Colon()) as first, (Name() | Colon()) as second)):
            if place.base != Name(r"\delta", place.base.span) and _is_index(first, s) and _is_index(second, s):
                space = " " if s.written(second).startswith("\\") else ""
                yield Splice(first.span.to(second.span), s.written(second) + space + s.written(first))
        case Name() as index if index.latex in s.indices and len(s.indices) > 1:
            following = s.indices[(s.indices.index(index.latex) + 1) % len(s.indices)]
            yield Splice(index.span, following)


def _is_index(node: Syntax, s: Setting) -> bool:
    return isinstance(node, Colon) or (isinstance(node, Name) and node.latex in s.indices)


# All of them -----------------------------------------------------------------------------------------------

Kind: TypeAlias = Callable[[Place, Setting], Iterator[Splice]]

KINDS: dict[str, Kind] = {
    "transpose dropped": transposes_dropped,
    "transpose added": transposes_added,
    "name transposed": names_transposed,
    "factors swapped": factors_swapped,
    "sign flipped": signs_flipped,
    "n for n - 1": one_less_forgotten,
    "n - 1 for n": one_less_added,
    "number dropped": numbers_dropped,
    "number inserted": numbers_inserted,
    "root dropped": roots_dropped,
    "root added": roots_added,
    "index swapped": indices_swapped,
    "product for Hadamard": hadamards_made_products,
    "Hadamard for product": products_made_hadamard,
    "scale forgotten": scales_forgotten,
    "quotient forgotten": quotients_forgotten,
}
