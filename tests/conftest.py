"""The gate runs the same examples every time; elsewhere hypothesis draws new ones.  No test reads another's reports."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("gate")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory that nothing else writes to."""
    folder = tmp_path_factory.getbasetemp() / f"cache-{os.urandom(6).hex()}"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder
