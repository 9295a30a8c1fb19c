r"""What is mathematics in a Markdown note, where it stands, and what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter_markdown
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from symbn.notes.markdown import MathBlock, scan
from tests.formats.grammar import outermost

NOTES = sorted((Path(__file__).parents[2] / "derivations").glob("*.md"))


def math(text: str) -> list[str]:
    """The contents of a note's math, as the lexer sees them."""
    return ["".join(text[s.start : s.end] for s in block.segments).strip() for block in scan(text).blocks]


def only(text: str) -> MathBlock:
    (block,) = scan(text).blocks
    return block


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in scan(text).diagnostics]


# Delimiters.


@pytest.mark.parametrize(
    "text",
    [
        "text $a = b$ text",
        "text $$a = b$$ text",
        "$$\na = b\n$$",
        "$$ a = b\n$$",
        r"text \(a = b\) text",
        "\\[\na = b\n\\]",
        "```math\na = b\n```",
        "~~~ math\na = b\n~~~~",
        "\\begin{align*}\na = b\n\\end{align*}",
        "text $`a = b`$ text",
        "# heading $a = b$",
        "$a = b$\n===",
        "- item $a = b$",
        "1. item\n\n   $$a = b$$",
        "> quoted $a = b$",
        "> - nested\n>   $$a = b$$",
        "| a | b |\n|---|---|\n| $a = b$ | 5 |",
        "[^1]: a footnote\n\n    $$a = b$$",
        "($a = b$)",
        "**$a = b$**",
        r"\\$a = b$",
        "$5 in money, then $a = b$",
        "`` a ` $b$ `` $a = b$",
        "an unclosed ` and $a = b$",
    ],
)
def test_math_is_found_in_every_delimiter_and_place(text: str) -> None:
    assert math(text) == ["a = b"]
    assert not scan(text).diagnostics


@pytest.mark.parametrize(
    "text",
    [
        "```\n$a$\n```",
        "```python\n$a$\n```",
        "~~~~\n$a$\n~~~\n$b$\n~~~~",
        "- ```\n  $a$\n  ```",
        "> ```\n> $a$\n> ```",
        "    $a$",
        "text\n\n    $a$\n\n\t$b$",
        "- item\n\n      $a$",
        "`$a$`",
        "`` $a$ ` $b$ ``",
        "` $a\nb$ `",
        "<!-- $a$ -->",
        "text <!-- $a$\n\n$$b$$ --> text",
        "<pre>\n$a$\n\n$b$\n</pre>",
        "<code>$a$</code>",
        r"\$a$",
        r"\$a\$",
        r"it costs \$5 and \$6",
        "it costs $5 and $6",
        "it costs US$5, not $6.",
        "between $5-$6",
        "$ a$",
        "$a $",
        "a lone $ sign",
        "$",
        r"\\\$a\\\$",
        "$a\n\nb$",
        "\\begin{center} text \\end{center}",
        r"an \( alone",
        r"an \[ alone",
        "$$ $$",
        "",
        " \n\n\t\n",
    ],
)
def test_what_is_no_math_is_not_read(text: str) -> None:
    assert math(text) == []
    assert not scan(text).diagnostics


def test_indented_text_is_code_only_after_a_blank_line() -> None:
    assert math("text\n    $a$") == ["a"]
    assert math("- item\n\n    $a$") == ["a"]
    assert math("text\n\n    $a$\n\ntext $b$") == ["b"]


@pytest.mark.parametrize(
    "name", ["equation", "align", "aligned", "alignat", "flalign", "gather", "eqnarray", "multline", "split"]
)
@pytest.mark.parametrize("star", ["", "*"])
def test_bare_environments_are_displays(name: str, star: str) -> None:
    block = only(f"text\n\\begin{{{name}{star}}}\na &= b\n\\end{{{name}{star}}}\ntext")
    assert block.environment == name + star
    assert block.display


@pytest.mark.parametrize("columns", ["{2}", " {12}"])
def test_the_number_of_columns_is_no_math(columns: str) -> None:
    assert math(f"\\begin{{alignat}}{columns} a &= b & c &= d\\end{{alignat}}") == ["a &= b & c &= d"]


