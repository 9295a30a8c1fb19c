r"""Equations that prose imposes on what is free in them: at an optimum, under a constraint, of a solution.

    Setting the gradient to zero gives $X^\top X w = X^\top y$.        At the optimum, $A w = \lambda w$.
    Under the constraint $\|w\| = 1$ …        The data are centred: $X^\top \mathbf 1 = 0$.        We solve $A x = b$.

They hold for some values and not for all, so that no counterexample refutes them.  What such an equation says of a
derivative is claimed all the same, unless it says that it is 0; and so is what is said at a point of a defined name.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Imposed: TypeAlias = Literal["", "rule", "point"]
"""Not at all; as a rule of what is looked for; as what holds at a point."""

_POINT = (
    r"(?:optim(?:um|a|al\s+\w+)|minim(?:um|a|i[sz]ers?)|maxim(?:um|a|i[sz]ers?)|saddle\s+points?|"
    r"(?:stationary|critical|fixed|equilibrium|operating|feasible)[\s-]+points?|stationarity|optimality|feasibility|"
    r"steady[\s-]+states?|equilibri(?:um|a)|solutions?|convergence|roots?)"
)
_RULE = (
    r"(?:constraints?|(?:(?:first|second)[\s-]order|optimality|stationarity|feasibility|KKT|"
    r"Karush\S*|boundary|initial|terminal|equilibrium|steady[\s-]state|fixed[\s-]point|normali[sz]ation|orthogonality)"
    r"[\s-]+(?:\w+\s+)?(?:conditions?|equations?)|normal\s+equations?|(?:linear\s+)?systems?\s+of\s+(?:linear\s+)?equations?|"
    r"linear\s+systems?|eigenvalue\s+(?:problem|equation)s?)"
)
_OF_DATA = (
    r"(?:cent(?:e)?red|whitened|standardi[sz]ed|normali[sz]ed|orthonormal|orthogonal|zero[\s-]mean|mean[\s-]zero|"
    r"uncorrelated|decorrelated|balanced)"
)
_DATA = (
    r"(?:data|datas?ets?|inputs?|columns?|rows?|features?|variables?|weights?|vectors?|samples?|bas[ie]s|predictors?|"
    r"regressors?|covariates?|designs?)"
)
_TO_ITS_END = r"[^.;]*$"
_RULED = re.compile(
    rf"\b(?:{_RULE}|(?:set|sets|setting|equat\w+)\b[^.;]*\b(?:zero|0)\b|"
    r"(?:gradients?|derivatives?|residuals?)\s+(?:\w+\s+)?vanish\w*|"
    r"(?:we|one|to|must|should)\s+(?:also\s+|therefore\s+)?"
    r"(?:want|wish|need|require|impose|demand|seek|enforce|satisfy|look\s+for)\b|"
    rf"are\s+(?:\w+\s+)?(?!orthogonal\b){_OF_DATA}\b|"
    rf"(?!(?:which|that|and|it|they)\b)[a-z]{{2,}}\s+(?:is|are|be|being)\s+(?:\w+\s+)?{_OF_DATA}\b|"
    rf"(?:with|for|on)\s+(?:\w+\s+)?{_OF_DATA}\s+{_DATA}\b){_TO_ITS_END}|"
    r"\b(?:such\s+that|subject\s+to|s\.\s?t\.|satisfying)[\s:*_]*$",
    re.IGNORECASE,
)
_AT_POINT = re.compile(
    r"\b(?:(?:at|for|in|of|from|by|until|after|to)\s+(?:(?:the|an?|any|every|each|this|that|its|such|our)\s+)?"
    rf"(?:\w+\s+)?{_POINT}\b(?!\s+(?:is|are|of\s+the\s+form)\b)|"
    r"(?:solv(?:e[sd]?|ing)|solutions?\s+(?:of|to))\b(?!\s+by\b)|"
    rf"(?:eigenvectors?|singular\s+vectors?|{_POINT})\b[^.;]*\b"
    rf"(?:satisf(?:y|ies|ying)|obeys?|fulfil\w*|such\s+that|i\.\s?e\.|that\s+is|where|so\s+that)){_TO_ITS_END}",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"\W*(?:hence|thus|then|therefore|so|consequently|accordingly|it\s+follows|this\s+(?:gives?|yields?|means|implies)|"
    r"which\s+(?:gives?|yields?|means|implies)|we\s+(?:\w+\s+)?(?:get|obtain|find|have|conclude))\b",
    re.IGNORECASE,
)
_DEMANDED = re.compile(r"\{\s*!\s*\}")


def imposed_by(sentence: str) -> Imposed:
    """How a sentence, as far as it stands before an equation, imposes it on what is free in it."""
    return "rule" if _RULED.search(sentence) else "point" if _AT_POINT.search(sentence) else ""


def concludes(sentence: str) -> bool:
    """Whether a sentence begins as one that goes on from the last: hence, thus, we get."""
    return _CONCLUDES.match(sentence) is not None


def is_demanded(relation: str) -> bool:
    r"""Whether a relation is written as one that shall hold: \overset{!}{=}."""
    return _DEMANDED.search(relation) is not None
