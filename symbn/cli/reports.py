"""Prints the reports of a check in one format: text as soon as a note is done, the others whole at the end."""

from __future__ import annotations

import sys
from dataclasses import replace

from symbn.checking import Partial
from symbn.cli.endings import is_unreadable
from symbn.cli.printing import print_diagnostics, print_lines, style_of
from symbn.diagnostics import Diagnostic
from symbn.report import NoteReport


class Printer:
    """`add` each report in the order of the notes, then `finish`."""

    def __init__(self, format: str, explain: bool) -> None:
        self._format, self._explain = format, explain
        self._reports: list[NoteReport] = []

    def add(self, report: NoteReport) -> None:
        """One more report."""
        self._reports.append(report)
        if self._format != "text":
            return
        if is_unreadable(report):
            print_diagnostics([report])
            return
        from symbn.export.text import render_note  # only what is printed is imported

        print_lines(render_note(report, style_of(sys.stdout, self._explain)))

    def add_partial(self, partial: Partial) -> None:
        """What was found of a note until Ctrl-C.  To programs it says so itself; a person is told of it at the end."""
        if partial.ended:
            self.add(partial.report)
        elif self._format != "text":
            said = Diagnostic("B001", until_when(partial), severity="warning")
            self.add(replace(partial.report, diagnostics=(*partial.report.diagnostics, said)))
        elif partial.report.statements:
            self.add(partial.report)

    def finish(self) -> None:
        """What is printed after the last report."""
        if self._format == "json":
            from symbn.export.json import render_json

            print_lines([render_json(self._reports)])
        elif self._format == "github":
            from symbn.export.github import render_github

            print_lines(render_github(self._reports))
        else:
            from symbn.export.text import render_total

            print_lines(render_total([r for r in self._reports if not is_unreadable(r)], style_of(sys.stdout)))


def until_when(partial: Partial) -> str:
    """How far the work on a note that did not end had come."""
    if not partial.begun:
        return "not begun"
    done = f"after {partial.checked} of {partial.total} statements"
    return f"interrupted {done if partial.checked else 'before its first statement was checked'}"