def test_an_environment_ends_at_its_own_end() -> None:
    text = "\\begin{aligned} a \\begin{aligned} b \\end{aligned} c \\end{aligned} $d$"
    assert math(text) == ["a \\begin{aligned} b \\end{aligned} c", "d"]


def test_an_environment_inside_dollars_is_their_content() -> None:
    block = only("$$\\begin{aligned} a &= b \\end{aligned}$$")
    assert block.environment is None


def test_double_backslashes_before_a_bracket_are_a_line_break_within_math() -> None:
    assert math("$$a \\\\[2pt] b$$ and \\\\[c\\\\]") == ["a \\\\[2pt] b", "c"]


def test_dollars_inside_a_text_group_do_not_close() -> None:
    assert math(r"$f = 0 \text{ if $x > 0$}$ and $y$") == [r"f = 0 \text{ if $x > 0$}", "y"]


def test_escaped_dollars_inside_math_do_not_close() -> None:
    assert math(r"$a \$ b$") == [r"a \$ b"]
    assert math(r"$$a \$$ b$$") == [r"a \$$ b"]


@pytest.mark.parametrize("line", ["- b", "+ b", "* b", "=", "---", "# b", "> 0", "1) b", "```", "| b |"])
def test_no_line_of_a_display_is_taken_for_markdown(line: str) -> None:
    assert math(f"text\n$$\na\n{line}\n$$\nand $c$") == [f"a\n{line}", "c"]


def test_displays_on_their_own_are_told_from_those_in_a_line() -> None:
    text = "$$a$$\n\nin $$b$$ line\n\n$$c$$.\n\n$d$\n\n$$e\n$$ and \\[f\\] \\(g\\)"
    assert [block.display for block in scan(text).blocks] == [True, False, True, False, True, True, False]


# Places.


@given(st.lists(st.sampled_from(["$a$", "$$b$$", "text", "\n", "> ", "`c`", "$$\n", "\\(d\\)", "- ", "\n\n", "é"])))
def test_spans_hold_the_delimiters_and_lie_in_order(pieces: list[str]) -> None:
    text = " ".join(pieces)
    last = 0
    for block in scan(text).blocks:
        assert last <= block.outer.start < block.content.start < block.content.end < block.outer.end <= len(text)
        opening = text[block.outer.start : block.content.start]
        closing = text[block.content.end : block.outer.end]
        assert (opening, closing) in {("$", "$"), ("$$", "$$"), ("\\(", "\\)")}
        last = block.outer.end


def test_quotation_marks_are_no_part_of_the_segments() -> None:
    text = "> > $$\n> > a\n>> > 0\n> > $$ {#eq:q}\n"
    block = only(text)
    assert [text[s.start : s.end] for s in block.segments] == ["\n", "a\n", "> 0\n"]
    assert block.label == "eq:q"


def test_a_fence_in_a_quotation_has_its_lines_as_segments() -> None:
    text = "> ```math\n> a\n> = b\n> ```\n"
    assert [text[s.start : s.end] for s in only(text).segments] == ["a\n", "= b\n"]


def test_inline_math_may_run_over_a_line_of_a_quotation() -> None:
    assert math("> text $a\n> = b$ text") == ["a\n= b"]


def test_without_quotations_there_is_one_segment() -> None:
    for block in scan("- item\n  $$\n  a\n  $$\n\ntext $b$").blocks:
        assert block.segments == (block.content,)


# Labels.


@pytest.mark.parametrize(
    "attribute", ["{#eq:one}", " {#eq:one}", "{: #eq:one}", " { #eq:one }", "\n{: #eq:one}", "{#eq:one .wide}"]
)
def test_an_attribute_after_a_display_labels_it(attribute: str) -> None:
    for display in ("$$a$$", "$$\na\n$$", "\\[a\\]", "\\begin{align}a\\end{align}"):
        text = f"{display}{attribute}\n\n$$b$$\n"
        assert [block.label for block in scan(text).blocks] == ["eq:one", None]


def test_a_fence_takes_its_label_from_its_first_line() -> None:
    assert only("```math {#eq:one}\na\n```").label == "eq:one"


# Sections.


def sections(text: str) -> list[str]:
    return [block.section for block in scan(text).blocks]


def test_sections_are_counted_at_the_level_below_a_single_title() -> None:
    text = "# Title\n$a$\n## One\n$b$\n### deeper\n$c$\n## Two\n$d$"
    assert sections(text) == ["0", "1", "1", "2"]
    assert scan(text).title == "Title"


