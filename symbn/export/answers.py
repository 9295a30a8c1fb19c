"""What would be right, why, and how to redo it: the answers below a claim, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from symbn.export.excerpt import Paint
from symbn.export.layout import cell_width, visible, wrap
from symbn.export.plain import plain
from symbn.export.symbols import FONTS
from symbn.report import Step, Suggestion


def did_you_mean(suggestion: Suggestion, paint: Paint, width: int) -> Iterator[str]:
    """What would be right, and how it differs, in words."""
    yield from answer("did you mean", suggestion.latex, paint, width)
    yield from folded("  ", "; ".join(changes(suggestion)), width)


def changes(suggestion: Suggestion) -> list[str]:
    """What a suggestion changes, in words."""
    return [with_plain_names(edit.what) for edit in suggestion.edits] or [
        "this right side is right; the left side is not"
    ]


def answer(head: str, latex: str, paint: Paint, width: int) -> Iterator[str]:
    """An answer to be read, and the LaTeX to be pasted, on a line of its own."""
    written, read = visible(latex), plain(latex)
    first, *rest = [*folded(f"{head}: ", read, width)] or [f"{head}:"]
    yield paint(head, "help") + first[len(head) :]
    yield from rest
    if read != written:
        yield f"  {written}"


def derivation(steps: tuple[Step, ...], paint: Paint, width: int) -> Iterator[str]:
    """A derivation as on a board: what letters stand for, then a line a step with its rules on the right."""
    if steps:
        yield paint("derivation", "help")
    indent = 0
    for step in steps:
        if not step.rules:
            yield from folded("  write ", f"{plain(step.left)} = {plain(step.right)}", width)
            continue
        left = plain(step.left)
        if left:
            indent = min(cell_width(left), 12)
        facts = ", ".join(map(plain, step.facts))
        reason = "; ".join(part for part in (", ".join(step.rules), facts) if part)
        yield from _beside(f"  {left or ' ' * indent} = ", plain(step.right), reason, paint, width)


def _beside(head: str, text: str, reason: str, paint: Paint, width: int) -> Iterator[str]:
    """A line of a derivation, with the reason at its end, or below it where there is no room."""
    lines = list(folded(head, text, width))
    room = width - cell_width(lines[-1]) - 3
    if cell_width(reason) <= room:
        yield from lines[:-1]
        yield lines[-1] + " " * (room - cell_width(reason) + 3) + paint(reason, "quiet")
        return
    yield from lines
    for line in folded("", reason, max(20, width - 12)):
        yield " " * max(0, width - cell_width(line)) + paint(line, "quiet")


def program(snippet: str, paint: Paint) -> Iterator[str]:
    """The program, from the first column on, so that it can be pasted."""
    yield "    " + paint("to redo it with NumPy:", "help")
    yield ""
    yield from (visible(line) for line in snippet.splitlines())


def with_plain_names(text: str) -> str:
    r"""A sentence in which LaTeX is made plain, and words are left alone.

    >>> with_plain_names(r"W for W^\top, every \mathbf 1, \frac{1}{n - 1} too")
    'W for Wᵀ, every 𝟏, 1/(n − 1) too'
    """
    words: list[str] = []
    open_until_closed = False
    for word in text.split(" "):
        if open_until_closed:
            words[-1] += " " + word
        else:
            words.append(word)
        latex = words[-1]
        open_until_closed = latex.count("{") > latex.count("}") or latex.removeprefix("\\") in FONTS
    return " ".join(plain(word).strip() if "\\" in word else visible(word) for word in words)


def folded(head: str, text: str, width: int) -> Iterator[str]:
    """A text behind a head, wrapped, the further lines indented by as much."""
    for number, line in enumerate(wrap(text.split(), max(20, width - cell_width(head)))):
        yield (head if number == 0 else " " * cell_width(head)) + line
