r"""Equations that prose imposes on what is free in them: at an optimum, under a constraint, of a solution.

    Setting the gradient to zero gives $X^\top X w = X^\top y$.        At the optimum, $A w = \lambda w$.
    Under the constraint $\|w\| = 1$ …        The data are centred: $X^\top \mathbf 1 = 0$.        We solve $A x = b$.

They hold for some values and not for all, so that no counterexample refutes them.  What such an equation says of a
derivative is claimed all the same, unless it says that it is 0; and so is what is said at a point of a defined name.
Nothing but small words stands between what imposes and the equation: `the constraint is not needed here: $a = b$`
imposes nothing.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Imposed: TypeAlias = Literal["", "rule", "point"]
"""Not at all; as a rule of what is looked for; as what holds at a point."""

_POINT = (
    r"(?:optim(?:um|al\s+(?:point|solution))|minim(?:um|i[sz]er)|maxim(?:um|i[sz]er)|equilibrium|steady[\s-]+state|"
    r"(?:stationary|critical|fixed|equilibrium|saddle)[\s-]+point|solution)s?"
)
_RULE = (
    r"(?:constraints?|(?:(?:first|second)[\s-]order|optimality|stationarity|feasibility|KKT|Karush\S*|boundary|initial|"
    r"terminal|equilibrium|steady[\s-]state|fixed[\s-]point|normali[sz]ation|orthogonality|normal|linear|eigenvalue)"
    r"[\s-]+(?:\w+\s+)?(?:conditions?|equations?|systems?|problems?))"
)
_OF_DATA = (
    r"(?:cent(?:e)?red|whitened|standardi[sz]ed|normali[sz]ed|orthonormal|orthogonal|zero[\s-]mean|mean[\s-]zero|"
    r"uncorrelated|decorrelated)"
)
_DATA = (
    r"(?:data|datas?ets?|inputs?|columns?|rows?|features?|variables?|weights?|samples?|bas[ie]s|predictors?|"
    r"regressors?|covariates?|designs?)"
)
_SMALL = (
    r"so|that|then|thus|hence|i|e|which|means|we|have|it|holds|one|has|must|is|are|be|also|the|following|to|hold|"
    r"gives?|get|obtain|yields?|reads?|becomes?"
)
_UP_TO_IT = rf"(?:\W+(?:{_SMALL}|and|or|for|with|of|normal|equations?|conditions?|system|solve|solving|this))*\W*$"
_RULED = re.compile(
    rf"\b{_RULE}{_UP_TO_IT}|"
    rf"\b(?:set|sets|setting|equat\w+)\b[^.;]*\b(?:zero|0)\b{_UP_TO_IT}|"
    rf"\b(?:gradients?|derivatives?)\s+(?:\w+\s+)?vanish\w*{_UP_TO_IT}|"
    r"\b(?:we|one|must|should)\s+(?:also\s+|therefore\s+)?(?:require|impose|demand|enforce|want|need|look\s+for|seek)"
    rf"(?:\W+that)?\W*$|"
    rf"\b{_DATA}\b[^.;]{{0,20}}\b(?:is|are|be|being)\s+(?:\w+\s+)?{_OF_DATA}(?:\W+(?:{_SMALL}))*\W*$|"
    rf"\b(?:with|for|on)\s+(?:\w+\s+)?{_OF_DATA}\s+{_DATA}\b(?:\W+(?:{_SMALL}))*\W*$|"
    r"\b(?:such\s+that|subject\s+to|s\.\s?t\.|satisfying)[\s:*_]*$",
    re.IGNORECASE,
)
_AT_POINT = re.compile(
    rf"\b(?:at|for)\s+(?:the|an?|any|every|each|its|this|such\s+an?)\s+(?:\w+\s+)?{_POINT}{_UP_TO_IT}|"
    rf"\bby\s+(?:stationarity|optimality|feasibility){_UP_TO_IT}|"
    rf"\b(?:solv(?:e[sd]?|ing)|solutions?\s+(?:of|to))(?:\W+(?:the|an?|linear|systems?|equations?|problems?|of|for))*\W*$|"
    rf"\b(?:eigenvectors?|singular\s+vectors?|{_POINT})\b[^.;]{{0,60}}\b"
    r"(?:satisf(?:y|ies|ying)|obeys?|fulfil\w*|such\s+that|i\.\s?e|that\s+is|so\s+that)\W*$",
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
