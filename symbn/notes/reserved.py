r"""The names that need no declaration: I, \mathbf 1, \mathbf 0, e_i, ⊤, d, and the operators set as words.

A note may give most of these letters a meaning of its own; then that is what they mean.
"""

from __future__ import annotations

from symbn.notes.syntax import Name, Syntax

IDENTITIES = frozenset(r"I \mathbf{I} \mathbb{I} \boldsymbol{I} \mathrm{I} \mathit{I}".split())
ONES = frozenset(r"\mathbf{1} \boldsymbol{1} \mathbb{1} \vec{1} \mathrm{1} \underline{1}".split())
ZEROS = frozenset(r"\mathbf{0} \boldsymbol{0} \mathbb{0} \vec{0} \underline{0}".split())
UNITS = frozenset(r"e \mathbf{e} \boldsymbol{e}".split())
DIFFERENTIALS = frozenset(r"d \mathrm{d}".split())
ELEMENTWISE = {word: word for word in "exp log sin cos tan sinh cosh tanh sigmoid softplus".split()} | {"ln": "log"}
TRACES = frozenset("tr Tr trace Trace".split())
DIAGONALS = frozenset("diag Diag".split())
NOT_YET = frozenset("det vec softmax max min relu ReLU abs sign erf arg".split())
_TRANSPOSES = frozenset(r"\top T \intercal \mathsf{T} \mathrm{T} \mathtt{T} t \mathit{T}".split())


def is_operator(word: str) -> bool:
    """Whether a word is an operator that symbn reads."""
    return word in ELEMENTWISE or word in TRACES or word in DIAGONALS


def is_builtin(word: str) -> bool:
    """Whether a word is an operator that symbn knows (or reserves): no note defines it anew."""
    return is_operator(word) or word in NOT_YET


def is_constant(name: str) -> bool:
    """Whether a name without a meaning of its own is the identity, the ones or the zeros."""
    return name in IDENTITIES | ONES | ZEROS


def transposes(sup: Syntax | None) -> bool:
    """Whether a superscript says transpose."""
    return isinstance(sup, Name) and sup.latex in _TRANSPOSES
