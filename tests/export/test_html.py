"""The page of a note: everything that was found is on it, nothing of the note becomes markup, it loads nothing."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from symbn.diagnostics import Diagnostic
from symbn.export.html import render_html
from symbn.export.html_pieces import Shown
from symbn.export.html_prose import Prose
from symbn.note import Note
from symbn.notes.markdown import scan
from symbn.report import Counterexample, NoteReport
from symbn.source import SourceFile

from . import samples

EMPTY = {"meta", "br", "hr"}
NOTE = samples.note(samples.DECLARATION, samples.DEFINITION, samples.PROVED, samples.REFUTED)


class Page(HTMLParser):
    """A page as a browser reads it: its elements must be closed in order; what was read is kept."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def page(note: NoteReport) -> Page:
    return Page(render_html(note))


def checked(text: str) -> Page:
    return page(Note.from_text(text).check(repair=False))


def prose(text: str) -> str:
    """The prose alone; each formula as its number, or as a block of its own."""
    found = scan(text)
    shown = {True: "<figure>{}</figure>", False: "<i>{}</i>"}

    def render(number: int, own: bool) -> Shown:
        block = own and found.blocks[number].display
        return Shown(shown[block].format(number), "" if block else f"<aside>{number}</aside>", block)

    return Prose(text, 0, [block.outer for block in found.blocks], render, found.title).html()


# What is on the page ------------------------------------------------------------------------------------------------


def test_every_statement_has_its_place_and_its_verdict_in_words() -> None:
    shown = page(samples.note(samples.DECLARATION, samples.DEFINITION, samples.PROVED, samples.REFUTED))
    for report in (samples.DECLARATION, samples.DEFINITION, samples.PROVED, samples.REFUTED):
        assert shown.values("id").count(f"s-{report.id}") == 1
    for word in ("✓ proved", "✗ refuted", "· definition"):
        assert word in shown.text


@pytest.mark.parametrize("verdict", ["refuted", "undecided", "error"])
def test_what_failed_is_named_at_the_top(verdict: str) -> None:
    failed = replace(samples.UNDECIDED, verdict=verdict)  # type: ignore[arg-type]
    top = render_html(samples.note(failed)).partition('<article id="note">')[0]
    assert "To be looked at" in top and '<a href="#s-eq:one">one</a>' in top and "tried sizes 2 and 3" in top
    assert "To be looked at" not in render_html(samples.note(samples.PROVED))


def test_a_refuted_claim_says_why_what_would_be_right_and_with_what_numbers() -> None:
    html = render_html(samples.note(samples.REFUTED))
    below = html.partition('class="finding refuted"')[2]
    parts = [
        "at m = 2 the two sides differ", "Did you mean", "transpose ŷ", "symbn derives", "Counterexample at m = 2",
        "left side", "right side", "Derivation of two in 2 steps", "product rule", "Redo two with NumPy", "numpy",
    ]  # fmt: skip
    places = [below.find(part) for part in parts]
    assert places == sorted(places) and places[0] >= 0, places
    assert below.count('class="heat"') == 2 and below.count('class="differs"') == 2
    assert 'alttext="A = 1, -1/2; 0, 10"' in below


def test_the_wrong_factor_is_pointed_at_in_the_formula() -> None:
    formula, _, _ = render_html(samples.note(samples.REFUTED)).partition('<article id="note">')[2].partition("finding")
    assert 'class="wrong"' in formula
    right, _, _ = render_html(samples.note(samples.PROVED)).partition('<article id="note">')[2].partition("finding")
    assert 'class="wrong"' not in right


def test_factors_that_do_not_fit_show_their_shapes() -> None:
    html = render_html(samples.note(samples.MISSHAPEN))
    assert "<mtext>m×1</mtext>" in html and "<mtext>m×n</mtext>" in html
    assert "declared in line 3" in html and "transpose one of them" in html


