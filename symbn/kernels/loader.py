"""The one place where generated code becomes a module: source that `module` wrote, never text of a note."""

from __future__ import annotations

import linecache
from importlib.abc import InspectLoader
from types import CodeType


class Generated(InspectLoader):
    """Loads a module from its source in memory."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, fullname: str) -> str:
        name = f"<{fullname}>"
        linecache.cache[name] = (len(self._source), None, self._source.splitlines(keepends=True), name)
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_source(fullname), f"<{fullname}>")

    def is_package(self, fullname: str) -> bool:
        return False
