"""Makes the modules of `symbn/library` anew from the notes in `derivations`, and tells whether they changed.

python scripts/make_library.py [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from symbn.kernels.module import Origin
from symbn.kernels.selection import kernels_of
from symbn.kernels.source import source_of
from symbn.note import Note

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "symbn" / "library"

BATCHNORM = "derivations/batchnorm_layer.md"
SELECTED = (
    "normalise", "forward", "backward-normalised", "grad-gamma", "grad-beta", "grad-Y", "grad-W", "grad-X",
)  # fmt: skip
FUSED = {
    "backward": ("grad-Y", "grad-gamma", "grad-beta"),
    "backward_weights": ("grad-W", "grad-X"),
    "forward_backward": ("forward", "grad-Y", "grad-gamma", "grad-beta"),
    "forward_backward_normalised": ("normalise", "backward-normalised"),
}
MODULES = {"batchnorm": "numpy", "batchnorm_array_api": "array-api", "batchnorm_numba": "numba"}


def sources() -> dict[Path, str]:
    """Every module's path and text."""
    path = ROOT / BATCHNORM
    note = Note.read(path)
    kernels = kernels_of(note, SELECTED, FUSED)
    origin = Origin(BATCHNORM, note.title, hashlib.sha256(note.source.text.encode()).hexdigest())
    return {LIBRARY / f"{name}.py": source_of(kernels, origin, target) for name, target in MODULES.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")
    check = parser.parse_args().check
    changed = {p: text for p, text in sources().items() if not p.exists() or p.read_text(encoding="utf-8") != text}
    for path, text in changed.items():
        print(path.relative_to(ROOT))
        if not check:
            path.write_text(text, encoding="utf-8")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
