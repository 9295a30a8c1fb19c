r"""LaTeX's running text, word by word: which characters, elements and omissions its commands stand for on a page.

A command that stands in no table here is shown as it is written.
"""

from __future__ import annotations

import unicodedata

_MARKS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "r": "\u030a", "k": "\u0328", "d": "\u0323",
}  # fmt: skip
ACCENTS = frozenset(f"\\{mark}" for mark in _MARKS)

SIGNS = {
    r"\%": "%", r"\&": "&", r"\#": "#", r"\$": "$", r"\_": "_", r"\{": "{", r"\}": "}", r"\ ": " ", "\\\n": " ",
    r"\,": "\u2009", r"\;": "\u2009", r"\:": "\u2009", r"\!": "", r"\/": "", r"\-": "", r"\@": "",
    r"\ss": "ß", r"\o": "ø", r"\O": "Ø", r"\l": "ł", r"\L": "Ł", r"\ae": "æ", r"\AE": "Æ", r"\oe": "œ", r"\OE": "Œ",
    r"\aa": "å", r"\AA": "Å", r"\i": "ı", r"\j": "ȷ", r"\S": "§", r"\P": "¶", r"\dag": "†", r"\ddag": "‡",
    r"\dots": "…", r"\ldots": "…", r"\textellipsis": "…", r"\copyright": "©", r"\pounds": "£", r"\euro": "€",
    r"\textbackslash": "\\", r"\textasciitilde": "~", r"\textasciicircum": "^", r"\textbar": "|",
    r"\textless": "<", r"\textgreater": ">", r"\textdollar": "$", r"\textunderscore": "_", r"\textquotesingle": "'",
    r"\textendash": "–", r"\textemdash": "—", r"\textquoteleft": "‘", r"\textquoteright": "’",
    r"\textquotedblleft": "“", r"\textquotedblright": "”", r"\textbullet": "•", r"\textdegree": "°",
    r"\lq": "‘", r"\rq": "’", r"\TeX": "TeX", r"\LaTeX": "LaTeX", r"\LaTeXe": "LaTeX2e", r"\qed": "∎", r"\qedhere": "∎",
    r"\quad": "\u2003", r"\qquad": "\u2003\u2003", r"\enspace": "\u2002", r"\thinspace": "\u2009", r"\xspace": "",
    "~": "\u00a0", "---": "—", "--": "–", "``": "“", "''": "”", "`": "‘", "'": "’",
}  # fmt: skip

SPANS = {
    r"\emph": "em", r"\textit": "em", r"\textsl": "em", r"\textbf": "strong", r"\texttt": "code", r"\underline": "u",
    r"\textsuperscript": "sup", r"\textsubscript": "sub", r"\sout": "s", r"\textsc": "", r"\textrm": "", r"\textsf": "",
    r"\textup": "", r"\textmd": "", r"\textnormal": "", r"\mbox": "", r"\hbox": "", r"\text": "", r"\ensuremath": "",
}  # fmt: skip
"""Commands whose argument is running text, and the element that it becomes; no element for the empty word."""
DECLARED = {
    r"\em": "em", r"\it": "em", r"\sl": "em", r"\itshape": "em", r"\slshape": "em", r"\bf": "strong",
    r"\bfseries": "strong", r"\tt": "code", r"\ttfamily": "code",
}  # fmt: skip
"""Commands that change the type of what follows in their group."""

