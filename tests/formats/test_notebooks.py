"""Notebooks: their Markdown cells are one note, places count within a cell, and nothing of them is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from symbn.cli import main
from symbn.diagnostics import NoteError
from symbn.note import Note
from symbn.notes.reading import read_source, source_from_bytes


def markdown(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, output: str = "") -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": output}]
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs, "execution_count": 1}


def notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


WHOLE = notebook(
    markdown(["# A title\n", "\n", "Let $x, y \\in \\mathbb{R}^{n}$."]),
    code("print('$x = 2 x$')  # not run", "$$x = 3 x$$"),
    markdown("## One\n\nThen $x + y = y + x$,\nand $x = 2 x$\n"),
    {"cell_type": "raw", "metadata": {}, "source": "$x = 4 x$"},
    markdown("$$x^\\top y = y^\\top x$$ {#eq:last}"),
)


def run(tmp_path: Path, data: bytes, *options: str) -> Any:
    path = tmp_path / "n.ipynb"
    path.write_bytes(data)
    return CliRunner().invoke(main, ["check", str(path), "--no-cache", *options])


def test_the_markdown_cells_are_one_note() -> None:
    note = Note(source_from_bytes("n.ipynb", WHOLE))
    report = note.check(explain=False, repair=False)
    assert report.title == "A title"
    assert [(r.id, r.verdict) for r in report.statements if r.kind == "claim"] == [
        ("1.1", "proved"),
        ("1.2", "refuted"),
        ("eq:last", "proved"),
    ]


def test_places_are_cell_line_and_column(tmp_path: Path) -> None:
    source = source_from_bytes("n.ipynb", WHOLE)
    places = [str(source.place(s.span.start)) for s in Note(source).statements if s.kind == "claim"]
    assert places == ["cell 3:3:7", "cell 3:4:6", "cell 5:1:3"]
    assert "cell 3:4:6" in run(tmp_path, WHOLE).output
    assert "n.ipynb:cell 3:4:" in run(tmp_path, WHOLE).output


def test_json_has_the_cell_beside_the_line(tmp_path: Path) -> None:
    result = json.loads(run(tmp_path, WHOLE, "--format", "json").output)
    claims = [s for s in result["notes"][0]["statements"] if s["kind"] == "claim"]
    assert [(s["cell"], s["line"], s["column"]) for s in claims] == [(3, 3, 7), (3, 4, 6), (5, 1, 3)]


def test_json_of_other_notes_has_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    path.write_text("$x \\in \\mathbb{R}$ $x = x$")
    output = CliRunner().invoke(main, ["check", str(path), "--no-cache", "--format", "json"]).output
    assert {s["cell"] for s in json.loads(output)["notes"][0]["statements"]} == {None}


def test_github_is_told_the_cell(tmp_path: Path) -> None:
    output = run(tmp_path, WHOLE, "--format", "github").output
    assert "line=4,endLine=4,col=6," in output and "title=1.2 refuted (cell 3)" in output


def test_labels_in_other_cells_are_shown_with_them(tmp_path: Path) -> None:
    data = notebook(markdown("$A \\in \\mathbb{R}^{m \\times n}$"), code(""), markdown("\n$A A = A$"))
    output = run(tmp_path, data).output
    assert "cell 3:2:" in output and " 3:2 | $A A = A$" in output


def test_nothing_in_a_cell_reaches_into_another() -> None:
    cells = [markdown("$$ not closed"), markdown("```\n$a$"), markdown("- item"), markdown("    $b = c$")]
    scan = Note(source_from_bytes("n.ipynb", notebook(*cells, markdown("$d$"))))._scan
    assert [d.code for d in scan.diagnostics] == ["P011", "P014"]
    source = source_from_bytes("n.ipynb", notebook(*cells, markdown("$d$")))
    assert [source.slice(block.content) for block in scan.blocks] == ["d"]


def test_abbreviations_of_a_cell_serve_the_next() -> None:
    cells = [markdown(r"$\newcommand{\R}{\mathbb{R}}$"), markdown(r"$x \in \R$, $x = x$, $x = 2 x$")]
    report = Note(source_from_bytes("n.ipynb", notebook(*cells))).check(explain=False, repair=False)
    assert [r.verdict for r in report.statements] == ["declaration", "proved", "refuted"]


def test_a_notebook_without_markdown_states_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, notebook(code("x = 1"))).exit_code == 0
    assert run(tmp_path, notebook()).exit_code == 0


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"3", b"{}", b'{"cells": 3}', b'{"cells": [3]}', b'{"cells": [{}]}', b"# no JSON\n$a$",
        b'{"cells": [{"cell_type": "markdown", "source": 3}]}',
        b'{"cells": [{"cell_type": "markdown", "source": [3]}]}',
        b'{"cells": [{"cell_type": "other", "source": ""}]}', b"[" * 100_000, b'{"worksheets": []}',
        b'{"cells": [{"cell_type": "markdown", "source": "$\\ud800$"}]}', b'{"cells": ' + b"9" * 5000 + b"}",
    ],
    ids=range(16),
)  # fmt: skip
def test_what_is_no_notebook_is_told_and_exits_with_2(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NoteError) as caught:
        source_from_bytes("n.ipynb", data)
    assert caught.value.diagnostic.code == "P006"
    result = run(tmp_path, data)
    assert result.exit_code == 2 and "P006" in result.stderr


def test_a_notebook_from_standard_input_is_one() -> None:
    assert [cell.number for cell in source_from_bytes("<stdin>", WHOLE).cells] == [1, 3, 5]
    assert not source_from_bytes("<stdin>", b"{a} $x$").cells


def test_line_ends_in_cells_are_one_character() -> None:
    source = source_from_bytes("n.ipynb", notebook(markdown(["a\r\n", "b $x$\r", "c"])))
    assert source.text == "a\nb $x$\nc"


def test_notebooks_are_notes_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.ipynb", "b.tex", "c.markdown", "d.md", "e.txt", "f.py"):
        (tmp_path / name).write_bytes(WHOLE if name == "a.ipynb" else b"")
    result = CliRunner().invoke(main, ["check", str(tmp_path), "--no-cache", "--format", "json"])
    assert [Path(n["path"]).name for n in json.loads(result.output)["notes"]] == [
        "a.ipynb",
        "b.tex",
        "c.markdown",
        "d.md",
    ]


@pytest.mark.parametrize("to", ["latex", "html", "json"])
def test_a_notebook_is_exported(tmp_path: Path, to: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(WHOLE)
    result = CliRunner().invoke(main, ["export", str(path), "--to", to])
    assert result.exit_code == 0 and "eq:last" in result.output


def test_a_file_by_its_name_is_read_again_alike(tmp_path: Path) -> None:
    path = tmp_path / "N.IPYNB"
    path.write_bytes(WHOLE)
    assert read_source(str(path)).cells
