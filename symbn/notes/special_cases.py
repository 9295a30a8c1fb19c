r"""Special cases: what prose says of a declared name for one sentence, or in one example, and not of all that follows.

    For example, $W = I$ gives $P = I$.      Setting $\lambda = 1$ yields …      Substituting $B = A^\top$ we find …

Such an equation defines nothing.  It reaches to the end of its sentence if what it gives is said there: by a verb, or
by another formula; else it is supposed in the section: `Take $W = I$.  Then …`.  So is what is no constant behind
`setting` and the like, where a definition could be meant: `Setting $r = A x - b$ gives …`.
"""

from __future__ import annotations

import re

from symbn.notes.prose import EVERY, one_of

_CASE = re.compile(
    r"\b(?:(?:special|particular|trivial|degenerate|extreme|limiting|simplest?)\s+(?:\w+\s+)?cases?|"
    r"(?:for|as\s+an?|by\s+way\s+of)\s+(?:\w+\s+)?(?:example|instance|illustration)|in\s+particular)\b|\be\.\s?g\.",
    re.IGNORECASE,
)
_SUBSTITUTED = re.compile(
    r"\b(?:substitut\w+|plugg?\w*\s+in|inserting|replac\w+)\b(?P<on>.*)", re.IGNORECASE | re.DOTALL
)
_CHOSEN = re.compile(r"\b(?:setting|putting|choosing|taking)\b", re.IGNORECASE)
_ILLUSTRATES = re.compile(
    r"\b(?:for|as|by\s+way\s+of)\s+(?:an?\s+)?(?:illustrations?|examples?|instance)\b|\bspecial\s+case\b", re.IGNORECASE
)
_RESULT = re.compile(
    r"\b(?:gives?|giving|yields?|yielding|recovers?|recovering|reduces?|becomes?|simplif\w+|leads?\s+to|"
    r"results?\s+in|shows?|corresponds?|(?:we|one|you)\s+(?:\w+\s+)?(?:gets?|obtains?|finds?|ha(?:s|ve)|sees?|recovers?|"
    r"arrives?|deduces?|conclude|concludes?))\b",
    re.IGNORECASE,
)
_FOR = re.compile(
    rf"(?:^|[\s(,;:*_])(?:for(?:\s+{one_of(EVERY)})?|(?:in\s+)?(?:the\s+)?cases?(?:\s+(?:of|where|that))?|with)[\s:*_]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[ ,;(]*(?:(?:but|only|holds?|valid|true|and this holds|at least) )*"
    rf"(?:(?:for(?: {one_of(EVERY)})?|if|when|whenever|unless|provided(?: that)?|(?:in )?(?:the )?case(?: of)?|with|"
    r"where)\b)?[ (]*",
    re.IGNORECASE,
)
_LONGEST = 80


def is_special(before: str, behind: str) -> bool:
    """Whether the sentence of an equation, up to it and behind it, speaks of a special case."""
    chosen = is_chosen(before) and gives_something(behind)
    substituted = _SUBSTITUTED.search(before)
    if substituted is not None and not gives_something(substituted["on"]):
        return True
    return chosen or _CASE.search(before) is not None or _ILLUSTRATES.search(behind) is not None


def is_chosen(before: str) -> bool:
    """Whether `setting`, `choosing` or the like brings in an equation, which may be meant for all that follows."""
    return _CHOSEN.search(before) is not None


def gives_something(prose: str) -> bool:
    """Whether a verb says what something gives: it yields, reduces to, we get."""
    return _RESULT.search(prose) is not None


def is_brought_in_by_for(before: str) -> bool:
    """Whether `for`, `in the case` or `with` stands right before a formula."""
    return _FOR.search(before) is not None


def stands_behind(between: str) -> bool:
    """Whether no more than `for`, `if`, `when` or a comma stands between a formula and what it may hold under."""
    return _BEHIND.fullmatch(" ".join(between[:_LONGEST].split())) is not None and len(between) < _LONGEST
