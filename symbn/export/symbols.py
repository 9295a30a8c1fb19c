"""What LaTeX's commands look like in Unicode: data for `plain`."""

from __future__ import annotations

from symbn.notes.lexer import KERN

_GREEK = (
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ "
    "mu μ nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω "
    "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω"
).split()

SYMBOLS: dict[str, str] = dict(zip(_GREEK[::2], _GREEK[1::2], strict=True)) | {
    "partial": "∂",
    "nabla": "∇",
    "sum": "∑",
    "prod": "∏",
    "infty": "∞",
    "ell": "ℓ",
    "top": "⊤",
    "intercal": "⊺",
    "prime": "′",
    "vdots": "⋮",
    "cdots": "⋯",
    "ldots": "…",
    "dots": "…",
    "hdots": "…",
    "ddots": "⋱",
    "langle": "⟨",
    "rangle": "⟩",
    "lVert": "‖",
    "rVert": "‖",
    "Vert": "‖",
    "vert": "|",
    "lvert": "|",
    "rvert": "|",
    "mid": "|",
    "mathbf1": "𝟏",
    "forall": "∀",
    "exists": "∃",
    "emptyset": "∅",
    "lbrace": "{",
    "rbrace": "}",
    "%": "%",
    "$": "$",
    "#": "#",
    "_": "_",
    "&": "&",
}

OPERATORS: dict[str, str] = {
    "cdot": "·",
    "times": "×",
    "odot": "⊙",
    "circ": "∘",
    "oslash": "⊘",
    "otimes": "⊗",
    "oplus": "⊕",
    "pm": "±",
    "mp": "∓",
    "div": "÷",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "approx": "≈",
    "propto": "∝",
    "sim": "∼",
    "equiv": "≡",
    "ll": "≪",
    "gg": "≫",
    "in": "∈",
    "notin": "∉",
    "subset": "⊂",
    "to": "→",
    "rightarrow": "→",
    "mapsto": "↦",
    "Rightarrow": "⇒",
    "Longrightarrow": "⇒",
    "implies": "⇒",
    "Leftarrow": "⇐",
    "Longleftarrow": "⇐",
    "impliedby": "⇐",
    "Leftrightarrow": "⇔",
    "Longleftrightarrow": "⇔",
    "iff": "⇔",
    "coloneqq": ":=",
    "triangleq": "≜",
    "colon": ":",
    "succ": "≻",
    "succeq": "⪰",
}

WORDS: dict[str, str] = {
    name: name
    for name in (
        "exp log ln sin cos tan sinh cosh tanh sec csc cot arcsin arccos arctan det tr vec diag Diag max min "
        "sup inf lim dim rank ker arg Pr gcd softmax relu sigmoid sign"
    ).split()
}

ACCENTS: dict[str, str] = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "dot": "\u0307",
    "ddot": "\u0308",
    "vec": "\u20d7",
    "check": "\u030c",
    "breve": "\u0306",
    "underline": "\u0332",
}
"""Commands that put a mark on their argument.  `vec` with a group is the accent; the operator is written
`\\operatorname{vec}`."""

BLACKBOARD: dict[str, str] = dict(zip("RNZQCSPE1", "ℝℕℤℚℂ𝕊ℙ𝔼𝟙", strict=True))

FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})

FONTS = frozenset(
    (
        "mathbf boldsymbol bm mathit mathsf mathtt mathcal mathfrak mathscr mathnormal bold pmb symbf "
        "textit textsf texttt"
    ).split()
)

DROPPED = frozenset(
    (
        "quad qquad displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag "
        "IEEEnonumber IEEEyesnumber "
        "big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle mathstrut hline , ; : ! / - >"
    ).split()
)

_RAISED = (
    "0⁰ 1¹ 2² 3³ 4⁴ 5⁵ 6⁶ 7⁷ 8⁸ 9⁹ +⁺ −⁻ =⁼ (⁽ )⁾ ×ˣ ⊤ᵀ ′′ ∗* ** "
    "aᵃ bᵇ cᶜ dᵈ eᵉ fᶠ gᵍ hʰ iⁱ jʲ kᵏ lˡ mᵐ nⁿ oᵒ pᵖ rʳ sˢ tᵗ uᵘ vᵛ wʷ xˣ yʸ zᶻ"
).split()
_LOWERED = (
    "0₀ 1₁ 2₂ 3₃ 4₄ 5₅ 6₆ 7₇ 8₈ 9₉ +₊ −₋ =₌ (₍ )₎ aₐ eₑ hₕ iᵢ jⱼ kₖ lₗ mₘ nₙ oₒ pₚ rᵣ sₛ tₜ uᵤ vᵥ xₓ βᵦ γᵧ ρᵨ φᵩ χᵪ"
).split()

SUPERSCRIPTS: dict[str, str] = {pair[0]: pair[1] for pair in _RAISED}
SUBSCRIPTS: dict[str, str] = {pair[0]: pair[1] for pair in _LOWERED}


def without_kerns(latex: str) -> str:
    r"""LaTeX with blanks in the place of spaces that have a length: \mkern-1.5mu."""
    return KERN.sub(lambda kern: " " * len(kern[0]), latex)
