"""What fuzzing found, and inputs that reach far: each target still ends on each of them (`scripts/fuzz.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, elaboration

FOLDER = Path(__file__).parent
KEPT = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.glob("*/*")) if path.parent.name in TARGETS}


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_input_is_no_fault(name: str) -> None:
    TARGETS[KEPT[name].parent.name](KEPT[name].read_bytes())


def test_each_target_has_inputs() -> None:
    assert {path.parent.name for path in KEPT.values()} == set(TARGETS)


def test_a_fault_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.Note.from_text", lambda text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        elaboration(b"$x = x$")
