"""The statements of a note as its author wrote them: chains of equations, declarations, and what cannot be printed.

A chain `a = b = c` is one; the list `A, B ∈ S` too.  What stands between two relations is a side, with the rows that
its author broke it into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symbn.export.latex_commands import MARKED, RELATIONS, SPELLED
from symbn.export.latex_math import Refused, read_math
from symbn.export.latex_pieces import Piece, joined
from symbn.export.texts import Texts, texts_of
from symbn.report import NoteReport, Report
from symbn.source import Span

_RELATING = sorted({*RELATIONS, *MARKED}, reverse=True)
_LEADING = re.compile(
    "|".join(re.escape(word) + r"(?![A-Za-z])" * word[1:].isalpha() for word in _RELATING)
    + f"|[{''.join(sign for sign, word in SPELLED.items() if word in RELATIONS)}]"
)
_RANGE = re.compile(r", \\; \S+ = 1, \\ldots, .+$")
_NUMBERED = re.compile(r"(.+)\.\d+[a-z]*(?:~\d+)?\Z")
_SPACE = re.compile(r"\\(?:q?quad|enspace|[,;:!> ])\Z")

Side = tuple[tuple[Piece, ...], ...]
"""The rows of a side."""


@dataclass(frozen=True)
class Link:
    """A relation and what stands right of it; the statements that it makes, and the label of its row."""

    relation: str
    right: Side
    reports: tuple[Report, ...]
    label: str | None = None


@dataclass(frozen=True)
class Chain:
    """a = b = c; `label` is the whole chain's."""

    left: Side
    links: tuple[Link, ...]
    reports: tuple[Report, ...]
    label: str | None = None


@dataclass(frozen=True)
class Declaration:
    """What a note declares within a sentence."""

    latex: str
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Unprinted:
    """What was written that cannot be a formula of LaTeX."""

    text: str
    reports: tuple[Report, ...]


Written = Chain | Declaration | Unprinted


def written(note: NoteReport) -> Iterator[Written]:
    """What the note states, in the order of the text."""
    text = texts_of(note.source)
    for reports in _chained(note, text):
        try:
            if any(_is_unread(report) for report in reports):
                raise Refused("it was not read")
            texts = [_text(report, text) for report in reports]
            pieces = [read_math(_balanced(text) + _range(one)) for text, one in zip(texts, reports, strict=True)]
            if not all(map(_is_whole, reports, pieces)):
                raise Refused("something else stands within it")
        except Refused:
            end = max(report.span.end for report in reports)
            yield Unprinted(text.of(Span(reports[0].span.start, end)), reports)
            continue
        if all(report.kind == "declaration" and report.label is None for report in reports):
            yield Declaration(joined(pieces[0]), reports)
        else:
            yield _chain(reports, pieces)


def _text(report: Report, text: Texts) -> str:
    """What is written; what the prose says of rows and columns is written as the definition that it is."""
    return f"{report.lhs} = {report.rhs}" if _is_said(report, text) else text.of(report.span)


def _is_said(report: Report, text: Texts) -> bool:
    """Whether a definition is said in words, at a formula without a relation."""
    if report.kind != "definition" or not report.rhs:
        return False
    try:
        return not any(piece.role == "relation" for piece in read_math(_balanced(text.of(report.span))))
    except Refused:
        return False


def _range(report: Report) -> str:
    r"""`, i = 1, \ldots, n` for a declared x_i whose range stands elsewhere in the note, where it is lost."""
    found = _RANGE.search(report.rhs) if report.kind == "declaration" else None
    return "" if found is None else found[0]


def section_of(report: Report) -> str | None:
    """The section that numbers a statement; None for one that has a label."""
    numbered = _NUMBERED.match(report.id) if report.label is None else None
    return numbered[1] if numbered else None


def _is_unread(report: Report) -> bool:
    """Whether a statement has no two sides, or one that could not be read as a formula."""
    return report.verdict == "error" and (not report.rhs or any(d.code.startswith("P") for d in report.diagnostics))


def _is_whole(report: Report, pieces: list[Piece]) -> bool:
    """Whether what is written at an equation is its two sides with a relation between them, and nothing else."""
    if not any(piece.role == "relation" for piece in pieces):
        return False
    if report.kind in ("declaration", "shape"):
        return True
    found = _signs(pieces)
    right = _side_signs(report.rhs)
    left = [] if pieces[0].role == "relation" else _side_signs(report.lhs)
    return found[: len(left)] == left and found[len(left) + 1 :] == right


