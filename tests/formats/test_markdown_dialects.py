r"""Where the dialects of Markdown have math, and what in them is none: Jekyll, GitHub, MyST, Pandoc, Obsidian."""

from __future__ import annotations

import pytest

from symbn.note import Note

from .found import codes, formulas, labels, places, scanned

# Jekyll and kramdown.


def test_several_displays_in_one_line_are_all_found() -> None:
    text = "with $$a=b$$, then $$c=d$$ and $$e$$."
    assert formulas(text) == ["a=b", "c=d", "e"]
    assert places(text) == [(1, 8), (1, 22), (1, 34)]


def test_math_in_lists_of_html_is_found_and_attributes_are_none() -> None:
    text = '<ol>\n<li>see <a title="$q$" href="#$r$">\\(x = y\\)</a></li>\n<li>\\[u = v\\]</li>\n</ol>\n'
    assert formulas(text) == ["x = y", "u = v"]
    assert places(text)[1] == (3, 7)


@pytest.mark.parametrize(
    ("written", "meant"),
    [(r"\(a &lt; b\)", "a < b"), (r"\(a &gt; b\)", "a > b"), (r"\[a &amp;= b\]", "a &= b"), ("$a &#60; b$", "a < b")],
)
def test_codes_of_html_are_undone(written: str, meant: str) -> None:
    assert formulas(f"<p>{written}</p>") == [meant]


def test_codes_of_html_are_undone_once() -> None:
    assert formulas(r"<p>\(a &amp;lt; b\)</p>") == ["a &lt; b"]


def test_what_stands_behind_a_code_of_html_keeps_its_place() -> None:
    note = Note.from_text("$n \\in \\mathbb{N}$\n\n<p>\\(n &lt; q + r\\)</p>\n\n<p>\\(n &amp; = w\\)</p>\n")
    diagnostic = note.statements[-1].diagnostics[0]
    assert note.source.slice(diagnostic.labels[0].span) == "w"


def test_scripts_of_mathjax_are_math_and_other_scripts_are_not() -> None:
    text = (
        '<script type="math/tex">a=b</script> and\n'
        '<script type="math/tex; mode=display">% <![CDATA[\nc < d\n\ne %]]></script>\n'
        "<script>var x = '$f$';</script> <script src='$g$'></script>\n"
    )
    assert formulas(text) == ["a=b", "% <![CDATA[ c < d e %]]>"]
    assert [block.display for block in scanned(text).blocks] == [False, True]


def test_tags_of_liquid_are_passed_over() -> None:
    assert formulas("{% raw %}$$a_{{i}} = b$$ so{% endraw %}\n") == ["a_{{i}} = b"]
    assert formulas('{% include figure.html cost="$5$" %} $c$\n') == ["c"]
    assert formulas("{% highlight python %}\n$a$\n{% endhighlight %}\n$c$\n") == ["c"]
    assert formulas("{% comment %} $a$ {% endcomment %} $c$\n") == ["c"]
    assert formulas("{::comment}\n$a$\n{:/comment}\n\n$c$\n{: .class}\n") == ["c"]


def test_a_display_goes_on_over_a_tag() -> None:
    text = "$$\n{% raw %}\na = b\n{% endraw %}\n$$\n"
    assert formulas(text) == ["a = b"] and not codes(text)
    assert codes("$$\n\na = b\n$$\n") == ["P011"]


def test_a_brace_and_a_percent_sign_in_math_are_no_tag() -> None:
    assert formulas("$$\\frac{% above\na}{b}$$") == ["\\frac{% above a}{b}"]
    note = Note.from_text("$a, b \\in \\mathbb{R}$\n\n$$\\frac{% above\na}{b} = \\frac{a}{b}$$\n")
    assert not note.statements[-1].diagnostics


def test_backslashes_that_markdown_takes_are_taken() -> None:
    assert formulas(r"so \\(x\_1 = y\\) and \\[ \\{z\\} \\\\ w &lt; 2 \\]") == ["x_1 = y", r"\{z\} \\ w < 2"]


@pytest.mark.parametrize("text", [r"\\\\(a\\\\)", r"\\(a", r"\\[a" "\n\n" r"b\\]", r"`\\(a\\)`", r"\\ (a\\)"])
def test_other_double_backslashes_open_nothing(text: str) -> None:
    assert formulas(text) == []


def test_toml_front_matter_is_no_text() -> None:
    text = '+++\ntitle = "On $t$"\nmath = true\n+++\n$a$\n'
    assert formulas(text) == ["a"]
    assert scanned(text).title == "On $t$"
    assert codes("+++\ntitle = [\n+++\n$a$\n") == ["P016"]
    assert formulas("+++\nno end\n\n$a$\n") == ["a"]


# GitHub and MyST.


