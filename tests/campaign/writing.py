r"""A tree as LaTeX, in one of the ways that authors write it; which, is up to a random generator if one is given.

Only spellings that mean one thing are used: what a careful reader could take in two ways is put within brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from random import Random

from tests.campaign.trees import Node, fixes, with_index

_ATOM, _SUBSCRIPTED, _SUPERSCRIPTED, _CALL, _OPERATOR, _PRODUCT, _SUM = range(7)
"""How tightly a text holds together; brackets are put by comparing."""

_Text = tuple[str, int]

_NAMES = {
    "exp": (r"\exp",), "log": (r"\log", r"\ln"), "sin": (r"\sin",), "cos": (r"\cos",), "tanh": (r"\tanh",),
    "sinh": (r"\sinh",), "cosh": (r"\cosh",), "sigmoid": (r"\operatorname{sigmoid}",),
    "relu": (r"\operatorname{relu}",),
}  # fmt: skip


class Pen:
    """Writes trees in one spelling of the names; without `random` always in the plainest way."""

    def __init__(self, spelling: Mapping[str, str], random: Random | None = None) -> None:
        self.spelling = spelling
        self.random = random

    def write(self, e: Node) -> str:
        return self._text(e)[0]

    def _some(self, *ways: str) -> str:
        return ways[0] if self.random is None else self.random.choice(ways)

    def _often(self) -> bool:
        return self.random is None or self.random.random() < 0.7

    def _within(self, e: Node, loosest: int) -> str:
        """The text of a part, in brackets if it holds together less tightly than `loosest`."""
        text, level = self._text(e)
        return text if level <= loosest else self._bracketed(text)

    def _bracketed(self, text: str) -> str:
        return self._some(f"({text})", rf"\left( {text} \right)", f"({text})")

    def _argument(self, e: Node) -> str:
        return self._bracketed(self.write(e))

    def _text(self, e: Node) -> _Text:
        written = getattr(self, "_" + e.kind.replace(" ", "_"))(e)
        assert isinstance(written, tuple)
        return written

    # Leaves

    def _number(self, e: Node) -> _Text:
        value = e.data
        if value.denominator == 1:
            return str(value), _ATOM if value >= 0 else _SUM
        sign = "-" if value < 0 else ""
        way = self._some(
            rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}",
            rf"\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}",
        )
        return sign + way, _SUM if sign else _OPERATOR

    def _dim(self, dim: str) -> str:
        return "1" if dim == "1" else " ".join(self.spelling[size] for size in dim.split("*"))

    def _size(self, e: Node) -> _Text:
        return self.spelling[e.data], _ATOM

    def _symbol(self, e: Node) -> _Text:
        return self.spelling[e.data], _ATOM

    def _increment(self, e: Node) -> _Text:
        return rf"\mathrm{{d}} {self.spelling[e.data]}", _PRODUCT

    def _identity(self, e: Node) -> _Text:
        return f"I_{{{self._dim(e.shape[0])}}}", _SUBSCRIPTED

    def _ones(self, e: Node) -> _Text:
        return self._some(r"\mathbf{1}", r"\mathbf 1") + f"_{{{self._dim(e.shape[0])}}}", _SUBSCRIPTED

    def _zero(self, e: Node) -> _Text:
        return "0", _ATOM

    def _unit(self, e: Node) -> _Text:
        return f"e_{e.data}", _SUBSCRIPTED

    def _delta(self, e: Node) -> _Text:
        return rf"\delta_{{{e.data[0]}{e.data[1]}}}", _SUBSCRIPTED

    def _reference(self, e: Node) -> _Text:
        name, indices = e.data
        text = self.spelling[name]
        if indices:
            return f"{text}_{indices[0]}", _SUBSCRIPTED
        if e.parts:
            return text + self._argument(e.parts[0]), _CALL
        return text, _ATOM

    # Sums and products

    def _add(self, e: Node) -> _Text:
        text = ""
        for place, term in enumerate(e.parts):
            if term.kind == "identity" and e.parts[place - 1].kind == "symbol" and not self._often():
                text += " + I" if place else "I"  # the name beside it tells its size
                continue
            written = self._term(term, last=place == len(e.parts) - 1)
            text += f" {written}" if written.startswith("-") and place else f" + {written}" if place else written
        return text, _SUM

    def _term(self, term: Node, last: bool) -> str:
        if term.kind == "sum" and not last:
            return self._bracketed(self.write(term))
        if term.kind == "mul" and term.parts[-1].kind == "sum" and not last:
            return self._product(term.parts, closed=True)
        text, level = self._text(term)
        return text if level < _SUM or term.kind in ("mul", "number") else self._bracketed(text)

    def _mul(self, e: Node) -> _Text:
        text = self._product(e.parts, closed=False)
        return text, _SUM if text.startswith("-") else _PRODUCT

    def _product(self, factors: tuple[Node, ...], closed: bool) -> str:
        first, rest = factors[0], factors[1:]
        if first.kind == "number" and rest:
            if first.data == -1:
                return "-" + self._product(rest, closed)
            if first.data < 0:
                positive = Node("number", first.shape, (), -first.data)
                return "-" + self._product((positive, *rest), closed)
        written = [self._factor(f, place, len(factors), closed) for place, f in enumerate(factors)]
        joined = written[0]
        for before, text in pairwise(written):
            both_numbers = before[-1].isdigit() and text[0].isdigit()
            joined += rf" \cdot {text}" if both_numbers else f" {text}"
        return joined

    def _factor(self, f: Node, place: int, count: int, closed: bool) -> str:
        text, level = self._text(f)
        if f.kind == "sum" and (closed or place < count - 1 or place == 0):
            return self._bracketed(text)
        if f.kind == "sum":
            return text
        if f.kind in ("mul", "increment", "log determinant", "gradient", "differential", "hadamard", "inner"):
            return self._bracketed(text)
        if text.startswith("-") or level >= _SUM:
            return self._bracketed(text)
        if f.kind == "number" and place:
            return self._bracketed(text)
        return text

    def _hadamard(self, e: Node) -> _Text:
        sign = self._some(r" \odot ", r" \odot ", r" \circ ")
        return sign.join(self._within(f, _CALL) for f in e.parts), _PRODUCT + 0 if len(e.parts) == 1 else _SUM

    def _quotient(self, e: Node) -> _Text:
        if e.parts[1].is_scalar and not self._often():
            return f"{self._within(e.parts[0], _CALL)} / {self._within(e.parts[1], _CALL)}", _SUM
        return rf"\frac{{{self.write(e.parts[0])}}}{{{self.write(e.parts[1])}}}", _OPERATOR

    def _power(self, e: Node) -> _Text:
        base, exponent = e.parts[0], e.data
        if isinstance(exponent, str):
            return f"{self._scripted(base)}^{{{self.spelling[exponent]}}}", _SUPERSCRIPTED
        if exponent.denominator == 2 and exponent.numerator == 1 and self._often():
            return rf"\sqrt{{{self.write(base)}}}", _CALL
        if not base.is_scalar:
            return rf"{self._scripted(base)}^{{\odot {exponent}}}", _SUPERSCRIPTED
        return f"{self._scripted(base)}^{{{exponent}}}", _SUPERSCRIPTED

    def _scripted(self, base: Node) -> str:
        """A base that takes a superscript."""
        return self._within(base, _SUBSCRIPTED)

    def _matrix_power(self, e: Node) -> _Text:
        exponent, more = e.data
        text = str(exponent) if isinstance(exponent, int) else self.spelling[exponent]
        if isinstance(exponent, int):
            text = str(exponent + more)
        elif more:
            text += f" {'+' if more > 0 else '-'} {abs(more)}"
        return f"{self._scripted(e.parts[0])}^{{{text}}}", _SUPERSCRIPTED

    # Matrices

    def _transpose(self, e: Node) -> _Text:
        sign = self._some(r"\top", r"\top", "T", r"\intercal", r"{\mathsf T}")
        sign = sign if sign == "T" or sign.startswith("{") else f"{{{sign}}}" if self._often() else sign
        arg = e.parts[0]
        if arg.kind == "inverse" and self._often():
            return rf"{self._scripted(arg.parts[0])}^{{-\top}}", _SUPERSCRIPTED
        return f"{self._scripted(arg)}^{sign}", _SUPERSCRIPTED

    def _inverse(self, e: Node) -> _Text:
        return f"{self._scripted(e.parts[0])}^{{-1}}", _SUPERSCRIPTED

    def _trace(self, e: Node) -> _Text:
        return self._some(r"\operatorname{tr}", r"\operatorname{tr}", r"\mathrm{tr}") + self._argument(
            e.parts[0]
        ), _CALL

    def _determinant(self, e: Node) -> _Text:
        return r"\det" + self._argument(e.parts[0]), _CALL

    def _log_determinant(self, e: Node) -> _Text:
        return r"\log \det" + self._argument(e.parts[0]), _OPERATOR

    def _norm(self, e: Node) -> _Text:
        inside, (left, right) = self.write(e.parts[0]), self._bars()
        inside = f"({inside})" if "|" in inside or "Vert" in inside else inside
        if e.parts[0].shape[1] != "1":
            return f"{left} {inside} {right}_F", _SUBSCRIPTED
        return f"{left} {inside} {right}" + self._some("", "_2"), _SUBSCRIPTED

    def _bars(self) -> tuple[str, str]:
        left = self._some(r"\|", r"\lVert", r"\left\|")
        return left, {r"\lVert": r"\rVert", r"\left\|": r"\right\|"}.get(left, left)

    def _inner(self, e: Node) -> _Text:
        if e.parts[0].is_column and not self._often():
            left, right = (self._within(part, _CALL) for part in e.parts)
            return rf"{left} \cdot {right}", _SUM
        return rf"\langle {self.write(e.parts[0])}, {self.write(e.parts[1])} \rangle", _ATOM

    def _diagonal(self, e: Node) -> _Text:
        return self._some(r"\operatorname{diag}", r"\operatorname{Diag}") + self._argument(e.parts[0]), _CALL

    def _diagonal_part(self, e: Node) -> _Text:
        return r"\operatorname{diag}" + self._argument(e.parts[0]), _CALL

    def _kronecker(self, e: Node) -> _Text:
        left, right = (self._within(part, _SUPERSCRIPTED) for part in e.parts)
        return rf"{left} \otimes {right}", _SUM

    def _vec(self, e: Node) -> _Text:
        return r"\operatorname{vec}" + self._argument(e.parts[0]), _CALL

    def _block(self, e: Node) -> _Text:
        rows = [e.parts[k : k + e.data] for k in range(0, len(e.parts), e.data)]
        body = r" \\ ".join(" & ".join(map(self.write, cells)) for cells in rows)
        way = self._some("pmatrix", "bmatrix")
        return rf"\begin{{{way}}} {body} \end{{{way}}}", _ATOM

    # Entries and sums over indices

    def _entry(self, e: Node) -> _Text:
        scripts = "".join(index for index in e.data if index)
        return f"{self._within(e.parts[0], _ATOM)}_{{{scripts}}}", _SUBSCRIPTED

    def _row(self, e: Node) -> _Text:
        return f"{self._within(e.parts[0], _ATOM)}_{{{e.data}:}}", _SUBSCRIPTED

    def _column(self, e: Node) -> _Text:
        return f"{self._within(e.parts[0], _ATOM)}_{{:{e.data}}}", _SUBSCRIPTED

    def _sum(self, e: Node) -> _Text:
        index, dim = e.data
        body = self._within(e.parts[0], _PRODUCT)
        if not self._often() and fixes(e.parts[0], index):
            return rf"\sum_{index} {body}", _PRODUCT
        return rf"\sum_{{{index}=1}}^{{{self._dim(dim)}}} {body}", _PRODUCT

    def _stack(self, e: Node) -> _Text:
        index, dim, axis = e.data
        before = self.random.getstate() if self.random else None
        ends = []
        for at in ("1", self.spelling[dim]):  # both ends are written alike, so that they follow one pattern
            if self.random is not None and before is not None:
                self.random.setstate(before)
            ends.append(self.write(with_index(e.parts[0], index, at)))
        if axis == "rows":
            return rf"\begin{{pmatrix}} {ends[0]} \\ \vdots \\ {ends[1]} \end{{pmatrix}}", _ATOM
        if axis == "columns":
            return rf"\begin{{bmatrix}} {ends[0]} & \cdots & {ends[1]} \end{{bmatrix}}", _ATOM
        return rf"\operatorname{{diag}}({ends[0]}, \ldots, {ends[1]})", _CALL

    # Functions and means

    def _function(self, e: Node) -> _Text:
        if e.data == "abs":
            inside = self.write(e.parts[0])
            return (f"|({inside})|" if "|" in inside or "Vert" in inside else f"|{inside}|"), _CALL
        if e.data == "relu" and not self._often():
            return rf"\max(0, {self.write(e.parts[0])})", _CALL
        return self._some(*_NAMES[e.data]) + self._argument(e.parts[0]), _CALL

    def _unknown(self, e: Node) -> _Text:
        name, order = e.data
        return self.spelling[name] + "'" * order + self._argument(e.parts[0]), _CALL

    def _softmax(self, e: Node) -> _Text:
        return r"\operatorname{softmax}" + self._argument(e.parts[0]), _CALL

    def _apply(self, e: Node) -> _Text:
        return self.spelling[e.data] + self._argument(e.parts[0]), _CALL

    def _mean(self, e: Node) -> _Text:
        return rf"\mathbb{{E}}[{self.write(e.parts[0])}]", _CALL

    def _covariance(self, e: Node) -> _Text:
        return r"\operatorname{cov}" + self._argument(e.parts[0]), _CALL

    # Derivatives

    def _jacobian(self, e: Node) -> _Text:
        return self._fraction(e, self.write(e.parts[1])), _OPERATOR

    def _fraction(self, e: Node, by: str) -> str:
        arg = e.parts[0]
        if self._often():
            return rf"\frac{{\partial {self._within(arg, _CALL)}}}{{\partial {by}}}"
        return rf"\left( \frac{{\partial}}{{\partial {by}}} {self._argument(arg)} \right)"

    def _gradient(self, e: Node) -> _Text:
        variable = self.write(e.parts[1])
        if e.shape[1] != "1" and not self._often():
            return self._fraction(e, variable), _OPERATOR
        return rf"\nabla_{{{variable}}} {self._argument(e.parts[0])}", _PRODUCT

    def _hessian(self, e: Node) -> _Text:
        x = self.write(e.parts[1])
        if self._often():
            return rf"\frac{{\partial^2 {self._argument(e.parts[0])}}}{{\partial {x} \partial {x}^\top}}", _OPERATOR
        return rf"(\nabla^2_{{{x}}} {self._argument(e.parts[0])})", _ATOM

    def _slope(self, e: Node) -> _Text:
        scripts = "".join(index for index in e.data if index)
        return self._fraction(e, f"{self.write(e.parts[1])}_{{{scripts}}}"), _OPERATOR

    def _rate(self, e: Node) -> _Text:
        return self._fraction(e, self.write(e.parts[1])), _OPERATOR

    def _differential(self, e: Node) -> _Text:
        return rf"\mathrm{{d}} {self._argument(e.parts[0])}", _PRODUCT