OMITTED = {
    **dict.fromkeys(
        r"\maketitle \tableofcontents \listoffigures \listoftables \newpage \clearpage \cleardoublepage \pagebreak"
        r" \centering \raggedright \raggedleft \noindent \indent \smallskip \medskip \bigskip \hfill \vfill \hrule"
        r" \hline \toprule \midrule \bottomrule \protect \relax \appendix \par\relax \frenchspacing \sloppy \unskip"
        r" \tiny \scriptsize \footnotesize \small \normalsize \large \Large \LARGE \huge \Huge \rm \sf \sc \rmfamily"
        r" \sffamily \scshape \upshape \mdseries \normalfont \selectfont \makeatletter \makeatother \allowdisplaybreaks"
        r" \begingroup \endgroup \bgroup \egroup \nonumber \frontmatter \mainmatter \backmatter \ignorespaces".split(),
        0,
    ),
    **dict.fromkeys(
        r"\vspace \hspace \title \author \date \thanks \index \bibliographystyle \bibliography \thispagestyle"
        r" \pagestyle \pagenumbering \cline \cmidrule \usepackage \documentclass \RequirePackage \hypersetup"
        r" \graphicspath \theoremstyle \nocite \phantomsection \institute \affiliation \email \keywords \let"
        r" \hphantom \vphantom \phantom \linespread \baselinestretch".split(),
        1,
    ),
    **dict.fromkeys(
        r"\newcommand \renewcommand \providecommand \DeclareMathOperator \DeclarePairedDelimiter \setlength"
        r" \addtolength \setcounter \addtocounter \numberwithin \newtheorem \definecolor \DeclareRobustCommand"
        r" \addcontentsline \rule \settowidth \fontsize".split(),
        2,
    ),
    **dict.fromkeys(r"\newenvironment \renewenvironment \NewDocumentCommand \newtcolorbox".split(), 3),
}
"""Commands that a page has no place for, and how many arguments they have."""

REFERENCES = frozenset(r"\ref \eqref \cref \Cref \autoref \nameref \pageref \vref".split())
CITATIONS = frozenset(
    r"\cite \citep \citet \citealp \citealt \citeauthor \citeyear \parencite \textcite \autocite \footcite".split()
)
BREAKS = frozenset(["\\\\", r"\newline", r"\linebreak", r"\tabularnewline"])

LISTS = {"itemize": "ul", "enumerate": "ol", "description": "ul", "compactitem": "ul", "compactenum": "ol"}
QUOTES = frozenset("quote quotation verse displayquote".split())
PLACED = frozenset(
    """document center flushleft flushright figure figure* table table* minipage subequations small footnotesize large
    titlepage samepage spacing multicols appendix appendices wrapfigure adjustbox landscape threeparttable frame block
    columns column scope group onehalfspace doublespace sloppypar raggedright centering""".split()
)
"""Environments of which only the content is shown."""
PLACED_WITH = {"minipage": 1, "multicols": 1, "spacing": 1, "wrapfigure": 2, "adjustbox": 1, "block": 1, "column": 1}
"""How many arguments they have."""
TABLES = {"tabular": 1, "tabular*": 2, "tabularx": 2, "tabulary": 2, "longtable": 1, "array": 1}
VERBATIM = frozenset("verbatim verbatim* Verbatim BVerbatim LVerbatim lstlisting minted alltt".split())
UNSEEN = frozenset("comment filecontents filecontents*".split())
DRAWN = frozenset("tikzpicture pgfpicture tikzcd forest picture pspicture".split())
THEOREMS = {
    "theorem": "Theorem", "thm": "Theorem", "lemma": "Lemma", "lem": "Lemma", "proposition": "Proposition",
    "prop": "Proposition", "corollary": "Corollary", "cor": "Corollary", "definition": "Definition",
    "defn": "Definition", "remark": "Remark", "rem": "Remark", "example": "Example", "claim": "Claim", "fact": "Fact",
    "conjecture": "Conjecture", "assumption": "Assumption", "exercise": "Exercise", "solution": "Solution",
    "proof": "Proof", "abstract": "Abstract",
}  # fmt: skip
"""Environments that begin with a word of their own; a document may name more by \\newtheorem."""
KNOWN = frozenset([*LISTS, *QUOTES, *TABLES, "thebibliography"])


def accented(mark: str, letter: str) -> str:
    r"""A letter under an accent, of which `mark` is the command.

    >>> accented(r"\'", "e"), accented(r'\"', r"\i"), accented(r"\H", "o")
    ('é', 'ï', 'ő')
    """
    bare = {r"\i": "i", r"\j": "j"}.get(letter.strip(), letter)
    return unicodedata.normalize("NFC", bare[:1] + _MARKS[mark[1]] + bare[1:])
