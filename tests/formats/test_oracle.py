r"""The scanner against an independent one: tree-sitter's grammar for Markdown, on shipped notes and on made-up ones.

Where the two differ by intent:
- the grammar knows `$…$` and `$$…$$` only: \(…\), \[…\], bare environments, fences and scripts are not compared;
- a line of a display that begins as a list item, a heading or a quotation does (`- b`) is a term here, there it ends
  the paragraph: notes with such displays are compared without these;
- what stands behind a comment or a tag that begins a line is HTML to the grammar, and text to who looks at the page;
- to the grammar any `$` may open and close, here a price may not (Pandoc's rule), and a `$` within \text{…} is text:
  what is made up holds neither;
- a formula that defines abbreviations, or is empty, is one there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter_markdown
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from symbn.notes.markdown import scan
from tests.formats.grammar import outermost

ROOT = Path(__file__).parents[2]
NOTES = [
    path for folder in ("derivations", "tests/corpus", "tests/mdtest") for path in sorted((ROOT / folder).glob("*.md"))
]
_BROKEN = re.compile(r"\n[> ]*(?:[-+*>#] |>|\d+[.)] |=+ *\n|-+ *\n)")


def by_tree_sitter(text: str) -> list[tuple[int, int]]:
    """The places of dollar math as the grammar has them."""
    data = text.encode()
    found = []
    blocks = Parser(Language(tree_sitter_markdown.language())).parse(data)
    for kind in ("inline", "pipe_table_cell"):
        for passage in outermost(blocks.root_node, kind):
            tree = Parser(Language(tree_sitter_markdown.inline_language())).parse(
                data[passage.start_byte : passage.end_byte]
            )
            for node in outermost(tree.root_node, "latex_block"):
                start, end = passage.start_byte + node.start_byte, passage.start_byte + node.end_byte
                found.append((len(data[:start].decode()), len(data[:end].decode())))
    return sorted(set(found))


def by_symbn(text: str) -> list[tuple[int, int]]:
    return [(b.outer.start, b.outer.end) for b in scan(text).blocks if text[b.outer.start] == "$"]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_shipped_notes_are_read_as_tree_sitter_reads_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    own, other = by_symbn(text), by_tree_sitter(text)
    broken = [(start, end) for start, end in own if _BROKEN.search(text[start:end])]

    def kept(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [p for p in places if not any(low <= p[0] < high or low < p[1] <= high for low, high in broken)]

    assert kept(own) == kept(other)


def test_many_formulas_are_compared() -> None:
    assert sum(len(by_symbn(path.read_text(encoding="utf-8"))) for path in NOTES) > 1000


_FORMULAS = st.sampled_from(["$a=b$", "$$a=b$$", r"$\frac{a}{b}$", "$$\na\n= b\n$$", "$x_i$", r"$a \$ b$"])
_INLINE = st.sampled_from(
    [
        "words {}", "{}, {}", "({})", "**{}**", "*x* {}", "`$c$` {}", "``$`c`$`` {}", r"\$5 {}", "é𝔸漢 {}", "<b>{}</b>",
        '<a href="$c$">x</a> {}', "[{}](http://x.org)", "[x](http://x.org/$c$) {}", "<http://x.org/$c$> {}",
        "{}\nnext {}", "so <!-- $c$ --> {}", "a &lt; b {}", "~~{}~~", "| {}",
    ]
)  # fmt: skip
_BLOCKS = st.sampled_from(
    [
        "{}\n", "# {}\n", "> {}\n", "- {}\n", "1. {}\n", "```\n$c$\n```\n{}\n",
        "~~~\n$$\n~~~\n\n{}\n", "    $code$\n\n{}\n",
        "{}\n===\n", "> - {}\n", "***\n{}\n", "<pre>\n$c$\n</pre>\n\n{}\n", "<!-- $c$\n\n$d$ -->\n\n{}\n",
        "- x\n\n  {}\n", "[r]: http://x.org/$c$\n\n{}\n",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_BLOCKS, _INLINE, _FORMULAS, _FORMULAS), min_size=1, max_size=5))
def test_made_up_notes_are_read_as_tree_sitter_reads_them(parts: list[tuple[str, str, str, str]]) -> None:
    written = []
    for block, line, first, second in parts:
        shown = line.format(first, second)
        if "\n" in shown and not block.startswith(("{}\n", "***", "```", "~~~", "    ", "<", "[")):
            continue  # the lines that follow would need the block's marks
        if block.startswith("    ") and written:
            continue  # code only where no list goes on
        written.append(block.format(shown))
    text = "\n".join(written)
    assert by_symbn(text) == by_tree_sitter(text)


@pytest.mark.parametrize("text", ["costs $5 and $6 or $7.", "$$\na\n- b\n$$"])
def test_they_differ_where_it_is_meant(text: str) -> None:
    assert by_symbn(text) != by_tree_sitter(text)
