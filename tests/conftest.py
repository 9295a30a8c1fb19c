"""The gate runs the same examples every time; elsewhere hypothesis draws new ones."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("gate")
