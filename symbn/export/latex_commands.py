r"""The commands that may stand in an exported formula, how wide they are, and what LaTeX must be told of some of them.

These are the commands that symbn reads.  All of them typeset; none reads a file, writes one, or gives another command
a meaning.  A width is in digits: 1 is half an em.
"""

from __future__ import annotations

from symbn.export.symbols import SYMBOLS

_RELATIONS = r"""\approx \propto \le \leq \ge \geq \in \ne \neq \sim \simeq \cong \equiv \to \ll \gg \subset \subseteq
    \doteq \Rightarrow \implies \iff \mapsto \leftarrow \gets \succ \succeq \prec \preceq \Leftrightarrow \coloneqq
    \coloneq \eqqcolon \triangleq \rightarrow \longrightarrow \colon \notin \impliedby \Leftarrow \Longleftarrow
    \Longrightarrow \Longleftrightarrow""".split()
RELATIONS = frozenset([*_RELATIONS, "=", ":=", "<", ">", ":"])
SIGNS = frozenset(["+", "-", r"\pm", r"\mp"])
_OPERATORS = r"""\odot \oslash \otimes \circ \oplus \cdot \times \ast \star \bullet \mid \parallel \div""".split()
_LETTERS = r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu
    \xi \pi \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta
    \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \imath \jmath \hbar \Re \Im \aleph \infty \top \intercal \bot
    \prime \varnothing \emptyset \forall \exists \degree \wp \dag \dagger \partial \nabla \vert \Vert \lvert \rvert
    \lVert \rVert \langle \rangle \lfloor \rfloor \lceil \rceil \lbrace \rbrace \{ \} \| \lbrack \rbrack \dd
    \differential \perp \sharp \flat""".split()
_DOTS = r"\dots \hdots \ldots \cdots \vdots \ddots \iddots \dotsc \dotsb \dotsm \dotso".split()
WORDS = frozenset(
    r"""\log \ln \exp \sin \cos \tan \sinh \cosh \tanh \det \max \min \arg \tr \Tr \diag \Diag \lim \sup \inf \dim \ker
    \Pr \gcd \coth \cot \sec \csc \arcsin \arccos \arctan \rank \sigmoid \relu \softmax""".split()
)
_SPACES = {
    r"\,": 0.33, r"\:": 0.44, r"\>": 0.44, r"\;": 0.55, r"\!": -0.33, r"\ ": 0.66, r"\quad": 2.0, r"\qquad": 4.0,
    r"\enspace": 1.0, r"\thinspace": 0.33, r"\medspace": 0.44, r"\thickspace": 0.55, r"\negthinspace": -0.33,
}  # fmt: skip
BIG = frozenset([r"\sum", r"\prod"])

WIDTHS: dict[str, float] = {
    **dict.fromkeys(RELATIONS, 2.7),
    **dict.fromkeys([*_OPERATORS, *SIGNS], 2.5),
    **dict.fromkeys(_LETTERS, 1.2),
    **dict.fromkeys(_DOTS, 2.5),
    **{word: 1.0 * len(word) for word in WORDS},
    **dict.fromkeys(BIG, 3.0),
    **_SPACES,
    **dict.fromkeys("()[]|.,;/!'", 0.8),
    **dict.fromkeys("*?", 1.2),
    r"\displaystyle": 0.0,
    r"\textstyle": 0.0,
}
"""Every command without arguments, and every sign, that is passed on as it stands."""

ACCENTS = frozenset(
    r"""\hat \widehat \tilde \widetilde \bar \overline \underline \vec \dot \ddot \check \breve \acute \grave \mathring
    \overbrace \underbrace \boxed \mathop""".split()
)
FONTS = frozenset(
    r"\mathbf \boldsymbol \bm \mathrm \mathsf \mathcal \mathbb \mathit \mathfrak \mathscr \mathtt \pmb \symbf".split()
)
FRACTIONS = frozenset(r"\frac \tfrac \dfrac \cfrac \nicefrac \sfrac".split())
MARKED = {
    **{name: name for name in (r"\overset", r"\underset", r"\stackrel", r"\xrightarrow", r"\xleftarrow")},
    **dict.fromkeys((r"\xlongequal", r"\xequal"), r"\overset"),
}
"""What puts its first argument over or under a relation, and what is written for it."""
ARROWS = {r"\xrightarrow": "", r"\xleftarrow": "", r"\xlongequal": "=", r"\xequal": "="}
"""Those that bring their relation with them, and what must be written for it."""
FRAMES = {r"\cancel": 0, r"\bcancel": 0, r"\xcancel": 0, r"\enclose": 1, r"\textcolor": 1}
"""What is drawn around its last argument or through it, and how many arguments say a colour or a form before."""
TEXTS = {
    **{name: name for name in (r"\text", r"\textrm", r"\textit", r"\textbf", r"\textsf", r"\textnormal")},
    r"\mbox": r"\text",
}
MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array cases".split())
ROWS = frozenset(
    """equation align aligned alignat alignedat flalign gather gathered eqnarray IEEEeqnarray multline split
    displaymath dmath subequations math""".split()
)
COUNTED = frozenset(["alignat", "alignedat", "IEEEeqnarray"])
"""Those with an argument that says how many columns they have."""
DELIMITERS = frozenset(
    r"""( ) [ ] | / . \| \{ \} \langle \rangle \lfloor \rfloor \lceil \rceil \vert \Vert \lvert \rvert \lVert \rVert
    \lbrace \rbrace \lbrack \rbrack""".split()
)
OPENING = frozenset(r"( [ \{ \langle \lfloor \lceil \lbrace \lbrack".split())
CLOSING = frozenset(r") ] \} \rangle \rfloor \rceil \rbrace \rbrack".split())
SIZES = frozenset(
    r"\big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \bigm \Bigm \biggm \Biggm".split()
)
DROPPED = frozenset(
    r"""\/ \limits \nolimits \nonumber \notag \scriptstyle \scriptscriptstyle \hfill \hline \relax \strut \null
    \allowbreak \noindent \centering \rm \bf \it \small \normalsize \mathstrut \IEEEnonumber \IEEEyesnumber
    \smash""".split()
)
"""What means nothing to symbn and could only do harm where it is put now."""
DROPPED_WITH_ARGUMENT = frozenset(
    r"""\hspace \hspace* \vspace \vspace* \phantom \hphantom \vphantom \color \cline \label \tag \intertext
    \shortintertext \cmidrule \footnote \footnotetext \thanks \require""".split()
)

DEFINED = {
    r"\coloneqq": r"\mathrel{:=}",
    r"\coloneq": r"\mathrel{:=}",
    r"\eqqcolon": r"\mathrel{=:}",
    r"\bm": r"\boldsymbol",
    r"\symbf": r"\mathbf",
    r"\mathscr": r"\mathcal",
    r"\iddots": r"{\cdot^{\cdot^{\cdot}}}",
    r"\degree": r"{^{\circ}}",
    r"\hdots": r"\dots",
    r"\nicefrac": r"\tfrac",
    r"\sfrac": r"\tfrac",
    r"\dd": r"\mathrm{d}",
    r"\differential": r"\mathrm{d}",
    **{
        rf"\{name}": rf"\operatorname{{{name}}}"
        for name in ("tr", "Tr", "diag", "Diag", "rank", "sigmoid", "relu", "softmax")
    },
}
"""What neither LaTeX nor amsmath and amssymb know, and what stands for it."""

SPELLED = {
    "−": "-", "·": r"\cdot", "×": r"\times", "…": r"\dots", "∈": r"\in", "∇": r"\nabla", "∂": r"\partial",
    "⊙": r"\odot", "∘": r"\circ", "≤": r"\le", "≥": r"\ge", "∑": r"\sum",
}  # fmt: skip
"""Characters that mean a command to symbn."""

GREEK = {
    character: rf"\{name}"
    for name, character in SYMBOLS.items()
    if len(character) == 1 and "\u0370" <= character <= "\u03ff" and not name.startswith("var")
}
r"""Greek letters typed as such: to symbn ε is a letter of its own, which is not \epsilon."""
UNICODE = {**GREEK, "ᵀ": r"{}^{\top}"}