def test_sections_are_counted_at_the_first_level_without_a_title() -> None:
    assert sections("$z$\n# One\n$a$\n# Two $b$\n$c$") == ["0", "1", "2", "2"]
    assert sections("## One\n$a$\n## Two\n$b$") == ["1", "2"]


@pytest.mark.parametrize("heading", ["## 4. Jacobian", "## 4 Jacobian", "## 4) Jacobian", "## § 4 Jacobian", "4\n---"])
def test_a_heading_with_a_number_names_its_section(heading: str) -> None:
    assert sections(f"# Title\n\n{heading}\n\n$a$\n") == ["4"]


def test_a_section_without_a_number_takes_one_that_is_free() -> None:
    text = "# Title\n## Start\n$a$\n## 1. One\n$b$\n## Two\n$c$\n## 7. Seven\n$d$\n## 4.1 Sub\n$e$"
    assert sections(text) == ["2", "1", "3", "7", "4.1"]


def test_underlined_headings_count_like_the_others() -> None:
    assert sections("Title\n=====\n\n$a$\n\nOne $b$\n-----\n\n$c$\n") == ["0", "1", "1"]


def test_headings_in_quotations_and_code_are_no_sections() -> None:
    assert sections("# A\n$a$\n> # B\n\n```\n# C\n```\n- # D\n\n$b$\n\n# E\n$c$") == ["1", "1", "2"]


# Front matter.


def test_front_matter_is_read_and_is_no_text() -> None:
    scanned = scan("---\ntitle: On $t$\nsource: here\nsymbn:\n  layout: numerator\n---\n$a$\n")
    assert scanned.front_matter is not None
    assert (scanned.front_matter.title, scanned.front_matter.source) == ("On $t$", "here")
    assert scanned.front_matter.symbn == {"layout": "numerator"}
    assert scanned.title == "On $t$"
    assert len(scanned.blocks) == 1


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert scan("---\n\n$a$\n\n---\n").front_matter is None
    assert math("---\n\n$a$\n\n---\n$b$") == ["a", "b"]
    assert scan("---\ntitle: never closed\n").front_matter is None


@pytest.mark.parametrize(
    ("yaml", "code", "line"),
    [
        ("title: [", "P016", 2),
        ("a: b\nc: - d", "P016", 3),
        ("a: 2019-02-31", "P016", 1),
        ("a: !!python/object/apply:os.getcwd []", "P016", 2),
        ("- a\n- b", "P017", 1),
        ("title: t\nsymbn: 3", "P017", 3),
        ("a: " + "[" * 2000, "P016", 1),
        ("a: " + "b" * 70_000, "P016", 1),
    ],
)
def test_bad_front_matter_is_told_with_its_line_and_the_note_still_read(yaml: str, code: str, line: int) -> None:
    text = f"---\n{yaml}\n---\n$a$\n"
    scanned = scan(text)
    (diagnostic,) = scanned.diagnostics
    assert diagnostic.code == code
    assert text.count("\n", 0, diagnostic.labels[0].span.start) + 1 == line
    assert len(scanned.blocks) == 1


# What is not closed.


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("text $$a = b\n\n$c$", "P011"),
        ("$$\na = b\n\n\n$c$", "P011"),
        ("# $$ a\n$c$", "P011"),
        ("\\begin{align}\na\n\\end{gather}\n\n$c$", "P012"),
        ("> $$\n> a\n\n$c$", "P011"),
    ],
)
def test_an_unclosed_display_is_told_and_reading_goes_on_after_it(text: str, code: str) -> None:
    scanned = scan(text)
    assert codes(text) == [code]
    assert scanned.diagnostics[0].help
    assert math(text) == ["c"]


def test_a_blank_line_in_a_display_is_told_once() -> None:
    assert codes("$$\na\n\nb\n$$\n\n$$c$$") == ["P011"]
    assert math("$$\na\n\nb\n$$\n\n$$c$$") == ["c"]


def test_unclosed_fences_and_comments_are_told() -> None:
    assert codes("```math\na\n") == ["P013"]
    assert codes("```\n$a$\n") == ["P014"]
    assert codes("text <!-- $a$\n") == ["P015"]
    assert {scan("```\n$a$").diagnostics[0].severity} == {"warning"}