def test_a_suggestion_takes_the_place_of_a_hint() -> None:
    shown = render_html(samples.note(samples.SHAPES))
    assert "transpose one of them" not in shown and "2×1 times 2×3" in shown


def test_conditions_and_conventions_are_said_once_with_where_they_come_from() -> None:
    shown = page(samples.note(samples.DEFINITION, samples.PROVED, replace(samples.SAME, span=samples.PROVED.span)))
    assert shown.text.count("Side conditions") == 1
    assert shown.values("id").count("condition-1") == shown.values("id").count("condition-2") == 1
    assert "#condition-1" in shown.values("href") and "#condition-2" in shown.values("href")
    assert "B is invertible" in shown.text and shown.text.count("a scalar stands everywhere") == 1


def test_a_claim_in_running_text_is_never_shown_without_its_conditions() -> None:
    text = "Let $x \\in \\mathbb{R}^n$. Then $\\frac{x}{n - 1} (n - 1) = x$ holds.\n"
    article = render_html(Note.from_text(text).check()).partition('<article id="note">')[2]
    assert re.search(r'✓</span> proved</span> <span class="needs">if <a href="#condition-1"', article)


def test_a_faulty_definition_in_running_text_has_its_badge() -> None:
    faulty = replace(samples.DEFINITION, verdict="error", message="no such thing")
    article = render_html(samples.note(faulty)).partition('<article id="note">')[2]
    assert 'class="badge error"' in article and "no such thing" in article


def test_the_files_own_faults_are_said() -> None:
    assert "the two paths disagree" in page(samples.note(diagnostics=(samples.FAULT,))).text


def test_definitions_lead_to_what_rests_on_them() -> None:
    used = replace(samples.PROVED, uses=("0.2",))
    shown = page(samples.note(samples.DEFINITION, used))
    assert "What rests on what" in shown.text
    (graph,) = [svg for svg in shown.all("svg") if svg["class"] == "graph"]
    assert graph["aria-label"]
    assert "What rests on what" not in page(samples.note(samples.DEFINITION, samples.PROVED)).text


def test_what_rests_on_a_definition_that_was_not_selected_is_shown_without_it() -> None:
    assert "What rests on what" not in page(samples.note(replace(samples.PROVED, uses=("9.9",)))).text
    assert "B feeds" not in page(samples.note(samples.DEFINITION, replace(samples.PROVED, uses=("0.2", "9.9")))).text


def test_the_title_is_said_once() -> None:
    shown = page(samples.note(samples.PROVED))
    assert [tag for tag, _ in shown.elements].count("h1") == 1 and shown.text.count("A note") == 2  # <title> and <h1>


def test_single_numbers_make_no_picture() -> None:
    numbers = Counterexample({"n": 1}, {}, {}, {}, [["1"]], [["2"]], (1, 1))
    html = render_html(samples.note(replace(samples.REFUTED, counterexample=numbers)))
    assert "left side" in html and 'class="heat"' not in html


def test_the_rows_of_a_chain_are_beside_their_own_verdicts() -> None:
    text = "Let $A \\in \\mathbb{R}^{n \\times n}$.\n\n$$A^\\top = A^\\top + 0 = A$$ {#eq:x}\n"
    html = render_html(Note.from_text(text).check(repair=False))
    cells = re.findall(r'<div class="verdicts">(.*?)</div>', html)
    assert [("proved" in cell, "refuted" in cell) for cell in cells] == [(True, False), (False, True)]


def test_a_statement_without_a_place_is_shown_all_the_same() -> None:
    lost = replace(samples.PROVED, span=samples.place("# A note"))
    assert "Elsewhere" in page(samples.note(lost)).text


def test_a_note_without_statements_is_a_page() -> None:
    shown = page(NoteReport(SourceFile("n.md", ""), None, ()))
    assert "nothing is stated" in shown.text and "n.md" in shown.text


