"""Below a formula: what is wrong, what would be right, with what numbers, and how to redo it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symbn.diagnostics import Diagnostic
from symbn.export.answers import changes, with_plain_names
from symbn.export.html_formulas import code, content, formula
from symbn.export.html_letters import written
from symbn.export.mathml import math, operator, table
from symbn.export.pictures import heat_map, number, scale
from symbn.export.plain import plain
from symbn.export.text import MARKS, formula_of
from symbn.report import Counterexample, NoteReport, Report, Step, Suggestion

_LONGEST_LEFT = 60  # characters of LaTeX of a left side that is said again
_MOST = 8  # rows and columns of a matrix that are shown
FAILED = ("refuted", "undecided", "error")


def name_of(report: Report) -> str:
    """What a statement is called on the page."""
    return report.id.removeprefix("eq:")


def badge(verdict: str) -> str:
    """A verdict as a word with a sign of its own shape and colour."""
    role = verdict.replace(" ", "-")
    sign = MARKS.get(verdict, "·")
    return f'<span class="badge {role}"><span aria-hidden="true">{sign}</span> {written(verdict)}</span>'


_INDEXED = re.compile(r"(?<![\w&])([^\W\d_]|∇)_([^\W_])(?!\w)")


def sentence(text: str) -> str:
    """A message, with the LaTeX in it made plain; one letter below another stands there as an index."""
    return _INDEXED.sub(r"\1<sub>\2</sub>", written(with_plain_names(text)))


def condition(latex: str) -> str:
    """A side condition: a formula, or words."""
    return formula(latex) if "\\" in latex or not latex.isascii() or _is_formula(latex) else written(latex)


def _is_formula(text: str) -> bool:
    return any(relation in text for relation in "<>=")


def answers(report: Report, note: NoteReport, anchor: str) -> str:
    """All that is said of one statement; nothing of one that only holds."""
    parts = [*_why(report), *_right(report), *_numbers(report), *_steps(report), *_program(report)]
    if report.verdict in FAILED:
        name = written(name_of(report))
        link = f'<a href="#{anchor}">{name}</a>'
        said = f"{name}, {report.verdict}: {written(formula_of(report, note))}"
        head = f'<p class="what">{badge(report.verdict)} <strong>{link}</strong> {_message(report)}</p>'
        body = "".join(parts)
        return f'<div class="finding {report.verdict}" role="group" aria-label="{said}">{head}{body}</div>'
    return "".join(parts)


def _message(report: Report) -> str:
    code_ = next((d.code for d in report.diagnostics if d.message == report.message and d.code), "")
    shown = f' <span class="code">{written(code_)}</span>' if code_ else ""
    return sentence(report.message or "the two sides are not shown to be equal") + shown


def _why(report: Report) -> Iterator[str]:
    """The diagnostics that the message does not say already, their notes and hints."""
    for diagnostic in report.diagnostics:
        if diagnostic.message != report.message or report.verdict not in FAILED:
            yield diagnosed(diagnostic)
        else:
            yield from _hints(diagnostic, report.suggestion is None)


def diagnosed(diagnostic: Diagnostic) -> str:
    """A diagnostic on its own, without its places."""
    shown = f' <span class="code">{written(diagnostic.code)}</span>' if diagnostic.code else ""
    head = f'<p class="{diagnostic.severity}">{diagnostic.severity}: {sentence(diagnostic.message)}{shown}</p>'
    return head + "".join(_hints(diagnostic, True))


def _hints(diagnostic: Diagnostic, with_help: bool) -> Iterator[str]:
    labels = [label for label in diagnostic.labels if label.text and " " in label.text]
    yield from (f'<p class="hint">{sentence(label.text)}</p>' for label in labels)
    yield from (f'<p class="hint">{sentence(note)}</p>' for note in diagnostic.notes)
    if diagnostic.help and with_help:  # what is suggested is proved, and takes the place of a hint
        yield f'<p class="hint">{sentence(diagnostic.help)}</p>'


def _right(report: Report) -> Iterator[str]:
    """What would be right: a repair near the author's text, and the closed form that symbn derives."""
    if report.suggestion is not None:
        yield _answer("Did you mean", report, report.suggestion.latex)
        yield _edits(report.suggestion)
    if report.derived is not None:
        yield _answer("symbn derives", report, report.derived)


def _answer(head: str, report: Report, latex: str) -> str:
    """An equation with this right side, and its LaTeX to be copied."""
    relation = operator(r"\in" if report.kind == "shape" else "=")
    left = content(report.lhs) if len(report.lhs) <= _LONGEST_LEFT else ""
    shown = math(f"<mrow>{left}{relation}{content(latex)}</mrow>", plain(latex), display=True)
    return (
        f'<div class="answer"><p class="head">{head}</p><div class="scroll" tabindex="0" role="group"'
        f' aria-label="{head}">{shown}</div><details><summary>as LaTeX</summary>{code(latex)}</details></div>'
    )


def _edits(suggestion: Suggestion) -> str:
    return f'<ul class="edits">{"".join(f"<li>{written(change)}</li>" for change in changes(suggestion))}</ul>'


