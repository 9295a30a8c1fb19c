"""Tensor expressions in Python's syntax, for whole arrays with broadcasting or for single entries.

A `Spelling` says how a target writes the leaves and functions; precedence, signs, quotients and roots are written here:
a · b^(−1/2) is `a / sqrt(b)`, a + (−1) · b is `a - b`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symbn.core.ring import Coefficient, Polynomial, Ring
from symbn.kernels.ir import Add, Axis, Centring, Delta, Entry, Map, Mul, Node, Pow, Scalar, walk

_ADD, _MUL, _NEG, _POW, _ATOM = range(5)


def numpy_function(name: str, arg: str) -> str:
    """A known function in NumPy; those that it lacks without overflow, to the last digits."""
    if name == "softplus":
        return f"np.logaddexp(0.0, {arg})"
    if name == "sigmoid":
        return f"np.exp(-np.logaddexp(0.0, -({arg})))"
    return f"np.{name}({arg})"


@dataclass(frozen=True)
class Spelling:
    """How a target writes what an expression is made of.

    entry: an entry.  delta: the identity matrix of two axes.  function: a known function of a text.
    names: sizes and scalars.
    """

    entry: Callable[[Entry], str]
    delta: Callable[[Axis, Axis], str]
    function: Callable[[str, str], str]
    names: Mapping[str, str]


def written(e: Node, spelling: Spelling) -> str:
    """The expression in Python's syntax."""
    return _Writer(spelling).write(e, _ADD)


class _Writer:
    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def write(self, e: Node, least: int) -> str:
        text, precedence = self._text(e)
        return f"({text})" if precedence < least else text

    def _text(self, e: Node) -> tuple[str, int]:
        match e:
            case Scalar():
                return number_text(e.value, self.spelling.names)
            case Entry():
                return self.spelling.entry(e), _ATOM
            case Add():
                return self._sum(e.terms), _ADD
            case Mul():
                return self._product(e.factors)
            case Pow():
                return self._product((e,))
            case Map():
                return self.spelling.function(e.function, self.write(e.arg, _ADD)), _ATOM
            case Delta():
                return self.spelling.delta(e.first, e.second), _ATOM
            case Centring():
                size = self.spelling.names[str(e.first.dim)] if isinstance(e.first.dim, str) else str(e.first.dim)
                return f"{self.spelling.delta(e.first, e.second)} - 1 / {size}", _ADD
        raise TypeError(f"{type(e).__name__} is no expression of entries")

    def _sum(self, terms: Sequence[Node]) -> str:
        text = ""
        for term in terms:
            written, precedence = self._text(term)
            if precedence == _ADD:
                written = f"({written})" if text else written
            if not text:
                text = written
            elif written.startswith("-"):
                text += f" - {written[1:]}"
            else:
                text += f" + {written}"
        return text

    def _product(self, factors: Sequence[Node]) -> tuple[str, int]:
        """Factors over those of negative exponents; the sign first."""
        above: list[str] = []
        below: list[str] = []
        sign = ""
        for factor in factors:
            if isinstance(factor, Scalar):
                sign = self._coefficient(factor.value, above, below)
            elif isinstance(factor, Pow):
                self._power(factor, above, below)
            else:
                above.append(self.write(factor, _POW))
        if not above:
            above.append("1.0")
        text = " * ".join(above)
        for divisor in below:
            text += f" / {divisor}"
        return sign + text, _NEG if sign else (_ATOM if len(above) == 1 and not below else _MUL)

    def _coefficient(self, value: Coefficient, above: list[str], below: list[str]) -> str:
        """Numerator and denominator of a coefficient into the lists; the sign."""
        names, ring = self.spelling.names, value.ring
        sign = "-" if value.leads_negative() else ""
        top = -value.numerator if sign else value.numerator
        for polynomial, where in ((top, above), (value.denominator, below)):
            if not polynomial.is_one():
                text, precedence = polynomial_text(polynomial, ring, names)
                where.append(f"({text})" if precedence <= _MUL else text)
        return sign

    def _power(self, e: Pow, above: list[str], below: list[str]) -> None:
        exponent = e.exponent.as_fraction()
        if exponent is None:
            text, precedence = number_text(e.exponent, self.spelling.names)
            above.append(f"{self.write(e.base, _ATOM)} ** {text if precedence == _ATOM else f'({text})'}")
            return
        where, size = (below, -exponent) if exponent < 0 else (above, exponent)
        base = e.base
        if any(isinstance(node, Entry) for node in walk(base)):
            root = self.spelling.function("sqrt", self.write(base, _ADD))
        else:  # a number is no array, which some libraries ask for
            root = f"{self.write(base, _ATOM)} ** 0.5"
        whole = int(size)
        if size == 1:
            where.append(self.write(base, _ATOM))
        elif size == Fraction(1, 2):
            where.append(root)
        elif size.denominator == 2 and whole <= 3 and isinstance(base, Entry):
            where.extend([self.write(base, _ATOM)] * whole + [root])
        elif size.denominator == 1:
            where.append(f"{self.write(base, _ATOM)} ** {size.numerator}")
        else:
            power = size if size.denominator in (2, 4, 8) else None
            shown = repr(float(power)) if power is not None else f"({size.numerator} / {size.denominator})"
            where.append(f"{self.write(base, _ATOM)} ** {shown}")


def number_text(value: Coefficient, names: Mapping[str, str]) -> tuple[str, int]:
    """A coefficient in Python's syntax, and its precedence."""
    ring = value.ring
    sign = "-" if value.leads_negative() else ""
    top, top_precedence = polynomial_text(-value.numerator if sign else value.numerator, ring, names)
    if value.denominator.is_one():
        if sign:
            return (f"-({top})" if top_precedence == _ADD else f"-{top}"), _NEG
        return top, top_precedence
    below, precedence = polynomial_text(value.denominator, ring, names)
    shown = f"({top})" if top_precedence == _ADD else top
    return f"{sign}{shown} / {f'({below})' if precedence <= _MUL else below}", _NEG if sign else _MUL


def polynomial_text(polynomial: Polynomial, ring: Ring, names: Mapping[str, str]) -> tuple[str, int]:
    """A polynomial in Python's syntax, and its precedence."""
    text, terms = "", polynomial.to_dict().items()
    precedence = _ATOM
    for exponents, count in terms:
        powers = [
            names[name] if k == 1 else f"{names[name]} ** {k}"
            for name, k in zip(ring.names, exponents, strict=True)
            if k
        ]
        size = abs(int(count))
        factors = ([str(size)] if size != 1 or not powers else []) + powers
        precedence = _ATOM if len(factors) == 1 and "**" not in factors[0] else _MUL
        term = " * ".join(factors)
        if not text:
            text = f"-{term}" if count < 0 else term
        else:
            text += f" - {term}" if count < 0 else f" + {term}"
    if not text:
        return "0", _ATOM
    return text, _ADD if len(terms) > 1 else precedence
