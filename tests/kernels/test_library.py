"""`symbn.library`: what is committed is what the notes give, made by `scripts/make_library.py`."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from symbn.kernels.command import MARK
from symbn.note import Note

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "make_library.py"


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_library", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


@cache
def sources() -> dict[Path, str]:
    found: dict[Path, str] = script().sources()
    return found


LAYERS = list(script().LAYERS)


def modules(layer: str) -> Iterator[ModuleType]:
    """The modules of one layer, a target each."""
    for ending in script().TARGETS:
        if "numba" in ending:
            pytest.importorskip("numba")
        if "array_api" in ending:
            pytest.importorskip("array_api_compat")
        yield importlib.import_module(f"symbn.library.{layer}{ending}")


def test_the_library_is_what_its_notes_give() -> None:
    """Run scripts/make_library.py after a change of a note or of the generator."""
    library = ROOT / "symbn" / "library"
    made = {path.resolve(): text for path, text in sources().items()}
    committed = {path.resolve() for path in library.glob("*.py") if path.name != "__init__.py"}
    assert committed == set(made)
    assert not [path.name for path, text in made.items() if path.read_text(encoding="utf-8") != text]


def test_the_script_tells_whether_something_would_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--check exits 1, names the files and writes nothing; without it they are written."""
    path = tmp_path / "some.py"
    monkeypatch.setattr(script(), "sources", lambda: {path: "made\n"})
    monkeypatch.setattr(script(), "ROOT", tmp_path)
    for arguments, code, exists in (["--check"], 1, False), ([], 0, True), (["--check"], 0, True):
        monkeypatch.setattr(sys, "argv", ["make_library.py", *arguments])
        assert script().main() == code
        assert path.exists() == exists
        assert ("some.py" in capsys.readouterr().out) == (arguments != ["--check"] or code == 1)
    assert path.read_text(encoding="utf-8") == "made\n"


def test_every_module_names_its_note_and_its_hash() -> None:
    for path, text in sources().items():
        note = script().LAYERS[path.stem.split("_")[0]].note
        assert MARK in text and note in text, path
        assert hashlib.sha256((ROOT / note).read_bytes()).hexdigest() in text


@pytest.mark.parametrize("layer", LAYERS)
def test_every_function_says_its_equation_and_its_verdict(layer: str) -> None:
    """In a docstring that also says the shapes of arguments and results."""
    made = script().LAYERS[layer]
    statements = {s.id.removeprefix("eq:"): s for s in Note.read(ROOT / made.note).statements}
    for module in modules(layer):
        assert set(module.__all__) == {*(name.replace("-", "_") for name in made.selected), *made.fused}
        for name in module.__all__:
            function = getattr(module, name)
            document = " ".join((inspect.getdoc(function) or "").split())
            labels = made.fused.get(name) or [label for label in made.selected if label.replace("-", "_") == name]
            assert labels
            for label in labels:
                statement = statements[label]
                assert " ".join(f"{statement.lhs} = {statement.rhs}".split()) in document, (module.__name__, name)
                assert f"eq:{label}: proved" in document or f"eq:{label}: as it is defined" in document
            for parameter in inspect.signature(function).parameters:
                if parameter not in ("out", "check_finite", "like"):
                    assert f"{parameter} : " in document, (name, parameter)
            assert "Returns " in document


@pytest.mark.parametrize("layer", LAYERS)
def test_the_functions_of_all_targets_have_the_same_arguments(layer: str) -> None:
    def arguments(module: ModuleType, name: str) -> list[str]:
        parameters = inspect.signature(getattr(module, name)).parameters
        return [p for p in parameters if p not in ("out", "like")]

    first, *others = modules(layer)
    for other in others:
        for name in first.__all__:
            assert arguments(other, name) == arguments(first, name), (other.__name__, name)