def test_large_matrices_are_cut() -> None:
    rows = [["1"] * 20] * 20
    big = replace(samples.REFUTED, counterexample=Counterexample({"n": 20}, {}, {"A": rows}, {}, rows, rows, (1, 1)))
    assert render_html(samples.note(big)).count("<mn>1</mn>") < 3 * 64 + 20


# The page itself ----------------------------------------------------------------------------------------------------


def test_the_page_is_one_file_without_scripts() -> None:
    shown = page(NOTE)
    tags = {tag for tag, _ in shown.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "audio", "video", "image"}
    assert not shown.values("src") and not shown.values("style")
    assert not [name for _, attributes in shown.elements for name in attributes if name.startswith("on")]
    assert all(target.startswith("#") for target in shown.values("href"))
    html = render_html(NOTE)
    assert html.count("url(") == html.count("url(data:font/woff2;base64,") == 1 and "@import" not in html
    (policy,) = [meta["content"] for meta in shown.all("meta") if meta.get("http-equiv")]
    assert policy.startswith("default-src 'none'; ")


def test_links_within_the_page_lead_somewhere_and_anchors_are_unique() -> None:
    shown = page(
        replace(NOTE, statements=(*NOTE.statements[:2], replace(samples.PROVED, uses=("0.2",)), samples.REFUTED))
    )
    anchors = shown.values("id")
    assert len(set(anchors)) == len(anchors)
    assert {target[1:] for target in shown.values("href")} <= set(anchors)
    assert set(shown.values("aria-labelledby")) <= set(anchors)


def test_headings_begin_with_one_title_and_leave_no_level_out() -> None:
    text = "# T\n\n### deep\n\n# again\n\n###### deeper\n"
    shown = page(NoteReport(SourceFile("n.md", text), "another", ()))
    levels = [int(tag[1]) for tag, _ in shown.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_a_skip_link_and_a_language_are_there() -> None:
    shown = page(NOTE)
    assert [tag for tag, _ in shown.elements if tag in ("header", "main", "footer")] == ["header", "main", "footer"]
    (skip,) = [a for a in shown.all("a") if a.get("class") == "skip"]
    assert skip["href"] == "#note" and shown.all("html") == [{"lang": "en"}]


def test_the_same_report_gives_the_same_page() -> None:
    assert render_html(NOTE) == render_html(pickle.loads(pickle.dumps(NOTE)))


# Prose --------------------------------------------------------------------------------------------------------------


def test_prose_keeps_its_paragraphs_lists_emphasis_links_code_and_tables() -> None:
    shown = prose(
        "a *b* **c**\n\n- x\n- y\n\n3. z\n\n[l](https://e.org/a?b&c) `k<`\n\n> q\n\n|a|b|\n|-|-|\n|1|2|\n\n---\n"
    )
    assert "<p>a <em>b</em> <strong>c</strong></p>" in shown
    assert "<ul><li>x</li><li>y</li></ul>" in shown and '<ol start="3">' in shown
    assert '<a href="https://e.org/a?b&amp;c" rel="noopener noreferrer">l</a> <code>k&lt;</code>' in shown
    assert "<blockquote><p>q</p></blockquote>" in shown and "<td>1</td><td>2</td>" in shown and "<hr>" in shown


def test_a_display_parts_its_paragraph() -> None:
    assert prose("as\n$$a = b$$\nis $c$ too") == "<p>as</p><figure>0</figure><p>is <i>1</i> too</p><aside>1</aside>"
    assert prose("- as\n\n  $$a = b$$\n") == "<ul><li><p>as</p><figure>0</figure></li></ul>"


def test_what_is_said_of_a_formula_stands_below_its_paragraph_or_table() -> None:
    assert prose("## A $a$\n\nx $b$ y").endswith("</h2><aside>0</aside><p>x <i>1</i> y</p><aside>1</aside>")
    assert prose("|$a$|\n|-|\n|$b$|\n").endswith("</table><aside>0</aside><aside>1</aside>")


def test_math_that_markdown_hides_is_shown_at_the_end() -> None:
    assert "<i>0</i>" in prose('a\n\n[r]: https://e.org\n"$b$"\n')
    assert "<i>" not in prose('[l](https://e.org "$a$")\n\n[r]: https://e.org "$b$"\n')


def test_code_is_shown_as_it_is_written() -> None:
    assert "<code>$a$ &lt;b&gt;</code>" in prose("`$a$ <b>`")
    assert "$$x$$\n" in prose("```\n$$x$$\n```\n") and "<figure>" not in prose("```\n$$x$$\n```\n")


def test_comments_of_a_note_are_not_shown() -> None:
    assert prose("a <!-- secret --> b\n\n<!-- secret\n\nsecret -->\n\nc").count("secret") == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "[l](javascript:alert(1))",
        "[l](data:text/html,x)",
        "[l](vbscript:x)", "![p](https://e.org/p.png)", "<https://e.org>", "[l](//e.org)", "<a href=javascript:x>y</a>",
        '[l](https://e.org/"onclick=alert(1)")', "\ue0000\ue001 $a$", "&lt;script&gt;", "<div>\n$a$\n</div>",
        "[l](https://e.org/<script>)", "# <svg onload=alert(1)>", "<style>*{}</style>", "[$a$](javascript:$b$)",
        "```<script>\nx\n```", "a  \nb", "$\\text{</math><script>}$", "*a $b$* ~~c~~",
    ],
)  # fmt: skip
def test_nothing_of_a_note_becomes_markup(text: str) -> None:
    shown = page(NoteReport(SourceFile("<b>.md", text), "<script>", ()))
    page_has = "html head meta title style body a header h1 h2 p main section ul li article footer"
    allowed = set(f"{page_has} nav span code pre em s br math mi mo mrow mtext".split())
    assert {tag for tag, _ in shown.elements} <= allowed
    assert len(shown.all("style")) == 1
    assert not [name for _, attributes in shown.elements for name in attributes if name.startswith("on")]
    assert all(re.match(r"#|https?://", target) for target in shown.values("href"))
    assert all(a["rel"] == "noopener noreferrer" for a in shown.all("a") if a["href"].startswith("http"))
    assert not shown.values("src")


