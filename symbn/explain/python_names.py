r"""Names of a note as names of Python: `\hat{y}` is y_hat, `\epsilon` eps; each another one, and none a builtin's.

Generated kernels name things by rules of their own (`kernels.identifiers`): checking knows nothing of kernels.
"""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass, field

_ACCENTS = "hat|widehat|bar|tilde|widetilde|vec|dot|ddot|check|breve|overline"
_FONTS = "mathbf|boldsymbol|bm|mathrm|mathsf|mathit|mathcal|mathbb|text|operatorname"
_SHORT = {"epsilon": "eps", "varepsilon": "eps"}


@dataclass
class Names:
    """Names of a note as names of Python, each another one."""

    given: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: {"np", "jacobian", "left", "right"})

    def of(self, name: str) -> str:
        """The Python name of a name, the same every time."""
        if name not in self.given:
            self.given[name] = self.new(name)
        return self.given[name]

    def new(self, name: str) -> str:
        r"""A name that nothing has yet: `\\hat{y}` is y_hat."""
        text = re.sub(rf"\\(?:{_ACCENTS})\s*\{{?(\\[A-Za-z]+|[^{{}}\\]*)\}}?", self._accented, name.split("@")[0])
        text = re.sub(rf"\\(?:{_FONTS})\*?(?![A-Za-z])", " ", text)
        text = re.sub(r"\\([A-Za-z]+)", lambda m: f" {_SHORT.get(m[1], m[1])} ", text)
        text = re.sub(r"[^A-Za-z0-9]+", "_", text.replace("'", "_prime").replace("-1", "_inverse")).strip("_") or "k"
        text = f"eq_{text}" if text[0].isdigit() else text
        text = f"{text}_" if keyword.iskeyword(text) or hasattr(builtins, text) else text
        found, number = text, 2
        while found in self.taken:
            found, number = f"{text}_{number}", number + 1
        self.taken.add(found)
        return found

    @staticmethod
    def _accented(match: re.Match[str]) -> str:
        accent = match[0][1:].split("{")[0].split(" ")[0]
        accent = next(a for a in sorted(_ACCENTS.split("|"), key=len, reverse=True) if accent.startswith(a))
        return f"{match[1]}_{accent} "