def test_environments_that_are_not_read_are_told() -> None:
    assert codes("\\begin{dmath} a = b \\end{dmath}") == ["P018"]


# Size.


@pytest.mark.parametrize(
    "text",
    [
        "$a " * 50_000,
        "$$a\n\n" * 20_000,
        "> $$\na\n> $$\n>> b\n" * 10_000,
        "".join("`" * k + " " for k in range(1, 500)),
        ">" * 100_000,
        "- " * 50_000 + "x",
        "- " * 60 + "\n" * 50_000,
        "\\[ " * 50_000,
        "\\[\n" * 50_000,
        "\\begin{align}" * 20_000,
        "```math\n\n" * 20_000,
        "# $$\n" * 20_000,
        "<!-- " * 50_000,
        "<code >" * 50_000,
        "$$a$$ {#b " * 20_000,
        "$$\n- a\n$$ $$\n" * 10_000,
        "x $y$ " * 30_000,
        "a\n=\n" * 30_000,
        "\t" * 100_000,
        "|a\n|-\n" + "|$a$|`b\n" * 20_000,
    ],
    ids=range(20),
)
def test_hostile_notes_are_read_to_their_end(text: str) -> None:
    scan(text)


# Oracles.

_BLOCKS = st.sampled_from(
    [
        ("Some words, {}.\n", 1),
        ("Two lines\nwith {} and {}\n", 2),
        ("## A heading {}\n", 1),
        ("> quoted {}\n> and {}\n", 2),
        ("- item {}\n- item {}\n", 2),
        ("1. item\n\n   {}\n", 1),
        ("```\n$x$ $$y$$\n```\n", 0),
        ("~~~ text\n$$\n~~~\n", 0),
        ("words `$x$` {} ``$`y$``\n", 1),
        ("    $x$ code\n", 0),
        ("<!-- $x$ -->\n", 0),
        ("for $5 or $6\n", 0),
        ("| h | i |\n|---|---|\n| {} | {} |\n", 2),
        ("- item\n\n  - deeper {}\n\n        $code$\n", 1),
        ("***\n", 0),
    ]
)
_FORMULAS = st.sampled_from(["${}$", "$${}$$", r"\({}\)", r"\[{}\]", r"\begin{{split}}{}\end{{split}}"])


@given(st.lists(_BLOCKS, max_size=8), st.data())
def test_exactly_what_was_written_as_math_is_found(blocks: list[tuple[str, int]], data: st.DataObject) -> None:
    written: list[str] = []
    parts = []
    for template, count in blocks:
        if template.startswith("    ") and parts and parts[-1][:2] in ("- ", "1.", "> "):
            continue  # after a list it would be the list's
        formulas = []
        for _ in range(count):
            written.append(f"x_{{{len(written)}}}")
            formulas.append(data.draw(_FORMULAS).format(written[-1]))
        parts.append(template.format(*formulas))
    assert math("\n".join(parts)) == written


def dollars_by_tree_sitter(text: str) -> list[tuple[int, int]]:
    """The places of dollar math, found by the tree-sitter grammar for Markdown."""
    data = text.encode()
    found = []
    blocks = Parser(Language(tree_sitter_markdown.language())).parse(data)
    for passage in outermost(blocks.root_node, "inline"):
        inline = Parser(Language(tree_sitter_markdown.inline_language()))
        tree = inline.parse(data[passage.start_byte : passage.end_byte])
        for node in outermost(tree.root_node, "latex_block"):
            start, end = passage.start_byte + node.start_byte, passage.start_byte + node.end_byte
            found.append((len(data[:start].decode()), len(data[:end].decode())))
    return found


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_shipped_notes_are_read_as_tree_sitter_reads_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    places = [(b.outer.start, b.outer.end) for b in scan(text).blocks if text[b.outer.start] == "$"]
    # A term such as "- b" that begins a line of a display is a list item to Markdown's own grammar.
    lists = [(start, end) for start, end in places if re.search(r"\n *[-+*>] ", text[start:end])]
    oracle = [
        (start, end)
        for start, end in dollars_by_tree_sitter(text)
        if not any(low <= start < high for low, high in lists)
    ]
    assert [place for place in places if place not in lists] == oracle
    assert not scan(text).diagnostics
