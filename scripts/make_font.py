"""Makes `symbn/export/math_font.woff2`, the font that pages fall back on where no mathematical font is installed.

    python scripts/make_font.py FONT

FONT is STIX Two Math as one file, such as `stix-two-math-latin-400-normal.woff2` of the npm package
`@fontsource/stix-two-math` (SIL Open Font License 1.1, see `symbn/export/math_font_license.txt`).  What is kept of it:
Latin, Greek, their mathematical alphabets and the operators that formulas of notes hold, with the font's table of
mathematical constants.  Needs fonttools and brotli.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).parent.parent / "symbn" / "export" / "math_font.woff2"
RANGES = (
    (0x20, 0x7F), (0xA0, 0x100), (0x391, 0x3CA), (0x1D400, 0x1D504), (0x1D538, 0x1D56C), (0x1D5A0, 0x1D5D4),
    (0x1D6A8, 0x1D7CB), (0x1D7CE, 0x1D7D8),
)  # fmt: skip
SIGNS = (
    "ϑϕϖϰϱϵℂℍℕℙℚℝℤℬℰℱℋℐℒℳℛℯℊℴℎℓ℘ℜℑıȷ∂∇∈∉∑∏∫√∞±×·÷⋅∘⊙⊘⊗⊕≤≥≠≈≡≔≜∝→↦←⇒⇔∀∃¬∧∨∩∪⊂⊆⊃∖∅‖∣|⟨⟩⌈⌉⌊⌋′″‴…⋯⋮⋱−∼≃≅⊤⊥∥†‡∗⋆"
    "ˆ˜¯˙¨ˇ⏞⏟⎴⎵\u0302\u0303\u0304\u0307\u0308\u030c\u0305\u0332\u20d7"
)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["ssty", "math", "dtls", "flac"]
    options.glyph_names = options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    font = subset.load_font(sys.argv[1], options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes={*chain.from_iterable(range(*r) for r in RANGES), *map(ord, SIGNS)})
    chosen.subset(font)
    subset.save_font(font, str(TARGET), options)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