def test_the_fences_and_dollars_of_github_are_math() -> None:
    assert formulas("```math\na = b\n```\n\n$`c = d`$ and `$e$`\n") == ["a = b", "c = d"]


def test_the_roles_and_directives_of_myst_are_math() -> None:
    text = "{math}`a = b`, {eq}`x`, {math}``c``, {code}`$d$`\n\n```{math}\n:label: eq:f\n:nowrap:\n\nf = g\n```\n"
    assert formulas(text) == ["a = b", "c", "f = g"]
    assert labels(text) == [None, None, "eq:f"]
    assert formulas("```{code-cell} python\n$a$\n```\n") == []


def test_fences_of_colons_are_math_if_they_say_so() -> None:
    assert labels(":::{math}\n:label: eq:q\na = b\n:::\n$c$") == ["eq:q", None]
    assert formulas(":::{note}\n$a$\n:::\n") == ["a"]


def test_directives_in_quotations_have_no_marks_in_them() -> None:
    text = "> ```{math}\n> :label: eq:a\n> a\n> = b\n> ```\n"
    assert formulas(text) == ["a = b"] and labels(text) == ["eq:a"]


def test_a_label_in_parentheses_belongs_to_a_display_only() -> None:
    assert labels("$$\na = b\n$$ (eq:one)\n\n$$c$$ (two)\n\nand $$d$$ (a vector)\n") == ["eq:one", "two", None]


# Pandoc.


def test_labels_and_references_of_pandoc() -> None:
    text = "$$a = b$$ {#eq:x}\n\nBy @eq:x and [@eq:x], $c$.\n"
    assert formulas(text) == ["a = b", "c"] and labels(text) == ["eq:x", None]


def test_raw_latex_is_read_as_latex() -> None:
    text = "```{=latex}\n\\begin{align}\na &= b % $x$\n\\end{align}\n```\n\n```{=html}\n$c$\n```\n$d$\n"
    assert [formula.split("%")[0].strip() for formula in formulas(text)] == ["a &= b", "d"]
    assert places(text)[0] == (2, 14)


@pytest.mark.parametrize(
    "text", ["costs $5 and $6", "from $20,000 to $30,000", r"\$5 and \$6", "US$5/US$6", "a $ sign", "$5 $"]
)
def test_prices_are_no_math(text: str) -> None:
    assert formulas(text) == []


def test_abbreviations_may_be_defined_in_running_text() -> None:
    assert formulas("\\newcommand{\\R}{\\mathbb{R}}\n\n$x \\in \\R$\n") == [r"x \in \mathbb{R}"]
    assert formulas("`\\newcommand{\\R}{\\mathbb{R}}`\n\n$x \\in \\R$\n") == [r"x \in \R"]


# Obsidian.


def test_math_in_callouts_quotations_and_lists_is_found() -> None:
    text = "> [!note] on $a$\n> $$\n> b\n> $$\n\n- item\n  > $$c$$\n"
    assert formulas(text) == ["a", "b", "c"]
    assert places(text)[-1] == (7, 7)


def test_comments_of_obsidian_are_no_math() -> None:
    assert formulas("%% $a$ %% $b$\n") == ["b"]
    assert formulas("%%\n$a$\n\n$$c$$\n%%\n\n$b$\n") == ["b"]
    assert formulas("from 5%% of $a$ to 7%% of $b$\n") == ["a", "b"]
    assert formulas("an open %% and $a$\n") == ["a"]


# Links.


@pytest.mark.parametrize(
    "text",
    [
        "[a](http://x.org/$q$)",
        '[a](there "the $q$")',
        "<http://x.org/$q$>",
        "http://x.org/?a=$b$c",
        "![p](p_$1$.png)",
        "[name]: http://x.org/$q$",
        '<img alt="$q$">',
        "<img\n  alt='$q$'/>",
    ],
)
def test_where_links_lead_is_no_math(text: str) -> None:
    assert formulas(text) == []
    assert formulas(f"{text}\n\n$a$") == ["a"]


@pytest.mark.parametrize(
    "text", ["[$a$](http://x.org)", "[^1]: $a$", "see [1] ($a$)", "<b>$a$</b>", "x [y]($a$ is z)", "if u <v, $a$ >0"]
)
def test_words_of_links_and_texts_between_tags_are_read(text: str) -> None:
    assert formulas(text) == ["a"]


# Characters.


def test_columns_count_characters() -> None:
    assert places("é𝔸漢\t$a$\n") == [(1, 6)]


def test_line_ends_and_byte_order_marks_move_nothing() -> None:
    from symbn.notes.reading import source_from_bytes

    for data in (b"x\n$a$", b"x\r\n$a$", b"\xef\xbb\xbfx\r$a$"):
        source = source_from_bytes("n.md", data)
        assert places(source.text) == [(2, 2)]
