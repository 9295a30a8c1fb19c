"""How long symbn's closed forms are beside the notes' own.

    python scripts/derived_length.py [NOTE]…

For every derivative that a chain of a note begins with: the symbols of the form that symbn derives, those of the
chain's last side, and their ratio.  Symbols are letters, numbers, operators of one argument and applied functions; a
sum's +, a product and a fraction's line are not counted.  Without NOTE the notes in `derivations` are measured (goal:
no ratio above 1.5, median 1.0).
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from symbn.derive import Deriver
from symbn.explain.closed_form import length
from symbn.export.plain import plain
from symbn.note import Note
from symbn.verifier import Verifier

SHIPPED = ("batchnorm.md", "batchnorm_affine.md", "batchnorm_layer.md")


def main() -> None:
    folder = Path(__file__).parent.parent / "derivations"
    paths = [Path(argument) for argument in sys.argv[1:]] or [folder / name for name in SHIPPED]
    ratios = []
    for path in paths:
        note = Note.read(path)
        deriver = Deriver(note.statements, Verifier())
        print(path.name)
        for place, statement in enumerate(note.statements):
            if statement.asked is None or statement.goes_on or statement.kind != "claim":
                continue
            last = place
            while last + 1 < len(note.statements) and note.statements[last + 1].goes_on:
                last += 1
            if not note.statements[last].goals:
                continue
            own = length(note.statements[last].goals[0].right)
            closed = deriver.closed_form(statement)
            if closed is None:
                print(f"  {statement.id:24} no closed form")
                continue
            ratios.append(length(closed) / own)
            print(f"  {statement.id:24} {length(closed):3} {own:4}   {ratios[-1]:.2f}   {plain(statement.lhs)}")
    if ratios:
        print(f"{len(ratios)} derivatives: median {median(ratios):.2f}, greatest {max(ratios):.2f}")


if __name__ == "__main__":
    main()
