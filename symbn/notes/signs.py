r"""How signs are spelled: other spellings of one sign, signs of two characters, and commands that leave no trace."""

from __future__ import annotations

NOTHING = frozenset(
    r"""\, \: \; \! \> \  \/ \left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr
    \bigm \middle \displaystyle \textstyle \scriptstyle \scriptscriptstyle \limits \nolimits \nonumber \notag \thinspace
    \medspace \thickspace \negthinspace \enspace \hfill \hline \relax \strut \null \allowbreak \noindent \centering
    \rm \bf \it \small \normalsize \mathstrut \IEEEyesnumber \IEEEnonumber \! \smash""".split()
) | {"\\ "}
"""What only spaces, sizes or numbers."""

TEXT_COMMANDS = frozenset(r"\text \mbox \textrm \textnormal \textit \textbf \textsf \intertext \shortintertext".split())
"""What has words for its argument."""

SYNONYMS = {
    r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\mid": "|", r"\lVert": r"\|", r"\rVert": r"\|", r"\Vert": r"\|",
    r"\parallel": r"\|", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]", r"\colon": ":",
    r"\leq": r"\le", r"\geq": r"\ge", r"\neq": r"\ne", r"\eqqcolon": "=:", r"\coloneq": r"\coloneqq",
    r"\rightarrow": r"\to", r"\longrightarrow": r"\to", r"\dotsc": r"\dots", r"\dotsb": r"\dots", r"\ldots": r"\dots",
    r"\dotsm": r"\dots", r"\dotso": r"\dots", r"\newline": r"\\", r"\cr": r"\\", r"\dag": r"\dagger",
    r"\hdots": r"\dots", r"\nicefrac": r"\frac", r"\sfrac": r"\frac", r"\Longrightarrow": r"\implies",
    r"\Longleftrightarrow": r"\iff", r"\Longleftarrow": r"\impliedby", r"\Leftarrow": r"\impliedby",
    "−": "-", "·": r"\cdot", "×": r"\times", "…": r"\dots", "∈": r"\in", "∇": r"\nabla", "∂": r"\partial",
    "⊙": r"\odot", "∘": r"\circ", "≤": r"\le", "≥": r"\ge", "∑": r"\sum", "ᵀ": "ᵀ",
}  # fmt: skip
"""The one spelling that the parser knows of each of these."""

PAIRS = {":=": ":=", "||": "||", ".*": r"\odot"}
"""Two characters that are one sign; || can be one bar that closes and one that opens: |a||b|."""

SAID = {r"\because": "because", r"\therefore": "therefore"}
"""Words that have a sign of their own."""

DELIMITERS = frozenset(["(", ")", "[", "]", r"\{", r"\}", "|", "||", r"\|", r"\langle", r"\rangle"])