def _signs(pieces: list[Piece]) -> list[str]:
    """What is written, without spaces, rows and columns."""
    return [p.latex for p in pieces if p.role not in ("row", "cell") and not _is_space(p)]


def _side_signs(latex: str) -> list[str]:
    """What a report says that a side is: in a block quote, with the quote's marks in it."""
    return [sign for sign in _signs(read_math(_balanced(latex))) if sign != ">"]


def _chained(note: NoteReport, text: Texts) -> Iterator[tuple[Report, ...]]:
    """The statements, those of one chain or one list together."""
    group: list[Report] = []
    for report in note.statements:
        if group and not (_is_unread(report) or _is_unread(group[-1])):
            end = max(before.span.end for before in group)
            goes_on = bool(report.rhs) and _LEADING.match(text.of(report.span)) is not None
            listed = report.span.end == end and group[-1].span.start < report.span.start < end
            twice = report.span.start == group[-1].span.start and not _is_said(group[-1], text)
            if goes_on or listed or twice:
                group.append(report)
                continue
        if group:
            yield _longest_first(group)
        group = [report]
    if group:
        yield _longest_first(group)


def _longest_first(group: list[Report]) -> tuple[Report, ...]:
    r"""Of A = B \in S, which is two statements, the one that is all of it comes first."""
    return tuple(sorted(group, key=lambda report: (report.span.start, -report.span.end)))


def _balanced(text: str) -> str:
    """A side may begin or end inside of braces: those that are missing hold nothing else."""
    depth = lowest = 0
    for brace in re.findall(r"\\.|%[^\n]*|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        lowest = min(lowest, depth)
    return "{" * -lowest + text + "\n" * (depth > lowest) + "}" * (depth - lowest)


def _chain(reports: tuple[Report, ...], pieces: list[list[Piece]]) -> Chain:
    left, links = _split(pieces[0])
    made = [Link(relation, right, ()) for relation, right in links]
    first = len(made)
    if made:
        made[-1] = replace(made[-1], reports=(reports[0],))
    for report, own in zip(reports[1:], pieces[1:], strict=True):
        before, more = _split(own)
        if before and made:  # a subject of the list that was written already
            made[first - 1] = replace(made[first - 1], reports=(*made[first - 1].reports, report))
            continue
        made += [Link(relation, right, ()) for relation, right in more]
        made[-1] = replace(made[-1], reports=(report,))
    labels = {report.label for report in reports}
    if len(labels) == 1:
        return Chain(left, tuple(made), reports, reports[0].label)
    return Chain(left, tuple(replace(link, label=_own_label(link)) for link in made), reports)


def _own_label(link: Link) -> str | None:
    return next((r.label for r in link.reports if r.label is not None and r.id.split("~")[0] == r.label), None)


def _split(pieces: Iterable[Piece]) -> tuple[Side, list[tuple[str, Side]]]:
    """What stands left of the first relation outside of brackets, and each relation with its right side."""
    sides: list[list[list[Piece]]] = [[[]]]
    relations: list[str] = []
    depth = 0
    for piece in pieces:
        depth = max(0, depth + (piece.role == "open") - (piece.role == "close"))
        if piece.role == "cell" or (piece.role == "row" and depth):
            continue
        if piece.role == "row":
            sides[-1].append([])
        elif piece.role == "relation" and not depth:
            relations.append(piece.latex)
            sides.append([[]])
        else:
            sides[-1][-1].append(piece)
    left, *rest = [_trimmed(side) for side in sides]
    return left, list(zip(relations, rest, strict=True))


def _trimmed(side: list[list[Piece]]) -> Side:
    """The rows without the space around them; empty ones are left out."""
    rows = []
    for row in side:
        start, end = 0, len(row)
        while start < end and _is_space(row[start]):
            start += 1
        while start < end and _is_space(row[end - 1]):
            end -= 1
        if start < end:
            rows.append(tuple(row[start:end]))
    return tuple(rows)


def _is_space(piece: Piece) -> bool:
    return _SPACE.match(piece.latex) is not None or piece.latex == "{}"
