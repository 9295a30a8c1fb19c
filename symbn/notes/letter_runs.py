r"""Letters in a row before a bracket, BN(y): one function's name where none of them means anything by itself.

The letters of an operator that the language knows, tr(A), are one name already when they are parsed; here are the
names that a note makes itself.  Where all letters have a meaning, and so has the word, symbn asks (E220).
"""

from __future__ import annotations

from collections.abc import Callable

from symbn.diagnostics import NoteError, fail
from symbn.notes.reserved import DIFFERENTIALS, IDENTITIES, is_operator
from symbn.notes.syntax import Group, Name, Syntax, unscripted


def in_words(items: list[Syntax], known: Callable[[str], bool], function: Callable[[str], bool]) -> list[Syntax]:
    """The factors of a product, with the letters of a new or a known function's name joined to one name.

    `known` tells whether a letter stands for something, `function` whether a word is a function of the note.
    Raises NoteError (E220) where a product is meant as well as a function.
    """
    joined: list[Syntax] = []
    place = 0
    while place < len(items):
        end = _run(items, place)
        if end - place > 1 and end < len(items) and _is_bracket(items[end]):
            joined += _joined(items[place:end], known, function)
        else:
            joined += items[place:end]
        place = end
    return joined


def _joined(letters: list[Syntax], known: Callable[[str], bool], function: Callable[[str], bool]) -> list[Syntax]:
    """A run of letters as one name, as a d before one, or as they are."""
    name = _word(letters)
    means = [stands_for_something(letter, known) for letter in name.latex]
    if function(name.latex):
        if all(means):
            raise ask_about_product(name)
        return [name]
    if name.latex[0] in DIFFERENTIALS and not known(name.latex[0]) and len(letters) > 2:
        rest = _word(letters[1:])
        if is_operator(rest.latex) or function(rest.latex):
            return [letters[0], rest]
        means = means[1:]
    return list(letters) if any(means) else [name]


def stands_for_something(letter: str, known: Callable[[str], bool]) -> bool:
    """Whether a letter alone is a name, a constant of the language, or a differential's d."""
    return known(letter) or letter in IDENTITIES or letter in DIFFERENTIALS


def ask_about_product(name: Name) -> NoteError:
    """E220, for letters in a row that all have a meaning."""
    product = " ".join(name.latex)
    return fail(
        "E220", f"is `{name.latex}` one operator's name here, or the product of {', '.join(name.latex)}?", name.span,
        help=rf"write \operatorname{{{name.latex}}} for the operator, {product} for the product",
    )  # fmt: skip


def _run(items: list[Syntax], place: int) -> int:
    """The place after the letters that stand directly behind each other from `place` on; at least one item."""
    end = place + 1
    while end < len(items) and _is_letter(items[end - 1]) and _is_letter(items[end]):
        if items[end].span.start > items[end - 1].span.end:  # those of one abbreviation share its place
            break
        end += 1
    return end


def _word(letters: list[Syntax]) -> Name:
    text = "".join(letter.latex for letter in letters if isinstance(letter, Name))
    return Name(text, letters[0].span.to(letters[-1].span), word=True, bare=True)


def _is_letter(item: Syntax) -> bool:
    return isinstance(item, Name) and not item.word and len(item.latex) == 1 and item.latex.isalpha()


def _is_bracket(item: Syntax) -> bool:
    group = unscripted(item)
    return isinstance(group, Group) and group.delimiter in ("(", "[")
