"""What is said of a whole note: the counts, what needs a look, what rests on what, conventions, side conditions."""

from __future__ import annotations

from symbn.export.html_answers import FAILED, badge, condition, diagnosed, name_of, sentence
from symbn.export.html_letters import written
from symbn.export.html_statements import Statements
from symbn.export.noted import Place, noted_conventions
from symbn.export.pictures import Node, layered_graph
from symbn.export.plain import plain
from symbn.export.summary import VERDICTS, count_verdicts, summary_line
from symbn.report import Report

_LARGEST_PICTURE = 120  # boxes


def summary(statements: Statements) -> str:
    """The counts, what needs a look, what is wrong with the file itself, and what rests on what."""
    note = statements.note
    counts = count_verdicts(note.statements)
    counted = "".join(f"<li>{badge(verdict)} <b>{counts[verdict]}</b></li>" for verdict in VERDICTS if counts[verdict])
    failed = [report for report in note.statements if report.verdict in FAILED]
    listed = "".join(f"<li>{badge(r.verdict)} {_link(r, statements)} {sentence(r.message)}</li>" for r in failed)
    parts = [f'<ul class="counts">{counted or "<li>nothing is stated</li>"}</ul>\n']
    parts += [f'<h3>To be looked at</h3>\n<ul class="failed">{listed}</ul>\n'] if failed else []
    parts += ["<h3>The file</h3>", *map(diagnosed, note.diagnostics)] if note.diagnostics else []
    return _section("summary", "Summary", "".join([*parts, _dependencies(statements)]))


def said_once(statements: Statements) -> str:
    """The conventions and the side conditions of the whole note."""
    shown = []
    conventions = [
        f"<li>{sentence(convention.text)}; first in {_place(convention.place, statements)}</li>"
        for convention in noted_conventions(statements.note)
    ]
    if conventions:
        shown.append(_section("conventions", "Conventions", f"<ul>{''.join(conventions)}</ul>"))
    conditions = []
    for noted in statements.conditions.conditions:
        places = ", ".join(dict.fromkeys(_place(origin, statements) for origin in noted.origins))
        told = f", from {places}" if places else ""
        conditions.append(f'<li id="condition-{noted.number}">{condition(noted.latex)}{told}</li>')
    if conditions:
        shown.append(_section("conditions", "Side conditions", f"<ol>{''.join(conditions)}</ol>"))
    return "".join(shown)


def _section(name: str, heading: str, content: str) -> str:
    head = f'<h2 id="{name}-heading">{heading}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-heading">\n{head}\n{content}\n</section>\n'


def _link(report: Report, statements: Statements) -> str:
    return f'<a href="#{statements.anchors[report.id]}">{written(name_of(report))}</a>'


def _place(place: Place, statements: Statements) -> str:
    name = written(place.statement.removeprefix("eq:"))
    return f'<a href="#{statements.anchors[place.statement]}">{name}</a>'


def _dependencies(statements: Statements) -> str:
    """Which definition feeds which statement, as a picture and as a list; the links of a chain are one box."""
    whole = _chains(statements)
    edges = list(dict.fromkeys((a, whole[r.id].id) for r in statements.note.statements for a in r.uses if a in whole))
    joined = {id for edge in edges for id in edge}
    drawn = {report.id: report for report in statements.note.statements if report.id in joined}
    nodes = {id: _node(report, statements, whole) for id, report in drawn.items()}
    items = []
    for id in drawn:
        fed = [_link(drawn[b], statements) for a, b in edges if a == id]
        items += [f"<li>{written(nodes[id].label)} feeds {', '.join(fed)}</li>"] if fed else []
    if not edges:
        return ""
    said = "Which definition feeds which statement"
    picture = ""
    if len(nodes) <= _LARGEST_PICTURE:
        graph = layered_graph(said, nodes, edges)
        picture = f'<div class="scroll" tabindex="0" role="group" aria-label="Picture">{graph}</div>'
    as_list = f"<details><summary>The same as a list</summary><ul>{''.join(items)}</ul></details>"
    return f'<h3>What rests on what</h3>\n<div class="dependencies">{picture}{as_list}</div>\n'


def _chains(statements: Statements) -> dict[str, Report]:
    """For each statement the one that stands for its whole chain: the first with the same label."""
    first: dict[str, Report] = {}
    listed = statements.note.statements
    return {r.id: first.setdefault(r.label or r.id, r) if r.kind != "definition" else r for r in listed}


def _node(report: Report, statements: Statements, whole: dict[str, Report]) -> Node:
    """A box: a definition by the names that it gives a meaning, a claim by its own name and its worst verdict."""
    target = statements.anchors[report.id]
    if report.kind == "definition":
        name = plain(report.lhs)
        return Node(name, target, "definition", f"definition {name_of(report)}: {name}")
    links = [other for other in statements.note.statements if whole[other.id] is report]
    worst = next((v for v in reversed(FAILED) if any(link.verdict == v for link in links)), report.verdict)
    name = report.label.removeprefix("eq:") if report.label else name_of(report)
    return Node(name, target, worst.replace(" ", "-"), f"{name}: {summary_line(links)}")
