"""The gate runs the same examples every time; elsewhere hypothesis draws new ones.  No test reads another's cache."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests import reports

settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("gate")


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the whole notes' reports of this run, which the processes of the run share."""
    if not hasattr(config, "workerinput") and os.name == "posix":
        os.environ[reports.FOLDER] = tempfile.mkdtemp(prefix="symbn-tests-")
        config.add_cleanup(partial(shutil.rmtree, os.environ[reports.FOLDER], ignore_errors=True))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory that nothing else writes to."""
    folder = tmp_path_factory.getbasetemp() / f"cache-{os.urandom(6).hex()}"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder
