"""The parser looks at each token a bounded number of times, however many there are in a row."""

from __future__ import annotations

from typing import Any

import pytest

from symbn.notes.lexer import Token, tokenize
from symbn.notes.parser import Parser
from symbn.source import Span


class Watched(list[Token]):
    """Tokens that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        self.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize(
    "written",
    [
        "x" * 600, "x_{" + "y" * 600 + "}", r"|a| \|b\|" * 100, r"\|a\| + |b| +" * 80 + "c", "f(x)" * 150, "x' " * 300,
    ],
)  # fmt: skip
def test_a_row_is_read_in_one_pass(written: str) -> None:
    tokens = Watched(tokenize(written, [Span(0, len(written))]))
    parser = Parser(tokens)
    parser.additive()
    assert parser.place == len(tokens) > 500 and tokens.looks < 30 * len(tokens)
