r"""Slips in names: a wrong index, a wrong letter, a factor or term forgotten or too many, a function's sibling.

Each generator gives every way to mend one kind of slip, somewhere in a side.
"""

from __future__ import annotations

from collections.abc import Iterator

from symbn.notes.changes import Change
from symbn.notes.reserved import DIAGONALS, TRACES
from symbn.notes.scope import spelled
from symbn.notes.syntax import (
    Binary,
    Colon,
    Commas,
    Derivation,
    Fraction,
    Group,
    Nabla,
    Name,
    Numeral,
    Script,
    Sequence,
    Signed,
    Syntax,
    walk,
)
from symbn.notes.written import Unit, Written
from symbn.source import Span

_SIBLINGS = (("sin", "cos"), ("sinh", "cosh", "tanh"), ("exp", "log"), ("tanh", "sigmoid"))
_NUMBERS = ("1×1", "size")


def indices(side: Written) -> Iterator[Change]:
    r"""A_{ji} for A_{ij}, Y_{i:} for Y_{:i}, y_j for y_i."""
    for node, _ in side.spots:
        if not isinstance(node, Script) or node.sub is None:
            continue
        letters = _letters(node.sub)
        if len(letters) == 2:
            first, second = (side.span(letter) for letter in letters)
            pieces = (second, Span(first.end, second.start), first)
            turned = side.text[second.start : second.end] + side.text[first.start : first.end]
            what = f"the indices {turned} for {side.of(node.sub)}"
            yield Change("index", first.to(second), pieces, what)
        for letter in letters:
            if isinstance(letter, Name) and letter.latex in side.words.indices:
                for other in side.words.indices:
                    if other != letter.latex:
                        what = f"the index {other} for {letter.latex} in {side.short(node)}"
                        yield Change("index", side.span(letter), (other,), what)


def names(side: Written) -> Iterator[Change]:
    """V for W: another name for a thing of the same kind."""
    for node, above in side.spots:
        if not isinstance(node, (Name, Script)) or (isinstance(above, Script) and node is above.base):
            continue
        name, span = side.named(node)
        kind = side.words.kinds.get(name)
        for other, its_kind in side.words.kinds.items():
            if its_kind == kind and other != name:
                what = f"{side.words.spelled(other)} for {side.text[span.start : span.end]}"
                yield Change("name", span, (side.words.spelled(other),), what)


def missing_factors(side: Written) -> Iterator[Change]:
    r"""v ⊙ A, A v, A vᵀ, A diag(v) for A, and \frac{s}{2}, \frac{1}{s} A: something of the left side, in a product."""
    for kind, latex in _of_the_left_side(side):
        for product in products(side):
            units = side.units(product)
            starts, end = [u.span.start for u in units], units[-1].span.end
            if kind == "1×1":
                yield from _missing_numerator(units[0].nodes[0], latex, side)
                starts = starts[:1]
            elif side.words.hadamard in side.text:
                yield _put(starts[0], f"{latex} {side.words.hadamard} ")
            for form in _factor_forms(kind, latex, side):
                yield from (_put(place, f"{form} ") for place in starts)
                if kind != "1×1":
                    yield _put(end, f" {form}")
            if kind != "1×1":
                yield _put(starts[0], f"{latex} {side.words.hadamard} ")
            if kind.endswith("×1") and kind != "1×1" and r"\|" in side.text:
                norm = rf"\|{latex}\|"
                yield from (_put(starts[0], f"{form} ") for form in (norm, rf"\frac{{1}}{{{norm}}}", f"{norm}^2"))


def _put(place: int, text: str) -> Change:
    """A factor put in."""
    return Change("factor missing", Span(place, place), (text,), f"the factor {text.strip()} is missing")


def _missing_numerator(node: Syntax, latex: str, side: Written) -> Iterator[Change]:
    r"""\frac{s}{b} for \frac{1}{b}."""
    if isinstance(node, Fraction) and isinstance(node.numerator, Numeral) and node.numerator.text == "1":
        yield Change("factor missing", side.span(node.numerator), (latex,), f"the factor {latex} is missing")


def _factor_forms(kind: str, latex: str, side: Written) -> list[str]:
    """How something can stand in a product: a vector as it is, transposed, or as a diagonal matrix."""
    if kind == "1×1":
        return [latex, rf"\frac{{1}}{{{latex}}}"]
    diagonal = [f"{side.words.diagonal}({latex})"] if kind == "" or kind.endswith("×1") else []
    return [latex, _transpose(latex, side), *diagonal]


def missing_terms(side: Written) -> Iterator[Change]:
    """a + b for a: something of the left side."""
    for kind, latex in _of_the_left_side(side):
        forms = [latex] if kind == "1×1" else [latex, _transpose(latex, side)]
        for node, above in side.spots:
            if isinstance(node, Commas) or not (above is None or isinstance(node, Signed) or isinstance(above, Group)):
                continue
            end = side.span(node).end
            for term in (f" {sign} {form}" for form in forms for sign in "+-"):
                yield Change("term missing", Span(end, end), (term,), f"the term {term[3:]} is missing")


def _of_the_left_side(side: Written) -> Iterator[tuple[str, str]]:
    """What stands on the left side, or what its names rest on, with its kind: first what does not stand here."""
    written = {side.named(node)[0] for node, _ in side.spots}
    here = side.of(side.root)
    found: list[tuple[bool, str, str]] = []
    for name in side.words.related:
        kind = side.words.kinds.get(name)
        if kind is not None and kind != "size" and name not in side.words.functions:
            found.append((name in written, kind, side.words.spelled(name)))
    found += [(phrase in here, "", phrase) for phrase in side.words.phrases]
    for _, kind, latex in sorted(found, key=lambda entry: entry[0]):
        yield kind, latex


