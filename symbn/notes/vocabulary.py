r"""The words of the language: which commands are relations, letters, accents, operators, environments.

What stands in no table here and has no rule in the parser is an unknown command: an error, never a guess.
"""

from __future__ import annotations

from symbn.notes.lexer import Token

RELATIONS = frozenset(
    r"""= := \coloneqq \triangleq \approx \propto \le \ge < > \in \ne \sim \simeq \cong \equiv \to : \ll \gg \subset
    \subseteq \doteq \Rightarrow \implies \iff \mapsto \leftarrow \gets \succ \succeq \prec \preceq \neq
    \Leftrightarrow \impliedby""".split()
)
IMPLICATIONS = frozenset(r"\Rightarrow \implies \Leftrightarrow \iff \impliedby".split())
IN_RANGE = "in range"
"""The relation of `i = 1, …, m` beside an equation: it says where i runs there, and declares nothing."""

EQUALITIES = frozenset(r"= := \coloneqq \triangleq".split())
IDENTIFYING = frozenset(r"\equiv \doteq".split())
"""They define a new name; between names that are known they may define as well as claim, and are not checked."""
DEFINING = frozenset(r":= \coloneqq \triangleq".split())

LOOSE = frozenset(r"\odot \oslash \otimes \circ \oplus".split())
TIGHT = frozenset(r"\cdot \times / * \ast".split())
ACCENTS = frozenset(
    r"""\hat \widehat \tilde \widetilde \bar \overline \underline \vec \dot \ddot \check \breve \acute \grave
    \mathring""".split()
)
FONTS = frozenset(
    r"""\mathbf \boldsymbol \bm \mathrm \mathsf \mathcal \mathbb \mathit \mathfrak \mathscr \mathtt \pmb \symbf
    \bf \Bbb""".split()
)
WORDS = frozenset(
    r"""\log \ln \exp \sin \cos \tan \sinh \cosh \tanh \det \max \min \arg \tr \Tr \diag \lim \sup \inf \dim \ker
    \Pr \gcd \coth \cot \sec \csc \arcsin \arccos \arctan""".split()
)
LETTERS = frozenset(
    r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi \pi
    \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi
    \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \imath \jmath \hbar \Re \Im \aleph \infty \top \intercal \bot \ast \star
    \prime \varnothing \emptyset \forall \exists \degree \wp \dagger \perp \sharp \flat""".split()
)
SETS = {
    command: rf"\mathbb{{{letter}}}"
    for letter, commands in {
        "R": r"\R \RR \reals \Reals ℝ", "N": r"\N \NN ℕ", "Z": r"\Z \ZZ ℤ", "E": r"\E \EE 𝔼",
    }.items()
    for command in commands.split()
}  # fmt: skip
"""Short commands that many templates have for ℝ, ℕ, ℤ and 𝔼, and the letters themselves."""
DOTS = frozenset(r"\dots \cdots \vdots \ddots \iddots".split())
OPENERS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array cases".split())
ROW_ENVIRONMENTS = frozenset(
    """equation align aligned alignat alignedat flalign gather gathered eqnarray IEEEeqnarray multline split
    displaymath dmath subequations math""".split()
)
SPELLINGS = {
    r"\boldsymbol": r"\boldsymbol",
    r"\bm": r"\boldsymbol",
    r"\pmb": r"\boldsymbol",
    r"\symbf": r"\mathbf",
    r"\Bbb": r"\mathbb",
}


def relates(token: Token) -> bool:
    """Whether a token is a relation."""
    return token.kind == "marked relation" or (token.kind in ("command", "symbol") and token.text in RELATIONS)


NUMBERED = (r"^{(\cdot)}", r"^{[\cdot]}")
"""How the names of x^{(1)}, …, x^{(n)} and of W^{[1]}, …, W^{[L]} end."""
