r"""The names that need no declaration: I, \mathbf 1, \mathbf 0, e_i, ⊤, d, and the operators set as words.

A note may give most of these letters a meaning of its own; then that is what they mean.
"""

from __future__ import annotations

from symbn.notes.syntax import Name, Signed, Syntax

IDENTITIES = frozenset(r"I \mathbf{I} \mathbb{I} \boldsymbol{I} \mathrm{I} \mathit{I} Id".split())
ONES = frozenset(r"\mathbf{1} \boldsymbol{1} \mathbb{1} \vec{1} \mathrm{1} \underline{1}".split())
ZEROS = frozenset(r"\mathbf{0} \boldsymbol{0} \mathbb{0} \vec{0} \underline{0}".split())
UNITS = frozenset(r"e \mathbf{e} \boldsymbol{e}".split())
DIFFERENTIALS = frozenset(r"d \mathrm{d}".split())
ELEMENTWISE = {word: word for word in "exp log sin cos tan sinh cosh tanh sigmoid softplus relu abs sign".split()} | {
    "ln": "log", "ReLU": "relu", "sgn": "sign",
}  # fmt: skip
"""Words for functions of one number."""

TRACES = frozenset("tr Tr trace Trace".split())
DETERMINANTS = frozenset("det Det logdet".split())
DIAGONALS = frozenset("diag Diag".split())
EXTREMES = frozenset("max min".split())
COVARIANCES = frozenset("cov Cov".split())
MOMENTS = COVARIANCES | frozenset("var Var".split())
"""Words for means over what is random; many notes define them for samples."""

EXPECTATIONS = frozenset(r"\mathbb{E} \mathrm{E} \mathsf{E}".split())
NOT_YET = frozenset(
    """arg argmin argmax erf rank lim sup inf dim gcd Pr arcsin arccos arctan cot sec csc coth""".split()
)
"""Words that mean one thing to everybody, and that symbn does not read."""

_DEFINABLE = frozenset("softmax logsumexp relu ReLU sigmoid softplus sign sgn".split())
_OTHERS = frozenset("vec softmax logsumexp".split())
_TRANSPOSES = frozenset(r"\top T \intercal \mathsf{T} \mathrm{T} \mathtt{T} t \mathit{T}".split())
_MARKS = frozenset(r"+ \ast \star \dagger \dag \perp \sharp \flat".split())

SETTLED = {
    "functions": ("elementwise",), "layout": ("numerator", "denominator"), "norm": ("frobenius",),
    "prime": ("transpose",),
}  # fmt: skip
"""What a note may settle in its front matter: the exp of a square matrix, the layout of ∂f/∂x, the norm of a matrix,
the prime of one."""


def is_operator(word: str) -> bool:
    """Whether a word is an operator that symbn reads."""
    return word in ELEMENTWISE or word in MOMENTS or any(word in table for table in _MATRIX_WORDS)


_MATRIX_WORDS = (TRACES, DETERMINANTS, DIAGONALS, EXTREMES, _OTHERS)


def is_builtin(word: str) -> bool:
    """Whether a word is an operator that symbn knows (or reserves), whatever a note calls by it."""
    return (is_operator(word) and word not in MOMENTS) or word in NOT_YET


def is_unread(word: str) -> bool:
    """Whether a word means one thing to everybody, and symbn does not read it."""
    return word in NOT_YET


def may_be_defined(word: str) -> bool:
    """Whether := may give an operator that symbn knows another meaning: not if it means one thing to everybody."""
    return word in _DEFINABLE


def is_mean(name: Name) -> bool:
    r"""Whether a name is 𝔼: \mathbb{E}, \operatorname{E}."""
    return name.latex in EXPECTATIONS or (name.word and name.latex == "E")


def is_constant(name: str) -> bool:
    """Whether a name without a meaning of its own is the identity, the ones or the zeros."""
    return name in IDENTITIES | ONES | ZEROS


def transposes(sup: Syntax | None) -> bool:
    """Whether a superscript says transpose."""
    return isinstance(sup, Name) and sup.latex in _TRANSPOSES


def marks(sup: Syntax | None) -> bool:
    r"""Whether a superscript marks a name of its own: x^\star, A^{+}, A^\dagger."""
    return isinstance(sup, Name) and sup.latex in _MARKS


def negates(sup: Syntax) -> bool:
    """Whether a superscript begins with a minus sign."""
    return isinstance(sup, Signed) and sup.terms[0][0] == "-"
