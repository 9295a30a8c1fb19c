r"""Slips in numbers: a sign, n for n − 1, a factor ½, an exponent, a root, a fraction upside down.

Each generator gives every way to mend one kind of slip, somewhere in a side.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction as Rational

from symbn.notes.changes import Change, Piece
from symbn.notes.reserved import transposes
from symbn.notes.syntax import (
    Big,
    Binary,
    Commas,
    Derivation,
    Fraction,
    Group,
    Matrix,
    Name,
    Numeral,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
)
from symbn.notes.written import MINUS, Written
from symbn.source import Span


def signs(side: Written) -> Iterator[Change]:
    """a − b for a + b, −a for a."""
    for node, above in side.spots:
        if isinstance(node, Signed):
            for place, (sign, term) in enumerate(node.terms):
                span = side.span(term)
                after = side.span(node).start if place == 0 else side.span(node.terms[place - 1][1]).end
                found = [k for k in range(after, span.start) if side.text[k] in (*MINUS, "+")]
                what = f"the sign of {side.short(term)}"
                if found:
                    other = "+" if sign == "-" else "-"
                    other = "" if place == 0 and other == "+" else other
                    yield Change("sign", Span(found[-1], found[-1] + 1), (other,), what)
                else:
                    yield Change("sign", Span(span.start, span.start), ("-",), what)
        elif above is None or (isinstance(above, (Group, Commas)) and not isinstance(node, Commas)):
            start = side.span(node).start
            yield Change("sign", Span(start, start), ("-",), f"the sign of {side.short(node)}")


def sizes(side: Written) -> Iterator[Change]:
    """n − 1 for n, n for n − 1, n + 1 for n."""
    for node, above in side.spots:
        if isinstance(node, Group) and node.delimiter == "(" and (size := _shifted_size(node.content, side)):
            yield Change("size", side.span(node), (side.span(size),), f"{side.of(size)} for {side.of(node.content)}")
        elif size := _shifted_size(node, side):
            yield Change("size", side.span(node), (side.span(size),), f"{side.of(size)} for {side.of(node)}")
        elif isinstance(node, Name) and side.kind(node) == "size" and not isinstance(above, Script):
            for more in (" - 1", " + 1"):
                span = side.span(node)
                pieces: tuple[Piece, ...] = (span, more)
                if not (above is None or isinstance(above, (Fraction, Root, Group, Commas))):
                    pieces = ("(", *pieces, ")")
                yield Change("size", span, pieces, f"{side.of(node)}{more} for {side.of(node)}")


def numerals(side: Written) -> Iterator[Change]:
    """2 for 1, 1 for 2, and neighbouring numbers; a factor 2 with others after it is left out (`extra_factors`)."""
    for node, above in side.spots:
        if isinstance(node, Numeral) and node.text.isdigit() and not isinstance(above, Script):
            k = int(node.text)
            for other in dict.fromkeys((1, 2 * k, k // 2 if k % 2 == 0 else k + 1, k + 1, k - 1)):
                leads = isinstance(above, Sequence) and above.items[0] is node
                if other > 0 and other != k and not (other == 1 and leads):
                    yield Change("number", side.span(node), (str(other),), f"{other} for {k}")


def missing_scalars(side: Written) -> Iterator[Change]:
    """½ a, 2 a, a/n, n a, a/(n − 1), (n − 1) a, a/√n for a term a."""
    factors = [(r"\frac{1}{2}", "1/2"), ("2", "2")]
    for size in side.words.sizes:
        n = side.words.spelled(size)
        factors += [(rf"\frac{{1}}{{{n}}}", f"1/{n}"), (rf"\frac{{1}}{{{n} - 1}}", f"1/({n} - 1)")]
        factors += [(n, n), (f"({n} - 1)", f"{n} - 1"), (rf"\frac{{1}}{{\sqrt{{{n}}}}}", f"1 over the root of {n}")]
    yield from _in_front("scalar missing", factors, side)


def rarer_scalars(side: Written) -> Iterator[Change]:
    """3 a, ¼ a, 2a/n, a/(2n) and the like for a term a."""
    factors = [(rf"\frac{{1}}{{{k}}}", f"1/{k}") for k in (3, 4)] + [(str(k), str(k)) for k in (3, 4, 6, 8)]
    for size in side.words.sizes:
        n = side.words.spelled(size)
        factors += [(rf"\frac{{2}}{{{n}}}", f"2/{n}"), (rf"\frac{{2}}{{{n} - 1}}", f"2/({n} - 1)")]
        factors += [(rf"\frac{{1}}{{2 {n}}}", f"1/(2 {n})"), (rf"\frac{{1}}{{2 ({n} - 1)}}", f"1/(2 ({n} - 1))")]
    yield from _in_front("rarer scalar missing", factors, side)


def _in_front(kind: str, factors: list[tuple[str, str]], side: Written) -> Iterator[Change]:
    for term in terms(side):
        at = Span(side.span(term).start, side.span(term).start)
        for latex, what in factors:
            yield Change(kind, at, (f"{latex} ",), f"a factor {what} is missing")


def extra_denominators(side: Written) -> Iterator[Change]:
    r"""a for \frac{a}{b} and a / b; \frac{1}{b} for \frac{a}{b}."""
    for node, above in side.spots:
        if isinstance(node, Fraction) or (isinstance(node, Binary) and node.op == "/"):
            above_line, below = _parts(node)
            kept = _as_factor(side, above_line, above)
            what = f"the denominator {side.short(below)} is too much"
            yield Change("denominator", side.span(node), kept, what)
            if not isinstance(above_line, Numeral):
                what = f"the factor {side.short(above_line)} is too much"
                yield Change("factor dropped", side.span(above_line), ("1",), what)


def exponents(side: Written) -> Iterator[Change]:
    """x for x², x² for x, x^{3/2} for x^{1/2}, x^{-1} for x, and the like."""
    for node, above in side.spots:
        if isinstance(node, Script) and node.sup is not None and not transposes(node.sup):
            region = side.superscript(node)
            power, entrywise = _power(node.sup), _entrywise(node.sup)
            if entrywise:
                yield Change("exponent", region, ("",), f"{side.short(node.base)} for {side.short(node)}")
            if power is None:
                continue
            others = (power + 1, power - 1, -power, Rational(1), Rational(1, 2), Rational(-1, 2), Rational(3, 2))
            for other in dict.fromkeys(others):
                if other not in (0, power):
                    text = "" if other == 1 else f"^{{{_exponent(other, node.sup)}}}"
                    shown = f"the exponent {other} for {power}"
                    yield Change("exponent", region, (text,), shown)
        elif not isinstance(above, Script) and _may_have_power(node, side):
            end = side.span(node).end
            for power_text in ("^2", r"^{\odot 2}", "^{-1}"):
                what = f"{side.short(node)}{power_text} for {side.short(node)}"
                yield Change("exponent missing", Span(end, end), (power_text,), what)


def roots(side: Written) -> Iterator[Change]:
    r"""e for \sqrt{e}, \sqrt{e} for e, below a fraction line too."""
    for node, above in side.spots:
        if isinstance(node, Root):
            kept = _as_factor(side, node.arg, above)
            yield Change("root", side.span(node), kept, f"the root of {side.short(node.arg)} is too much")
        elif isinstance(above, Fraction) or (isinstance(node, Name) and side.kind(node) == "1×1") or above is None:
            if not isinstance(above, (Script, Root)):
                span = side.span(node)
                what = f"the root of {side.short(node)} is missing"
                yield Change("root", span, (r"\sqrt{", span, "}"), what)
        elif isinstance(node, Group) and node.delimiter in ("(", "[") and not isinstance(above, Script):
            inner = side.span(node.content)
            what = f"the root of {side.short(node.content)} is missing"
            yield Change("root", side.span(node), (r"\sqrt{", inner, "}"), what)


def inverted_fractions(side: Written) -> Iterator[Change]:
    r"""\frac{b}{a} for \frac{a}{b}."""
    for node, _ in side.spots:
        if isinstance(node, Fraction):
            first, second = side.span(node.numerator), side.span(node.denominator)
            between = Span(first.end, second.start)
            what = f"{side.short(node.denominator)} over {side.short(node.numerator)}, not below it"
            yield Change("inverted", first.to(second), (second, between, first), what)


def terms(side: Written) -> Iterator[Syntax]:
    """What scalars can be put in front of: the terms of sums, whole sides, arguments."""
    for node, above in side.spots:
        if isinstance(node, (Signed, Commas)):
            continue
        if above is None or isinstance(above, (Signed, Commas, Matrix)) or (
            isinstance(above, Group) and not isinstance(node, (Group, Sequence))
        ):  # fmt: skip
            yield node


def _shifted_size(node: Syntax, side: Written) -> Syntax | None:
    """The n of n − 1 or n + 1."""
    match node:
        case Signed(terms=((_, size), (_, Numeral()))) if side.kind(size) == "size":
            return size
    return None


def _parts(node: Fraction | Binary) -> tuple[Syntax, Syntax]:
    return (node.numerator, node.denominator) if isinstance(node, Fraction) else (node.left, node.right)


def _as_factor(side: Written, node: Syntax, above: Syntax | None) -> tuple[Piece, ...]:
    """Something kept where a fraction or root was: a sum in brackets, unless it is alone there."""
    span = side.span(node)
    alone = above is None or isinstance(above, (Fraction, Group, Root, Commas, Matrix))
    if isinstance(above, Script):
        alone = False
    elif not isinstance(node, (Signed, Binary, Big)):
        alone = True
    return (span,) if alone else side.bracketed(span)


def _power(sup: Syntax) -> Rational | None:
    """The number in an exponent, if it is one."""
    match sup:
        case Numeral():
            return Rational(sup.text)
        case Group():
            return _power(sup.content)
        case Signed(terms=((sign, inner),)):
            value = _power(inner)
            return None if value is None else (-value if sign == "-" else value)
        case Fraction() | Binary(op="/"):
            first, second = map(_power, _parts(sup))
            return None if first is None or not second else first / second
        case Sequence(items=(Name(), inner)) if _entrywise(sup):
            return _power(inner)
    return None


def _entrywise(sup: Syntax) -> bool:
    return isinstance(sup, Sequence) and isinstance(sup.items[0], Name) and sup.items[0].latex in (r"\odot", r"\circ")


def _exponent(value: Rational, before: Syntax) -> str:
    """A number as an exponent, in the manner of the one before."""
    text = str(value)
    if isinstance(before, Fraction) and value.denominator != 1:
        text = rf"{'-' if value < 0 else ''}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    return f"\\odot {text}" if _entrywise(before) else text


def _may_have_power(node: Syntax, side: Written) -> bool:
    if isinstance(node, Script):
        return node.sup is None
    if isinstance(node, Name):
        return not node.word and side.kind(node) != "size"
    return isinstance(node, Group) and node.delimiter in ("(", "[", r"\|") and not isinstance(node.content, Derivation)
