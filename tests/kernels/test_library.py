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
    spec.loader.exec_module(module)
    return module


@cache
def sources() -> dict[Path, str]:
    found: dict[Path, str] = script().sources()
    return found


def modules() -> Iterator[ModuleType]:
    for path in sources():
        if "numba" in path.stem:
            pytest.importorskip("numba")
        if "array_api" in path.stem:
            pytest.importorskip("array_api_compat")
        yield importlib.import_module(f"symbn.library.{path.stem}")


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
        note = (ROOT / script().BATCHNORM).read_bytes()
        assert MARK in text and script().BATCHNORM in text, path
        assert hashlib.sha256(note).hexdigest() in text


def test_every_function_says_its_equation_and_its_verdict() -> None:
    """In a docstring that also says the shapes of arguments and results."""
    statements = {s.id.removeprefix("eq:"): s for s in Note.read(ROOT / script().BATCHNORM).statements}
    for module in modules():
        assert set(module.__all__) == {*(name.replace("-", "_") for name in script().SELECTED), *script().FUSED}
        for name in module.__all__:
            function = getattr(module, name)
            document = " ".join((inspect.getdoc(function) or "").split())
            labels = script().FUSED.get(name) or [
                label for label in script().SELECTED if label.replace("-", "_") == name
            ]
            assert labels
            for label in labels:
                statement = statements[label]
                assert " ".join(f"{statement.lhs} = {statement.rhs}".split()) in document, (module.__name__, name)
                assert f"eq:{label}: proved" in document or f"eq:{label}: as it is defined" in document
            for parameter in inspect.signature(function).parameters:
                if parameter not in ("out", "check_finite", "like"):
                    assert f"{parameter} : " in document, (name, parameter)
            assert "Returns " in document


def test_the_functions_of_all_targets_have_the_same_arguments() -> None:
    def arguments(module: ModuleType, name: str) -> list[str]:
        parameters = inspect.signature(getattr(module, name)).parameters
        return [p for p in parameters if p not in ("out", "like")]

    first, *others = modules()
    for other in others:
        for name in first.__all__:
            assert arguments(other, name) == arguments(first, name), (other.__name__, name)
