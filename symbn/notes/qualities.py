r"""What the prose says of a name beside it: `Let $A \in \mathbb{R}^{n \times n}$ be symmetric`, `a one-hot $y$`.

A word that a declaration could say is part of the declaration in whose paragraph it stands, if nothing was stated in
between.  What else is said of a name is not taken on; but what is stated of that name then is not refuted either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from symbn.expr.context import Sign, Structure, SymbolDeclaration
from symbn.notes.markdown import MathBlock
from symbn.notes.prose import CONDITIONS, HEADING, NEW_PARAGRAPH, SUPPOSING, one_of
from symbn.source import Span

_STRUCTURES: tuple[tuple[frozenset[str], Structure], ...] = (
    (frozenset(["symmetric", "positive definite"]), "positive definite"),
    (frozenset(["orthogonal"]), "orthogonal"),
    (frozenset(["symmetric"]), "symmetric"),
    (frozenset(["invertible"]), "invertible"),
)
_ENTAILED: dict[str, frozenset[str]] = {
    "symmetric": frozenset(["symmetric", "positive semidefinite"]),
    "positive definite": frozenset(["symmetric", "positive definite", "positive semidefinite", "invertible"]),
    "orthogonal": frozenset(
        ["orthogonal", "invertible", "orthonormal", "rotation", "reflection", "unitary", "permutation"]
    ),
    "invertible": frozenset(["invertible"]),
    "positive": frozenset(["positive", "nonnegative", "nonzero"]),
    "nonnegative": frozenset(["nonnegative"]),
    "negative": frozenset(["negative", "nonzero"]),
    "nonpositive": frozenset(["nonpositive"]),
    "nonzero": frozenset(["nonzero"]),
}
_SIGNS: tuple[Sign, ...] = ("positive", "negative", "nonnegative", "nonpositive", "nonzero")
_ALSO = {
    "nonsingular": "invertible", "non singular": "invertible", "strictly positive": "positive",
    "non negative": "nonnegative", "non zero": "nonzero", "strictly negative": "negative",
    "positive semi definite": "positive semidefinite", "psd": "positive semidefinite",
    "spd": "symmetric positive definite",
}  # fmt: skip
_OTHERS = """
    diagonal idempotent nilpotent involutory skew-symmetric skew antisymmetric anti-symmetric normal hermitian unitary
    stochastic row-stochastic column-stochastic doubly-stochastic triangular upper-triangular lower-triangular
    circulant toeplitz hankel orthonormal normalized normalised unit unit-norm unit-length one-hot centered centred
    zero-mean mean-zero whitened standardized standardised permutation projection rotation reflection rank-one
    low-rank integer even odd binary constant-norm traceless trace-free independent uncorrelated
    iid i.i.d. commute commuting probability simplex zero
