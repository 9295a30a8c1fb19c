"""A note's report as one HTML page: its own prose and formulas, each with its verdict and what is known of it.

The page needs no network and no script; what it may load is said to the browser by its content security policy.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib import resources

from symbn.export.html_answers import badge, name_of
from symbn.export.html_letters import written
from symbn.export.html_overview import said_once, summary
from symbn.export.html_pieces import Heading
from symbn.export.html_prose import Prose
from symbn.export.html_statements import Statements
from symbn.export.html_tex import TexProse
from symbn.report import NoteReport

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


def render_html(report: NoteReport) -> str:
    """The whole page.  The same report gives the same page, byte for byte."""
    statements = Statements(report)
    found = statements.scan
    prose = _prose(report, statements)
    article = prose.html()
    title = written(report.title or report.source.path)
    source = found.front_matter.source if found.front_matter else None
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="symbn">\n'
        f"<title>{title}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#note">Skip to the note</a>\n'
        f"<header>\n<h1>{title}</h1>\n{_origin(report, source)}</header>\n"
        f"{_contents(prose.headings)}<main>\n{summary(statements)}{said_once(statements)}"
        f'<article id="note">\n{article}\n{_elsewhere(statements)}</article>\n</main>\n'
        "<footer><p>Checked by symbn: what is marked proved holds for every size and every value that the note"
        " allows.</p></footer>\n</body>\n</html>\n"
    )


def _prose(report: NoteReport, statements: Statements) -> Prose | TexProse:
    """The note's text, in the language that it is written in."""
    found = statements.scan
    math = [block.outer for block in found.blocks]
    if not report.source.is_tex:
        return Prose(report.source.text, found.start, math, statements.shown, found.title)
    anchors = {one.label: statements.anchors[one.id] for one in reversed(report.statements) if one.label is not None}
    return TexProse(report.source.text, found.start, math, statements.shown, anchors)


@cache
def _style() -> str:
    """The style sheet, and the font for those who have none for mathematics (STIX Two Math, cut down)."""
    files = resources.files("symbn.export")
    font = b64encode(files.joinpath("math_font.woff2").read_bytes()).decode("ascii")
    face = f'@font-face {{ font-family: "symbn math"; src: url(data:font/woff2;base64,{font}) format("woff2"); }}\n'
    return face + files.joinpath("report.css").read_text(encoding="utf-8")


def _origin(report: NoteReport, source: str | None) -> str:
    file = f'<p class="path">{written(report.source.path)}</p>\n'
    return file + (f'<p class="source">{written(source)}</p>\n' if source else "")


def _contents(headings: list[Heading]) -> str:
    """The sections as links."""
    top = min((heading.level for heading in headings), default=0)
    items = "".join(f'<li><a href="#{h.anchor}">{h.content}</a></li>' for h in headings if h.level == top)
    return f'<nav aria-label="Sections"><ul>{items}</ul></nav>\n' if len(headings) > 1 else ""


def _elsewhere(statements: Statements) -> str:
    """Statements that stand in no formula of the text: none, unless what was checked is not what is shown."""
    items = "".join(f"<li>{written(name_of(r))} {badge(r.verdict)}</li>" for r in statements.homeless())
    return f"<h2>Elsewhere</h2><ul>{items}</ul>\n" if items else ""