def _numbers(report: Report) -> Iterator[str]:
    """The counterexample: sizes, values, both sides as matrices and as heat maps."""
    found = report.counterexample
    if found is None:
        return
    sizes = [f"{plain(name)} = {value}" for name, value in {**found.sizes, **found.author_indices}.items()]
    where = f" at {written(', '.join(sizes))}" if sizes else ""
    misfit = f": {written(found.misfit)}" if found.misfit else ""
    yield f'<p class="head">Counterexample{where}{misfit}</p>'
    for description in found.functions.values():
        yield f"<p>{formula(description) if '=' in description else sentence(description)}</p>"
    if found.values:
        yield _side_by_side(_equation(name, rows) for name, rows in found.values.items())
    if found.left and found.right:
        yield _two_sides(found)


def _equation(name: str, rows: list[list[str]]) -> str:
    return math(f"<mrow>{content(name)}<mo>=</mo>{_matrix(rows)}</mrow>", f"{plain(name)} = {_said(rows)}")


def _two_sides(found: Counterexample) -> str:
    largest = scale(found.left, found.right)
    has_several = len(found.left) * len(found.left[0]) > 1  # one number makes no picture
    shown = []
    for name, rows in (("left side", found.left), ("right side", found.right)):
        equation = math(f"<mrow><mtext>{name}</mtext><mo>=</mo>{_matrix(rows, found.entry)}</mrow>", _said(rows))
        picture = heat_map(name, [row[:_MOST] for row in rows[:_MOST]], largest, found.entry)
        picture = f'<div class="scroll">{picture}</div>' if has_several else ""
        shown.append(f'<div class="side">{equation}{picture}</div>')
    return f'<div class="sides">{"".join(shown)}</div>'


def _said(rows: list[list[str]]) -> str:
    return "; ".join(", ".join(row) for row in rows)


def _side_by_side(parts: Iterator[str]) -> str:
    return f'<div class="values">{"".join(f"<span>{part}</span>" for part in parts)}</div>'


def _matrix(rows: list[list[str]], entry: tuple[int, int] | None = None) -> str:
    """Numbers in parentheses; a single one alone.  The entry at which two sides differ is pointed at."""
    cells = [[_number(text) for text in row[:_MOST]] for row in rows[:_MOST]]
    if entry is not None and entry[0] <= len(cells) and entry[1] <= len(cells[0]):
        i, j = entry[0] - 1, entry[1] - 1
        cells[i][j] = f'<mrow class="wrong">{cells[i][j]}</mrow>'
    if len(rows) == 1 and len(rows[0]) == 1:
        return cells[0][0]
    if rows and len(rows[0]) > _MOST:
        cells = [[*row, "<mo>⋯</mo>"] for row in cells]
    if len(rows) > _MOST:
        cells.append(["<mo>⋮</mo>"] * len(cells[0]))
    return table(cells, ("(", ")"))


def _number(text: str) -> str:
    r"""A number as a counterexample shows it; fractions as such."""
    value = number(text)
    if value is None or "/" not in text:
        sign = '<mo form="prefix">−</mo>' if text.startswith("-") else ""
        return f"<mrow>{sign}<mn>{written(text.removeprefix('-'))}</mn></mrow>"
    sign = '<mo form="prefix">−</mo>' if value < 0 else ""
    return f"<mrow>{sign}<mfrac><mn>{abs(value.numerator)}</mn><mn>{value.denominator}</mn></mfrac></mrow>"


def _steps(report: Report) -> Iterator[str]:
    """The derivation, a line a step, its rules beside it."""
    if report.steps:
        name = written(name_of(report))
        lines = "".join(map(_step, report.steps))
        count = sum(bool(step.rules) for step in report.steps)
        yield (
            f'<details class="steps"><summary>Derivation of {name} in {count} step{"s" if count != 1 else ""}</summary>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="Derivation of {name}">'
            f'<table role="presentation">{lines}</table></div></details>'
        )


def _step(step: Step) -> str:
    left = formula(step.left, display=True) if step.left else ""
    right = f"{math('<mo>=</mo>', '=')} {formula(step.right, display=True)}"
    facts = "".join(f"<li>{formula(fact)}</li>" for fact in step.facts)
    reason = written(", ".join(step.rules)) + (f"<ul>{facts}</ul>" if facts else "")
    by = f'<div class="by">{reason}</div>' if reason else ""
    return f'<tr><td class="left">{left}</td><td><div class="step"><div>{right}</div>{by}</div></td></tr>'


def _program(report: Report) -> Iterator[str]:
    if report.snippet is not None:
        yield (
            f'<details class="program"><summary>Redo {written(name_of(report))} with NumPy</summary><pre tabindex="0">'
            f"<code>{chr(10).join(map(written, report.snippet.splitlines()))}</code></pre></details>"
        )


def understood(report: Report) -> Iterator[str]:
    """How a statement was read and decided, a line each."""
    for line in report.understood:
        head, colon, rest = line.partition("read as: ")
        if head or not colon:
            yield sentence(line)
            continue
        latex, bracket, shape = rest.rpartition("   [")
        yield colon + formula(latex if bracket else rest) + (f" [{written(shape)}" if bracket else "")
