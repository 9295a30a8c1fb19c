"""The published form of the JSON reports: a JSON Schema, draft 2020-12, beside this module."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def json_schema() -> dict[str, Any]:
    """The schema of what `symbn check --format json` and `symbn export --to json` print.

    >>> json_schema()["properties"]["version"]["const"]
    1
    """
    text = resources.files("symbn.export").joinpath("schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
