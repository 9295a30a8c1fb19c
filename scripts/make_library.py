"""Makes the modules of `symbn/library` anew from the notes in `derivations`, and tells whether they changed.

python scripts/make_library.py [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from symbn.kernels.module import Origin
from symbn.kernels.selection import kernels_of
from symbn.kernels.source import source_of
from symbn.note import Note

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "symbn" / "library"

TARGETS = {"": "numpy", "_array_api": "array-api", "_numba": "numba"}
"""What is added to a module's name, and its target."""


@dataclass(frozen=True)
class Layer:
    """What the modules of one note hold: a function for each selected equation, and one for each fused set."""

    note: str
    selected: tuple[str, ...]
    fused: Mapping[str, tuple[str, ...]]


LAYERS = {
    "batchnorm": Layer(
        "derivations/batchnorm_layer.md",
        ("normalise", "forward", "backward-normalised", "grad-gamma", "grad-beta", "grad-Y", "grad-W", "grad-X"),
        {
            "backward": ("grad-Y", "grad-gamma", "grad-beta"),
            "backward_weights": ("grad-W", "grad-X"),
            "forward_backward": ("forward", "grad-Y", "grad-gamma", "grad-beta"),
            "forward_backward_normalised": ("normalise", "backward-normalised"),
        },
    ),
    "layernorm": Layer(
        "derivations/layer_norm.md",
        ("normalise", "forward"),
        {
            "backward": ("grad-X", "grad-gamma", "grad-beta"),
            "forward_backward": ("forward", "grad-X", "grad-gamma", "grad-beta"),
        },
    ),
    "rmsnorm": Layer(
        "derivations/rms_norm.md",
        ("normalise", "forward"),
        {"backward": ("grad-X", "grad-gamma"), "forward_backward": ("forward", "grad-X", "grad-gamma")},
    ),
    "crossentropy": Layer(
        "derivations/cross_entropy_layer.md",
        ("softmax", "softmax-backward", "loss"),
        {"backward": ("grad-Z",), "forward_backward": ("loss", "grad-Z")},
    ),
    "attention": Layer(
        "derivations/attention_layer.md",
        ("forward",),
        {"backward": ("grad-Q", "grad-K", "grad-V"), "forward_backward": ("forward", "grad-Q", "grad-K", "grad-V")},
    ),
}
"""The name of each layer's modules, and what they are made of."""


def sources(layers: Mapping[str, Layer] = LAYERS) -> dict[Path, str]:
    """Every module's path and text."""
    found = {}
    for name, layer in layers.items():
        note = Note.read(ROOT / layer.note)
        kernels = kernels_of(note, layer.selected, layer.fused)
        origin = Origin(layer.note, note.title, hashlib.sha256(note.source.text.encode()).hexdigest())
        for ending, target in TARGETS.items():
            found[LIBRARY / f"{name}{ending}.py"] = source_of(kernels, origin, target)
    return found


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
