"""symbn with one line of one module changed, beside the real one."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import symbn.note


@dataclass(frozen=True)
class Mutation:
    """`old` stands once in the module and becomes `new`.

    proves: labels of false claims of claims.md that the broken core proves (one of them is enough).
    """

    name: str
    module: str
    old: str
    new: str
    proves: tuple[str, ...] = ()


def _ours() -> list[str]:
    return [name for name in sys.modules if name == "symbn" or name.startswith("symbn.")]


def source_of(module: str) -> tuple[str, str]:
    """The path and the text of a module."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    return spec.origin, Path(spec.origin).read_text(encoding="utf-8")


@contextmanager
def mutated(mutation: Mutation | None) -> Iterator[ModuleType]:
    """The module `symbn.note` of a symbn in which the mutation holds everywhere; the real one comes back after."""
    kept = {name: sys.modules.pop(name) for name in _ours()}
    try:
        if mutation is not None:
            path, text = source_of(mutation.module)
            count = text.count(mutation.old)
            assert count == 1, f"{mutation.name}: the rule stands {count} times in {mutation.module}, not once"
            # find_spec has imported the parents, and perhaps more: the mutant is to be met by every module.
            for name in _ours():
                del sys.modules[name]
            spec = importlib.util.find_spec(mutation.module)
            assert spec is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[mutation.module] = module
            exec(compile(text.replace(mutation.old, mutation.new), path, "exec"), module.__dict__)
        yield importlib.import_module("symbn.note")
    finally:
        for name in _ours():
            del sys.modules[name]
        sys.modules.update(kept)
        assert sys.modules["symbn.note"] is symbn.note
