r"""Syntax trees of formulas as presentation MathML: what the author wrote, no parenthesis more and none less.

One rule for each node of `notes.syntax`; a node without a rule raises.  What the tree leaves open (are parentheses
stretched, is a derivative written with \frac or with a slash?) is looked up in the text at the node's span.
Every character of a note is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeGuard

from symbn.export.html_letters import FONTS, letters, written
from symbn.export.html_marks import Mark, Marks
from symbn.export.symbols import OPERATORS
from symbn.notes.syntax import (
    Big,
    Binary,
    Colon,
    Commas,
    Derivation,
    Dots,
    Evaluated,
    Fraction,
    Given,
    Group,
    Hole,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Related,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
    Unread,
    unscripted,
)
from symbn.notes.vocabulary import DEFINING, NUMBERED

_DOTS = {r"\dots": "…", r"\cdots": "⋯", r"\vdots": "⋮", r"\ddots": "⋱", r"\iddots": "⋰"}
_FENCES = {
    "(": ("(", ")"), "[": ("[", "]"), r"\{": ("{", "}"), "|": ("|", "|"), r"\|": ("‖", "‖"), r"\langle": ("⟨", "⟩"),
}  # fmt: skip
_MATRIX_FENCES = {
    "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"), "cases": ("{", ""),
}  # fmt: skip
_BIG = {"sum": "∑", "prod": "∏"}
_RELATIONS = {
    r"\coloneqq": "≔", ":=": "≔", ":": ":", r"\doteq": "≐", r"\simeq": "≃", r"\cong": "≅", r"\gg": "≫",
    r"\subseteq": "⊆", r"\leftarrow": "←", r"\gets": "←", r"\prec": "≺", r"\preceq": "⪯",
    r"\Leftrightarrow": "⇔", "<": "<", ">": ">",
    "=": "=", r"\neq": "≠", "+": "+", "-": "−", r"\pm": "±", r"\mp": "∓", "/": "/", "*": "∗", r"\ast": "∗",
}  # fmt: skip
SIGNS = {"\\" + name: sign for name, sign in OPERATORS.items()} | {r"\cdot": "⋅", r"\circ": "∘"} | _RELATIONS
"""Relations and operators as characters."""

_RELATION_SPACE = 'lspace="0.2778em" rspace="0.2778em"'
_SPACES = {"/": ' lspace="0" rspace="0"'} | dict.fromkeys(DEFINING, f" {_RELATION_SPACE}")
_BARS = {"|": "|", r"\|": "‖"}
_ENVIRONMENT = re.compile(r"\\begin\s*\{([a-zA-Z]+)")
_FRACTION = re.compile(r"\\([dtc]?)frac")
_FONT = re.compile(r"\\[a-zA-Z]+")
_SIZED = re.compile(r"\\(?:left|[bB]igg?l?)")
_THIN = '<mspace width="0.1667em"></mspace>'
_LONGEST_NOTE = 16  # characters below what is pointed at


@dataclass(frozen=True)
class MathML:
    """Prints trees of one text, with its marks."""

    text: str
    marks: Marks = field(default_factory=Marks)

    def print(self, node: Syntax) -> str:
        """A node as one element of MathML."""
        return _pointed(self._print(node), self.marks.at(node))

    def _print(self, node: Syntax) -> str:
        match node:
            case Numeral():
                return f"<mn>{written(node.text)}</mn>"
            case Name():
                return self._name(node)
            case Script():
                return self._script(node)
            case Group():
                return self._group(node)
            case Sequence():
                return _row(self._juxtaposed(node))
            case Signed():
                return _row(self.terms(node))
            case Binary():
                return _row([self.print(node.left), operator(node.op), self.print(node.right)])
            case Fraction():
                return self._fraction(node, self.print(node.numerator), self.print(node.denominator))
            case Root():
                arg = self.print(node.arg)
                return f"<mroot>{arg}{self.print(node.degree)}</mroot>" if node.degree else f"<msqrt>{arg}</msqrt>"
            case Big():
                return _row([self._limits(node), self.print(node.body)])
            case Matrix():
                return self._matrix(node)
            case Dots():
                return f'<mi mathvariant="normal">{_DOTS[node.latex]}</mi>'
            case Commas():
                return _row(self._listed(node))
            case Colon():
                return '<mo form="infix" lspace="0" rspace="0">:</mo>'
            case Related():
                return _row([self.print(node.left), operator(node.relation), self.print(node.right)])
            case Given():
                bar = f'<mo form="infix" stretchy="false" {_RELATION_SPACE}>{_BARS[node.bar]}</mo>'
                return _row([self.print(node.left), bar, self.print(node.right)])
            case Derivation():
                return self._derivation(node)
            case Nabla():
                return self._nabla(node, None)
            case Evaluated():
                bar = '<mo form="postfix" fence="false" stretchy="true">|</mo>'
                return _scripted(_row([self.print(node.body), bar]), self.print(node.at), None)
            case Hole():
                return '<mi class="hole" mathvariant="normal">?</mi>'
            case Unread():
                return _words(self.text[node.span.start : node.span.end])
        raise TypeError(f"no MathML for {type(node).__name__}")

    def terms(self, node: Signed) -> Iterator[str]:
        """The terms of a sum, each behind its sign."""
        for place, (sign, term) in enumerate(node.terms):
            if place or sign != "+":
                yield operator(sign, prefix=place == 0)
            yield self.print(term)

    def _name(self, node: Name) -> str:
        if node.latex in SIGNS:
            return f"<mo>{written(SIGNS[node.latex])}</mo>"
        font = _FONT.match(self.text, node.span.start)
        if node.word and font and FONTS.get(font.group()):
            table = FONTS[font.group()]
            return letters("".join(table.get(letter, letter) for letter in node.latex), word=True)
        return letters(node.latex, node.word)

    def _script(self, node: Script) -> str:
        base, sup = node.base, [] if node.sup is None else [self.print(node.sup)]
        sub = None if node.sub is None else self.print(node.sub)
        if isinstance(base, Script) and _is_numbered(base.base):  # x^{(i)} with more scripts on it
            assert base.sub is not None
            sup.insert(0, _enclosed("(", [self.print(base.sub)]))
            base = base.base
        elif _is_numbered(base) and sub is not None:
            sup, sub = [_enclosed(_fence(base), [sub]), *sup], None
        if node.primes:
            sup.insert(0, f"<mo>{'′' * node.primes}</mo>")
        if isinstance(base, Nabla) and sub is None:
            return self._nabla(base, _row(sup))
        stem = letters(base.latex[: -len(NUMBERED[0])]) if _is_numbered(base) else self.print(base)
        return _scripted(stem, sub, _row(sup) if sup else None)

    def _nabla(self, node: Nabla, sup: str | None) -> str:
        above = [f"<mn>{node.order}</mn>"] if node.order > 1 else []
        above += [sup] if sup else []
        sub = None if node.variable is None else self.print(node.variable)
        return _scripted('<mo rspace="0">∇</mo>', sub, _row(above) if above else None)

    def _group(self, node: Group) -> str:
        if node.delimiter == "{" or node.content.span == node.span:  # a vmatrix brings its bars with it
            return self.print(node.content)
        content = self._listed(node.content) if isinstance(node.content, Commas) else [self.print(node.content)]
        return _enclosed(node.delimiter, content, bool(_SIZED.match(self.text, node.span.start)))

    def _listed(self, node: Commas) -> Iterator[str]:
        for place, item in enumerate(node.items):
            if place:
                between = self.text[node.items[place - 1].span.end : item.span.start]
                yield "<mo>;</mo>" if ";" in between else "<mo>,</mo>"
            yield self.print(item)

    def _juxtaposed(self, node: Sequence) -> list[str]:
        """Factors side by side, with a thin space where TeX sets one: at words, at fractions, before dx."""
        parts = [self.print(item) for item in node.items]
        spaces = ["", *(_THIN if _are_apart(*pair) else "" for pair in pairwise(node.items))]
        for run, marks in self.marks.among(node):  # a product of its own, in the place of its first factor
            inside = [part for pair in zip(spaces[run], parts[run], strict=True) for part in pair]
            empty = [""] * (len(parts[run]) - 1)
            parts[run] = [_pointed(f"<mrow>{''.join(inside[1:])}</mrow>", marks), *empty]
            spaces[run] = [inside[0], *empty]
        return [piece for pair in zip(spaces, parts, strict=True) for piece in pair if piece]

    def _fraction(self, node: Fraction | Derivation, numerator: str, denominator: str) -> str:
        size = _FRACTION.match(self.text, node.span.start)
        shown = f"<mfrac>{numerator}{denominator}</mfrac>"
        if size and size[1] == "t":
            return f'<mstyle displaystyle="false">{shown}</mstyle>'
        return f'<mstyle displaystyle="true">{shown}</mstyle>' if size and size[1] else shown

    def _derivation(self, node: Derivation) -> str:
        mark = letters(node.mark)
        above = [mark if node.order == 1 else f"<msup>{mark}<mn>{node.order}</mn></msup>"]
        above += [] if node.body is None else [self.print(node.body)]
        below = [part for variable in node.variables for part in (mark, self.print(variable))]
        if len({variable.span for variable in node.variables}) < len(node.variables):  # written \partial x^2
            below = [mark, f"<msup>{self.print(node.variables[0])}<mn>{node.order}</mn></msup>"]
        if _FRACTION.match(self.text, node.span.start):
            return self._fraction(node, _row(above), _row(below))
        return _row([*above, operator("/"), *below])

    def _limits(self, node: Big) -> str:
        sign = f"<mo>{_BIG[node.kind]}</mo>"
        if node.sub is not None and node.sup is not None:
            return f"<munderover>{sign}{self.print(node.sub)}{self.print(node.sup)}</munderover>"
        if node.sub is not None:
            return f"<munder>{sign}{self.print(node.sub)}</munder>"
        return sign if node.sup is None else f"<mover>{sign}{self.print(node.sup)}</mover>"

    def _matrix(self, node: Matrix) -> str:
        environment = _ENVIRONMENT.match(self.text, node.span.start)
        fences = _MATRIX_FENCES.get(environment[1] if environment else "", ("", ""))
        width = max(len(row) for row in node.rows)
        cells = [[*("" if c is None else self.print(c) for c in row), *[""] * (width - len(row))] for row in node.rows]
        return table(cells, fences, "cases" if fences[1] == "" and fences[0] else "")


def operator(latex: str, prefix: bool = False) -> str:
    """A sign or a relation; `prefix`: nothing stands left of it."""
    if latex not in SIGNS:
        raise ValueError(f"no sign for {latex}")
    form = ' form="prefix"' if prefix else ' form="infix"' if latex in ("+", "-") else ""
    spaces = _SPACES.get(latex, "")
    return f"<mo{form}{spaces}>{written(SIGNS[latex])}</mo>"


def marked(relation: str, over: str = "", under: str = "") -> str:
    """A relation with what is written over or under it."""
    return f"<mover>{relation}{over}</mover>" if over else f"<munder>{relation}{under}</munder>"


def table(rows: Iterable[Iterable[str]], fences: tuple[str, str] = ("", ""), role: str = "") -> str:
    """Cells in rows, between fences that are as high as they are."""
    inside = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
    grid = f'<mtable class="{role}">{inside}</mtable>' if role else f"<mtable>{inside}</mtable>"
    opened, closed = (f'<mo fence="true" stretchy="true" symmetric="true" form="{form}">{fence}</mo>' if fence else ""
                      for form, fence in zip(("prefix", "postfix"), fences, strict=True))  # fmt: skip
    return f"<mrow>{opened}{grid}{closed}</mrow>" if opened else grid


def math(content: str, plain: str, display: bool = False) -> str:
    """A formula of its own; `plain` is what a reader without MathML is told."""
    style = ' displaystyle="true"' if display else ""
    return f'<math{style} alttext="{written(plain)}">{content}</math>'


def _pointed(shown: str, marks: Iterable[Mark]) -> str:
    """An element that is pointed at, with short notes below it."""
    for mark in marks:
        shown = f'<mrow class="{mark.role}">{shown}</mrow>'
        if mark.note and len(mark.note) <= _LONGEST_NOTE:
            brace = '<mo stretchy="true">⏟</mo>'
            shown = f'<munder><munder accentunder="true">{shown}{brace}</munder>{_words(mark.note)}</munder>'
    return shown


def _words(text: str) -> str:
    return f"<mtext>{written(text)}</mtext>"


def _row(parts: Iterable[str]) -> str:
    listed = list(parts)
    return listed[0] if len(listed) == 1 else f"<mrow>{''.join(listed)}</mrow>"


def _scripted(base: str, sub: str | None, sup: str | None) -> str:
    if sub is not None and sup is not None:
        return f"<msubsup>{base}{sub}{sup}</msubsup>"
    if sub is not None:
        return f"<msub>{base}{sub}</msub>"
    return base if sup is None else f"<msup>{base}{sup}</msup>"


def _enclosed(delimiter: str, content: Iterable[str], stretched: bool = False) -> str:
    stretchy = "true" if stretched else "false"
    opened, closed = (f'<mo form="{form}" fence="true" stretchy="{stretchy}" lspace="0" rspace="0">{fence}</mo>'
                      for form, fence in zip(("prefix", "postfix"), _FENCES[delimiter], strict=True))  # fmt: skip
    return f"<mrow>{opened}{''.join(content)}{closed}</mrow>"


def _is_numbered(node: Syntax) -> TypeGuard[Name]:
    r"""Whether this is the x^{(\cdot)} of x^{(i)}, or the x^{[\cdot]} of x^{[i]}."""
    return isinstance(node, Name) and node.latex.endswith(NUMBERED)


def _fence(numbered: Name) -> str:
    """What opens the superscript of x^{(i)}, or of x^{[i]}."""
    return "(" if numbered.latex.endswith(NUMBERED[0]) else "["


def _are_apart(left: Syntax, right: Syntax) -> bool:
    if _is_word(right) or _is_differential(right):
        return True
    if isinstance(right, Group) and right.delimiter != "{":
        return isinstance(unscripted(left), (Fraction, Derivation))
    return _is_word(left) or any(isinstance(unscripted(n), (Fraction, Derivation, Root)) for n in (left, right))


def _is_word(node: Syntax) -> bool:
    base = unscripted(node)
    return isinstance(base, Name) and base.word


def _is_differential(node: Syntax) -> bool:
    return isinstance(node, Name) and node.latex == r"\mathrm{d}"
