r"""What the prose calls the rows and the columns of a matrix: `$X$ with rows $x_i^\top$`, `$a_j$ is the $j$-th column`.

Read as such is only what joins a matrix and the name of its rows by words of naming; adjectives that say more of the
rows than their name are left to what reads the qualities of a matrix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from symbn.notes.reserved import transposes
from symbn.notes.said_ranges import Formula
from symbn.notes.samples import joined, sample_of
from symbn.notes.syntax import Chain, Commas, Name, Numeral, Script, Syntax
from symbn.notes.vocabulary import NUMBERED

Axis: TypeAlias = Literal["row", "column"]


@dataclass(frozen=True)
class NamedSlice:
    r"""The rows or columns of `whole` are called `member`, x_i; `turned` where they are written x_i^\top.

    last: x_n of x_1, …, x_n says n.  space: what a declaration says of the member in the same formula.
    place: the number of the formula by which all of this is said.
    """

    whole: Name
    member: Script
    axis: Axis
    turned: bool
    last: Syntax | None
    space: Syntax | None
    place: int

    @property
    def member_name(self) -> str:
        """The x of x_i."""
        assert isinstance(self.member.base, Name)
        return self.member.base.latex

    @property
    def index(self) -> str:
        """The i of x_i; of x_1, …, x_n it is not written."""
        assert isinstance(self.member.sub, Name)
        return self.member.sub.latex if self.last is None else "i"

    @property
    def declares(self) -> bool:
        """Whether the rows are declared as a sample, x_1, …, x_n ∈ ℝ^d, in the same formula."""
        return self.space is not None and self.last is not None

    @property
    def written(self) -> str:
        """x_i, or x^{(i)} where the number stands above."""
        return self.at(self.index)

    def at(self, place: str) -> str:
        """The one of the rows with a number or an index."""
        if self.member_name.endswith(NUMBERED):
            return self.member_name.replace(r"\cdot", place)
        return f"{self.member_name}_{{{place}}}"


_FORMULA = r"⟦(?P<{}>\d+)⟧"
_NUMBER = r"(?:(?:⟦(?P<number>\d+)⟧|[a-z])\s?-?\s?(?:th\s|st\s|nd\s|rd\s|\s)\s*)?"
_AXIS = r"(?P<axis>row|column)s?(?:[- ]vectors?)?"
_KINDS = r"(?:(?:data|design|feature|input|output|target|weight|embedding|given|real|sample|parameter)\s+)*"
_MATRIX = rf"(?:the\s+)?{_KINDS}(?:matrix\s+)?"
_NOUN_PHRASE = r"(?:(?!(?:of|not|no|with|whose|having|has|have|where|and|or|if|but)\b)[a-z-]+\s+){0,4}"
_CALLED = r"(?:(?:is|are|being|we\s+call)\s+)?(?:(?:denoted|given|written|called|labell?ed)\s+)?(?:(?:by|as)\s+)?"
_MEMBERS = r"(?:(?:the\s+)?(?:(?:data|input|feature|sample)\s+)?(?:points?|vectors?|samples?|inputs?|examples?)\s+)?"
_ADJECTIVES = (
    r"(?:(?:orthonormal|orthogonal|normali[sz]ed|centered|centred|unit-norm|unit|(?:linearly\s+)?independent)\s+)?"
)
_CLAUSE = r"(?:(?<=[.,;:(¶])|\b(?:where|that|and|let|if|since|with|so|then|here|write|denote|call)\b)\s*"
_END = r"(?=\s*(?:$|[.,;:)¶]|(?:and|where|for|with|so|then|which|we|respectively)\b))"

_WHOLE_FIRST = re.compile(
    rf"{_FORMULA.format('whole')}\s*[,(]?\s*(?:(?:be|is|are|denotes?|as|being)\s+)?{_NOUN_PHRASE}"
    rf"[,(]?\s*(?:with|whose|having|has|have|where\s+(?:the|each|every))\s+(?:the\s+|its\s+|each\s+)?"
    rf"{_NUMBER}{_ADJECTIVES}{_AXIS}\s+{_CALLED}{_MEMBERS}{_FORMULA.format('member')}",
    re.IGNORECASE,
)
_MEMBER_FIRST = re.compile(
    rf"{_FORMULA.format('member')}\s*,?\s*(?:is|are|be|being|to\s+be|(?:to\s+)?denotes?|denoting|represents?|for|as|stands\s+for)\s+"
    rf"(?:the\s+{_NUMBER}{_AXIS}|(?P<axis2>row|column)\s+(?:⟦(?P<number2>\d+)⟧|[a-z]))\s+of\s+{_MATRIX}"
    rf"{_FORMULA.format('whole')}",
    re.IGNORECASE,
)
_SLICES_FIRST = re.compile(
    rf"{_CLAUSE}(?:the\s+)?{_NUMBER}{_AXIS}\s+of\s+{_MATRIX}{_FORMULA.format('whole')}\s*"
    rf"(?:(?:is|are|be)\s+(?:denoted\s+by\s+|denoted\s+|called\s+|written\s+(?:as\s+)?|given\s+by\s+)?){_MEMBERS}"
    rf"{_FORMULA.format('member')}{_END}",
    re.IGNORECASE,
)
_DENOTED = re.compile(
    rf"\b(?:denot\w+|writ\w+)\s+the\s+{_NUMBER}{_AXIS}\s+of\s+{_MATRIX}{_FORMULA.format('whole')}\s*(?:by|as)\s+"
    rf"{_FORMULA.format('member')}{_END}",
    re.IGNORECASE,
)
_BY_MEMBER = re.compile(
    rf"\b(?:denot\w+\s+by|call|let)\s+{_FORMULA.format('member')}\s+the\s+{_NUMBER}{_AXIS}\s+of\s+{_MATRIX}"
    rf"{_FORMULA.format('whole')}",
    re.IGNORECASE,
)
_APPOSED = re.compile(
    rf"\b(?:the|each|every)\s+{_NUMBER}{_AXIS}\s+{_FORMULA.format('member')}\s+of\s+{_MATRIX}{_FORMULA.format('whole')}",
    re.IGNORECASE,
)
_PATTERNS = (_WHOLE_FIRST, _MEMBER_FIRST, _SLICES_FIRST, _DENOTED, _BY_MEMBER, _APPOSED)
_ORDINAL = re.compile(r"\s*[a-zA-Z]\s*(?:\^\s*\{?\s*(?:\\(?:text|mathrm|textrm)\s*\{)?\s*(?:th|st|nd|rd)\s*\}*)?\s*")
_APART = re.compile(r"\n[ \t>]*\n(?=[ \t>]*[A-Z#*\-\\0-9])|(?:^|\n)[ \t>]*#|\\par\b|\\(?:sub)*section\b")
_PASSED_OVER = re.compile(r"<!--.*?-->|[*_`~]|\\(?:emph|textit|textbf)\s*\{|(?m:^[ \t]*>)", re.DOTALL)


def named_slices(text: str, formulas: Sequence[Formula]) -> Iterator[NamedSlice]:
    """All that a text calls rows or columns, in its order."""
    prose = _joined(text, formulas)
    for pattern in _PATTERNS:
        for said in pattern.finditer(prose):
            groups = said.groupdict()
            number = groups.get("number") or groups.get("number2")
            if number is not None and not _is_ordinal(text, formulas[int(number)]):
                continue
            axis: Axis = "row" if (groups["axis"] or groups.get("axis2") or "").lower() == "row" else "column"
            places = int(groups["whole"]), int(groups["member"])
            wholes, members = _wholes(formulas[places[0]]), _members(formulas[places[1]])
            if len(wholes) == len(members):
                for whole, member in zip(wholes, members, strict=True):
                    yield replace(member, whole=whole, axis=axis, place=max(places))


def _joined(text: str, formulas: Sequence[Formula]) -> str:
    """The prose with each formula as its number; ¶ where another paragraph begins."""
    parts, at = [], 0
    for number, formula in enumerate(formulas):
        outer = formula.block.outer
        parts += [_plain(text[at : outer.start]), f"⟦{number}⟧"]
        at = outer.end
    return " ".join("".join([*parts, _plain(text[at:])]).split())


def _plain(prose: str) -> str:
    return _PASSED_OVER.sub("", _APART.sub(" ¶ ", prose))


def _is_ordinal(text: str, formula: Formula) -> bool:
    """Whether a formula is the i of `the i-th row`, or i^{th}."""
    content = formula.block.content
    return _ORDINAL.fullmatch(text[content.start : content.end]) is not None


def _wholes(formula: Formula) -> list[Name]:
    """The matrices that a formula is, declares or defines."""
    chains = [chain for chain in formula.chains if not chain.said]
    if len(chains) != 1:
        return []
    names = [*chains[0].subjects, chains[0].sides[0]]
    return [name for name in names if isinstance(name, Name)] if all(isinstance(n, Name) for n in names) else []


def _members(formula: Formula) -> list[NamedSlice]:
    """The rows or columns that a formula names: x_i, x_1, …, x_n, their transposes, or their declaration."""
    if not formula.chains or any(_is_statement(chain) for chain in formula.chains[1:]):
        return []
    chain = formula.chains[0]
    space = chain.sides[1] if [link.relation for link in chain.links] == [r"\in"] else None
    if chain.links and space is None:
        return []
    found = [_member(subject, space) for subject in joined((*chain.subjects, chain.sides[0]))]
    return [member for member in found if member is not None] if None not in found else []


def _member(subject: Syntax, space: Syntax | None) -> NamedSlice | None:
    """The rows or columns x_i that one name, or one list, stands for."""
    listed = subject.items if isinstance(subject, Commas) else (subject,)
    upright = tuple(map(_without_transpose, listed))
    turned, last = upright[-1] is not listed[-1], None
    member: Syntax = upright[-1]
    if isinstance(subject, Commas) or sample_of(subject) is not None:
        sample = sample_of(Commas(upright, subject.span) if isinstance(subject, Commas) else subject)
        if sample is None or not isinstance(sample.first, Numeral) or sample.first.text != "1":
            return None
        last = sample.last
        if not isinstance(subject, Commas):
            member = _without_transpose(sample.members[0])
            turned = member is not sample.members[0]
    if not isinstance(member, Script) or member.sup is not None or member.primes:
        return None
    if not isinstance(member.base, Name) or not isinstance(member.sub, Name) or member.sub.word:
        return None
    return NamedSlice(member.base, member, "row", turned, last, space, 0)


def _is_statement(chain: Chain) -> bool:
    """Whether a chain says more than what an index runs over."""
    return bool(chain.links) and chain.said != "range" and not isinstance(chain.sides[0], Name | Numeral)


def _without_transpose(syntax: Syntax) -> Syntax:
    r"""x_i of x_i^\top; anything else as it is."""
    if isinstance(syntax, Script) and transposes(syntax.sup):
        if syntax.sub is not None:
            return replace(syntax, sup=None)
        return syntax.base
    return syntax
