r"""The words between equations, and what they make of those that follow: conditions, reasons, definitions, claims.

    a = b \text{ if } n = 3        \text{since } a = b, \; c = d        a = b \text{ for } i = 1, …, n

What is said only if something else holds is not claimed; what `or` stands between is neither.
"""

from __future__ import annotations

from symbn.notes.lexer import Token
from symbn.notes.prose import CONDITIONS, EVERY
from symbn.notes.syntax import Said

_CONDITIONS = frozenset([*CONDITIONS, *"suppose assuming as at under only except otherwise given st".split()])
_REASONS = frozenset("since because by using from due see".split())
_PLACES = frozenset(["where", "with"])


def said_by(token: Token) -> Said:
    """How the equation is brought in that follows a word."""
    if token.kind != "prose":
        return ""
    words = words_of(token)
    if not words:
        return ""
    if words == ["or"]:
        return "implies"
    if words[0] in _CONDITIONS or words[-1] in _CONDITIONS or words[-2:] in (["such", "that"], ["subject", "to"]):
        return "if"
    return "since" if words[0] in _REASONS or words[-1] in _REASONS else ""


def words_of(token: Token) -> list[str]:
    """The words of a piece of prose, in small letters."""
    words = (word.strip("(),.;:!?—-").lower().replace(".", "") for word in token.text.split())
    return [word for word in words if word]


def ranges_over(token: Token) -> bool:
    """Whether a word brings in what an index runs over: for, for all, for every."""
    words = words_of(token) if token.kind == "prose" else []
    return words[:1] == ["for"] and len(words) < 3 and words[-1] in {"for", *EVERY}


def places(token: Token) -> bool:
    """Whether a word brings in what a name stands for, beside the equation that uses it."""
    words = words_of(token) if token.kind == "prose" else []
    return bool(words) and words[-1] in _PLACES


def conditions_itself(token: Token) -> bool:
    r"""Whether a piece of prose is a whole condition: \text{if A is symmetric}, \text{for large n}."""
    words = words_of(token) if token.kind == "prose" else []
    if words[:1] == ["for"]:
        return len(words) > 3 if words[1:2] and words[1] in EVERY else len(words) > 1
    reason = words[:1] and words[0] in _REASONS and "$" in token.text
    return len(words) > 1 and (bool(reason) or words[0] in _CONDITIONS - {"as", "at", "under"})
