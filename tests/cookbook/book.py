"""The notes of derivations/cookbook and `scripts/coverage.py`, read once."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from symbn.expr.statement import Statement
from symbn.note import Note

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "derivations" / "cookbook"
NOTES = tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


@cache
def text(note: str) -> str:
    return (FOLDER / f"{note}.md").read_text(encoding="utf-8")


@cache
def statements(note: str) -> tuple[Statement, ...]:
    return tuple(Note.read(FOLDER / f"{note}.md").statements)


@cache
def script() -> ModuleType:
    """scripts/coverage.py; not under the name `coverage`, which a package has."""
    name = "symbn_scripts_coverage"
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / "coverage.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
