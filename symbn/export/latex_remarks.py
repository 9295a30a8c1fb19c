"""What symbn has to say about a statement, below it: why it is wrong, what would be right, and how that comes about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symbn.export.answers import changes, with_plain_names
from symbn.export.counterexample_latex import counterexample_latex
from symbn.export.latex_chains import Chain, Link, Side
from symbn.export.latex_display import LINE, display
from symbn.export.latex_math import Refused, inline_math, read_math
from symbn.export.latex_pieces import width_of
from symbn.export.latex_text import message_latex, text_latex
from symbn.report import Counterexample, Report, Step

_FAILED = ("refuted", "undecided", "error")
_WIDEST_LEFT = 0.4
_ROOM = 0.6 * LINE
"""What a matrix may take of a line."""
_SHORT = 30.0
"""What a reason may take of a line."""


def remarks(report: Report, relation: str) -> Iterator[str]:
    """The lines below a statement; none if there is nothing to say."""
    said = [*_why(report), *_did_you_mean(report, relation), *_counterexample(report.counterexample)]
    if report.derived is not None:
        said.append("")
        said += _equation(report.lhs, "=", report.derived, "derived")
    said += _derivation(report.steps)
    if any(said):
        yield r"\begin{remarks}"
        yield rf"\textbf{{{text_latex(report.id.removeprefix('eq:'))}}}"
        yield from said
        yield r"\end{remarks}"


def _why(report: Report) -> Iterator[str]:
    """What is wrong, in words."""
    if report.verdict in _FAILED or report.diagnostics:
        told = dict.fromkeys(text for text in (report.message, *(d.message for d in report.diagnostics)) if text)
        helps = [d.help for d in report.diagnostics if d.help and report.suggestion is None]
        yield f"{report.verdict}: {_sentence([*(told or ['the two sides are not shown to be equal']), *helps])}"
    elif report.message:
        yield _sentence([report.message])


def _sentence(parts: list[str]) -> str:
    """What is said in several parts, as one sentence."""
    said = "; ".join(with_plain_names(part).rstrip(".") for part in parts)
    return message_latex(said if said.endswith(("?", "!", "…")) else f"{said}.")


def _did_you_mean(report: Report, relation: str) -> Iterator[str]:
    suggestion = report.suggestion
    if suggestion is None:
        return
    yield ""
    yield rf"Did you mean ({message_latex('; '.join(changes(suggestion)))}):"
    if suggestion.edits:
        yield from _equation(report.lhs, relation, suggestion.latex, "proved")
    else:
        yield inline_math(suggestion.latex)


def _equation(left: str, relation: str, right: str, tag: str) -> list[str]:
    """An equation on its own; without its left side where that is long, and as characters where it is refused."""
    try:
        head = _side(left)
        if not head or sum(map(width_of, map(list, head))) > _WIDEST_LEFT * LINE:
            head = _side(r"\cdots")
        return display(Chain(head, (Link(relation, _side(right), ()),), ()), lambda _: [rf"\tag*{{{tag}}}"])
    except Refused:
        return [f"{inline_math(left)} {inline_math(relation)} {inline_math(right)} ({tag})"]


def _side(latex: str) -> Side:
    """What stands on one side, in one row.  Raises Refused."""
    pieces = tuple(piece for piece in read_math(latex, room=_ROOM) if piece.role not in ("row", "cell"))
    return (pieces,) if pieces else ()


def _counterexample(found: Counterexample | None) -> Iterator[str]:
    """The sizes, the values and both sides, one behind the other, so that lines break between them."""
    if found is None:
        return
    rows = counterexample_latex(found).split("\n")[1:-1]
    yield ""
    yield "Counterexample:"
    parts = [part for row in rows for part in row.removeprefix("& ").removesuffix(r" \\").split(r", \quad ")]
    yield ", ".join(inline_math(part) for part in parts) + "."


def _derivation(steps: tuple[Step, ...]) -> Iterator[str]:
    """A line a step, with its rules at the end."""
    if not steps:
        return
    yield ""
    yield "Derivation:"
    lines: list[Step] = []
    for step in steps:
        long = _is_long(step.facts)
        if lines and (step.left or not step.rules or long):
            yield from _lines(lines)
            lines = []
        if not step.rules:
            yield rf"write {inline_math(f'{step.left} = {step.right}')};"
            continue
        if long:
            yield rf"with {', '.join(map(inline_math, step.facts))}:"
        lines.append(replace(step, facts=()) if long else step)
    if lines:
        yield from _lines(lines)


def _is_long(facts: tuple[str, ...]) -> bool:
    """Whether facts are too long to stand beside a line."""
    try:
        return sum(width_of(read_math(fact, display=False)) for fact in facts) > _SHORT
    except Refused:
        return True


def _lines(steps: list[Step]) -> Iterator[str]:
    """The lines that go on from one left side."""
    try:
        links = tuple(Link("=", _side(step.right), ()) for step in steps)
        left = _side(steps[0].left)
    except Refused:
        for step in steps:
            yield rf"{inline_math(step.left)} = {inline_math(step.right)}, {_reason(step)};"
        return
    yield from display(Chain(left, links, ()), lambda place: [rf"\tag*{{{_reason(steps[place])}}}"])


def _reason(step: Step) -> str:
    return "; ".join([*map(text_latex, step.rules), *map(inline_math, step.facts)])