def test_hostile_names_of_a_report_stay_text() -> None:
    bad = '"><script>alert(1)</script>'
    diagnostic = Diagnostic(bad, bad, samples.MISSHAPEN.diagnostics[0].labels, (bad,), bad)
    numbers = Counterexample({bad: 1}, {bad: 2}, {bad: [[bad]]}, {bad: bad}, [[bad]], [["1"]], (1, 1), False, bad)
    hostile = replace(
        samples.REFUTED, id=bad, label=bad, message=bad, diagnostics=(diagnostic,), conventions=(bad,),
        understood=(bad,),
        conditions=(replace(samples.PROVED.conditions[0], latex=bad),), snippet=bad, derived=bad, lhs=bad,
        steps=tuple(replace(step, left=bad, right=bad, rules=(bad,), facts=(bad,)) for step in samples.REFUTED.steps),
        counterexample=numbers,
    )  # fmt: skip
    shown = page(samples.note(hostile, diagnostics=(diagnostic,)))
    assert "script" not in {tag for tag, _ in shown.elements} and "alert(1)" in shown.text


def test_a_checked_note_with_hostile_text_stays_inert() -> None:
    text = "# <script>\n\nLet $x \\in \\mathbb{R}^n$ <b onclick=y>.\n\n"
    text += "$$x = \\operatorname{<b>} \\write18{x}$$\n\n$$x = x$$\n"
    shown = checked(text)
    assert "script" not in {tag for tag, _ in shown.elements} and "<b onclick=y>" in shown.text
    assert "✓ proved" in shown.text and "! error" in shown.text