"""
_ONES = ("vector of ones", "vector of all ones", "column of ones", "matrix of ones", "all ones")
_ONE = "|".join(
    sorted(
        (
            re.sub(r"[- ]", "[- ]", word)
            for word in (*_ALSO, *_ENTAILED, *_OTHERS.split(), "positive definite", "positive semidefinite", *_ONES)
        ),
        key=len,
        reverse=True,
    )
)
_SEVERAL = rf"(?P<words>(?:{_ONE})(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s+)(?:{_ONE}))*)(?![-\w])"
_NOUNS = (
    r"(?:\s+(?:random|real|matri(?:x|ces)|vectors?|scalars?|numbers?|reals?|constants?|parameters?|labels?|weights?|"
    r"variables?|columns?|rows?|norm|length|mean|trace|rank|column\s+rank|row\s+rank|distributions?|samples?))*"
)
_BEHIND = re.compile(
    r"\s*[,(]?\s*(?:(?:which|that|where|all|each|both|and)\s+)?"
    r"(?:(?P<verb>be|is|are|being|denotes?|to\s+be|with|having|has|have)\s+)?(?:(?:assumed|taken|supposed|known|also|both|all|always|now)\s+)*"
    r"(?:to\s+be\s+)?(?:(?:a|an|any|some|the|given|fixed|known|real|real-valued|square|arbitrary|two|both)\s+)*"
    rf"{_SEVERAL}(?P<nouns>{_NOUNS})\s*(?=$|[.,;:)\]]|(?:and|with|but|where|then|so|for|which|whose|throughout|here)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?<![-\w]){_SEVERAL}{_NOUNS}\s*$", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|non|no|nor|neither|never|without|than|need\w*)\b[^.;:]{0,24}$", re.IGNORECASE)
_POSSESSED = re.compile(r"\bof(?:\s+the)?$")
"""The columns of X are independent: that is said of them, and not of X."""
_PARTS = re.compile(r"\b(?:columns?|rows?)\b", re.IGNORECASE)
"""A has orthogonal columns: that makes no orthogonal matrix of it."""
_PLURAL = ("be", "are", "have", "commute")
_JOINED = re.compile(r"\s*(?:,|and|,\s*and|&)\s*$")
_IF = re.compile(rf"\b{one_of(CONDITIONS)}\b[^.;]*$", re.IGNORECASE)
_SUPPOSE = re.compile(rf"\b{one_of(SUPPOSING)}\w+\b[^.;]*$", re.IGNORECASE)
_FOR = re.compile(r"\b(?:for|with)\s+(?:(?:a|an|any|all|every|each|some|real|square|now)\s+)*$", re.IGNORECASE)
_MARKUP = re.compile(r"\\(?:emph|textit|textbf|textsc)\s*\{|[*_`~{}]|(?m:^[ \t]*>)")
_APART = re.compile(r"\n[ \t>]*\n|(?:^|\n)[ \t>]*#[^\n]*(?:\n|$)|<!--.*?-->", re.DOTALL)
_HEADING = re.compile(rf"{HEADING}|\\paragraph\b")


Lead: TypeAlias = Literal["", "for", "suppose", "if"]


@dataclass(frozen=True)
class Quality:
    """Words said of a name, at the formula of a number; where they hold if they are no part of its declaration."""

    name: str
    words: frozenset[str]
    place: int
    lead: Lead
    within: Span


@dataclass(frozen=True)
class Named:
    """A formula, the names that it is about if it is a name or a declaration, and whether it states an equation."""

    block: MathBlock
    names: tuple[str, ...]
    states: bool


def qualities(text: str, formulas: Sequence[Named]) -> Iterator[Quality]:
    """What the prose says of the names that formulas are about."""
    joined: list[str] = []
    for place, formula in enumerate(formulas):
        start, end = formula.block.outer.start, formula.block.outer.end
        prose = text[formulas[place - 1].block.outer.end if place else 0 : start]
        before = _plain(_APART.split(prose)[-1])
        joined = [*joined, *formula.names] if formula.names and joined and _JOINED.match(before) else [*formula.names]
        if not joined:
            continue
        last = formulas[place + 1].block.outer.start if place + 1 < len(formulas) else len(text)
        behind = _plain(_APART.split(text[end:last])[0])
        led = _BEFORE.search(before)
        if led is not None and not _DENIED.search(before[: led.start()]):
            lead = _lead(before[: led.start()])
            yield from _said(text, formulas, place, formula.names, _words(led["words"]), lead)
        follows = None if _POSSESSED.search(before) else _BEHIND.match(behind)
        if follows is not None:
            every = joined if (follows["verb"] or follows["words"]).lower() in _PLURAL else formula.names
            words = _words(follows["words"])
            if _PARTS.search(follows["nouns"]):
                words = frozenset(f"{word} by its columns or rows" for word in words)
            yield from _said(text, formulas, place, every, words, _lead(before))


def _plain(prose: str) -> str:
    return " ".join(_MARKUP.sub("", prose).split())


def _lead(before: str) -> Lead:
    if _IF.search(before):
        return "if"
    return "suppose" if _SUPPOSE.search(before) else "for" if _FOR.search(before) else ""


def _said(
    text: str, formulas: Sequence[Named], place: int, names: Sequence[str], words: frozenset[str], lead: Lead
) -> Iterator[Quality]:
    at = formulas[place].block.outer
    start = max((m.end() for m in NEW_PARAGRAPH.finditer(text, 0, at.start)), default=0)
    closing = (NEW_PARAGRAPH if lead in ("if", "for") else _HEADING).search(text, at.end)
    within = Span(start, closing.start() if closing is not None else len(text))
    for name in names:
        yield Quality(name, words, place, lead, within)


def _words(said: str) -> frozenset[str]:
    found = set()
    for match in re.finditer(rf"(?<![-\w])(?:{_ONE})(?![-\w])", said, re.IGNORECASE):
        word = match[0].lower()
        spaced = " ".join(word.replace("-", " ").split())
        meant = _ALSO.get(spaced, spaced if spaced in _ENTAILED or spaced.startswith("positive") else word)
        found |= {"symmetric", "positive definite"} if meant == "symmetric positive definite" else {meant}
    return frozenset(found)


def qualified(declared: SymbolDeclaration, words: frozenset[str]) -> tuple[SymbolDeclaration, frozenset[str]]:
    """A declaration with what words say of its name, as far as a declaration can say it; and the other words."""
    left = unknown(declared, words)
    rows, columns = declared.shape
    if rows == columns != 1 and declared.structure in ("general", "symmetric", "invertible"):
        known = words | ({"symmetric"} if declared.structure == "symmetric" else frozenset())
        for needed, structure in _STRUCTURES:
            if needed <= known and left:
                declared = replace(declared, structure=structure)
                left -= _ENTAILED[structure]
                break
    if 1 in (rows, columns) and declared.sign == "real":
        for sign in _SIGNS:
            if sign in left and (rows == columns == 1 or sign != "nonzero"):
                declared = replace(declared, sign=sign)
                left -= _ENTAILED[sign]
                break
    return declared, left


def unknown(declared: SymbolDeclaration, words: frozenset[str]) -> frozenset[str]:
    """The words that a declaration does not say; that a vector is not 0 is said by no declaration, and used by none."""
    said = _ENTAILED.get(declared.structure, frozenset()) | _ENTAILED.get(declared.sign, frozenset())
    return words - said - (frozenset() if declared.shape == (1, 1) else {"nonzero"})


class Said:
    """What the prose of one text says of its names."""

    def __init__(
        self, formulas: Sequence[Named] = (), found: Sequence[Quality] = (), before: Said | None = None
    ) -> None:  # fmt: skip
        """before: what the text says that was read before this one."""
        self._formulas = formulas
        self._found = found
        self._declaring: dict[str, frozenset[str]] = {} if before is None else before._declaring

    def declared(self, declaration: SymbolDeclaration, place: int) -> SymbolDeclaration:
        """A declaration in the formula of a number, with what is said of its name along with it."""
        words = frozenset(w for q in self._found if self._goes_with(q, declaration.name, place) for w in q.words)
        qualified_, left = qualified(declaration, words)
        self._declaring[declaration.name] = left
        return qualified_

    def _goes_with(self, quality: Quality, name: str, place: int) -> bool:
        if quality.name != name or quality.lead == "if" or quality.place < place:
            return False
        between = self._formulas[place + 1 : quality.place + 1]
        return quality.place == place or (
            not quality.lead
            and quality.within.start <= self._formulas[place].block.outer.start
            and not any(formula.states for formula in between)
        )

    def not_taken_on(self, declaration: SymbolDeclaration, at: int) -> frozenset[str]:
        """What is said of a name where something is stated of it, and not known of it."""
        words = self._declaring.get(declaration.name, frozenset())
        for quality in self._found:
            if _is_of(quality.name, declaration.name) and quality.within.start <= at < quality.within.end:
                words |= quality.words
        return unknown(declaration, words)


def _is_of(name: str, declared: str) -> bool:
    """Whether a name is a declared one, or a member or entry of it: x_i of x, and of the family x_{:}."""
    stem = declared.removesuffix("_{:}")
    return name == declared or re.fullmatch(re.escape(stem) + r"_\{(?:[A-Za-z]|\d+)\}", name) is not None