def _transpose(latex: str, side: Written) -> str:
    """The transpose of a phrase."""
    transpose = side.words.transpose
    if latex.endswith(transpose):
        return latex.removesuffix(transpose)
    if latex in side.words.spelling.values() or (latex.count("(") == latex.count(")") == 1 and latex.endswith(")")):
        return f"{latex}{transpose}"
    left, right = side.words.brackets
    return f"{left}{latex}{right}{transpose}"


def extra_factors(side: Written) -> Iterator[Change]:
    """A for A B, A for A ⊙ B."""
    for node, _ in side.spots:
        if isinstance(node, Sequence) and len(units := side.units(node)) > 1:
            for place, unit in enumerate(units):
                before = units[place - 1].span.end if place else unit.span.start
                after = unit.span.end if place else units[1].span.start
                what = f"the factor {side.short(unit)} is too much"
                number = isinstance(node.items[0], Numeral) and place == 0  # as the slip 1 for 2
                yield Change("number" if number else "factor dropped", Span(before, after), ("",), what)
        elif isinstance(node, Binary) and node.op != "/":
            for kept, dropped in ((node.left, node.right), (node.right, node.left)):
                what = f"the factor {side.short(dropped)} is too much"
                yield Change("factor dropped", side.span(node), (side.span(kept),), what)


def extra_terms(side: Written) -> Iterator[Change]:
    """a for a + b."""
    for node, _ in side.spots:
        if isinstance(node, Signed) and len(node.terms) > 1:
            for place, (_, term) in enumerate(node.terms):
                span = side.span(term)
                start = side.span(node).start if place == 0 else side.span(node.terms[place - 1][1]).end
                end = span.end
                if place == 0:
                    following = side.span(node.terms[1][1]).start
                    keeps_sign = node.terms[1][0] != "+"
                    end = side.text.find("-", span.end, following) if keeps_sign else following
                    end = end if end >= 0 else following
                yield Change("term dropped", Span(start, end), ("",), f"the term {side.short(term)} is too much")


def functions(side: Written) -> Iterator[Change]:
    """sin for cos, tanh for cosh, φ′ for φ."""
    for node, above in side.spots:
        name = node if isinstance(node, Name) else None
        if name is not None and name.word:
            for family in _SIBLINGS:
                for other in family if name.latex in family else ():
                    if other != name.latex:
                        span = side.span(name)
                        text = side.text[span.start : span.end].replace(name.latex, other)
                        text = rf"\operatorname{{{other}}}" if text == r"\sigmoid" else text
                        yield Change("function", span, (text,), f"{other} for {name.latex}")
        if isinstance(node, Script) and node.primes and side.text[node.span.end - 1] == "'":
            end = node.span.end
            yield Change("function", Span(end - 1, end), ("",), f"a prime too many on {side.of(node.base)}")
        if isinstance(node, (Name, Script)) and not isinstance(above, Script):
            if side.named(node)[0] in side.words.functions and not (isinstance(node, Script) and node.sup is not None):
                end = side.span(node).end
                yield Change("function", Span(end, end), ("'",), f"the derivative {side.of(node)}' for {side.of(node)}")


def operators(side: Written) -> Iterator[Change]:
    r"""v for diag(v), diag(v) for v, tr A for A."""
    for product in products(side):
        for unit in side.units(product):
            head, span = unit.nodes[0], unit.span
            if isinstance(head, Name) and head.word and len(unit.nodes) == 2:
                if head.latex in DIAGONALS | TRACES:
                    what = f"{head.latex} is too much"
                    yield Change("operator", span, (_argument(unit.nodes[1], side),), what)
                continue
            yield _around(unit, "diag", side.words.diagonal, side)
            yield _around(unit, "tr", r"\operatorname{tr}", side)
    for node, above in side.spots:
        if isinstance(node, Sequence) and (above is None or isinstance(above, Signed)):
            yield _around(Unit((node,), side.span(node)), "tr", r"\operatorname{tr}", side)


def _around(unit: Unit, word: str, latex: str, side: Written) -> Change:
    """An operator at a factor or a product."""
    head, span = unit.nodes[0], unit.span
    bracketed = isinstance(head, Group) and head.delimiter == "(" and len(unit.nodes) == 1
    pieces = (latex, span) if bracketed else (f"{latex}(", span, ")")
    return Change("operator", span, pieces, f"{word} is missing around {side.short(unit)}")


def _argument(node: Syntax, side: Written) -> Span:
    """An argument without its operator: its brackets are left only where they hold a sum."""
    if isinstance(node, Group) and node.delimiter in ("(", "{") and not isinstance(node.content, (Signed, Commas)):
        return side.span(node.content)
    return side.span(node)


def products(side: Written) -> Iterator[Syntax]:
    """Products, and factors that stand alone."""
    for node, above in side.spots:
        lone = not isinstance(above, (Sequence, Script)) and _is_factor(node, side)
        whole = above is None or isinstance(above, (Signed, Group))
        if isinstance(node, Sequence) or lone or (whole and isinstance(node, (Derivation, Fraction, Nabla))):
            yield node


def _is_factor(node: Syntax, side: Written) -> bool:
    """Whether something alone can be one factor of a product."""
    return isinstance(node, (Name, Script, Group)) and side.kind(node) not in _NUMBERS


def _letters(sub: Syntax) -> list[Syntax]:
    """The indices of a subscript, where it is made of single letters and colons."""
    parts = [node for node in walk(sub) if isinstance(node, (Name, Colon))]
    plain = all(isinstance(node, (Name, Colon, Sequence, Commas)) for node in walk(sub))
    return [p for p in parts if isinstance(p, Colon) or (spelled(p) is not None and not p.word)] if plain else []
