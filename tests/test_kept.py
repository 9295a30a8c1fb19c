"""Reports kept on disk: found again only for the same code, texts and question, and only where they are undamaged."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symbn import kept as kept_module
from symbn.checking import Asked, check, reports_of
from symbn.diagnostics import Diagnostic
from symbn.evidence import showing
from symbn.kept import LEAST_SEARCH, KeptReports, cache_folder
from symbn.note import Limits, Note
from symbn.repair import Bounds
from symbn.report import NoteReport, Report
from symbn.source import SourceFile, Span

TEXT = "Let $A, B \\in \\mathbb{R}^{n \\times n}$.\n\n$$A + B = B + A$$\n\n$$A B = B A$$\n"
SOURCE = SourceFile("a.md", TEXT)


@pytest.fixture(autouse=True)
def a_slow_machine_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a refuted claim may take long and is kept nevertheless."""
    monkeypatch.setattr("symbn.checking.LEAST_SEARCH", float("inf"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "symbn"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the notes that are really checked, as they are."""
    paths: list[str] = []
    original = Note.check

    def counted(self: Note, *arguments: object, **options: object) -> NoteReport:
        paths.append(self.source.path)
        return original(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Note, "check", counted)
    return paths


def reports(folder: Path | None, *asked: Asked) -> list[NoteReport]:
    return list(reports_of(asked, KeptReports(folder)))


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def test_a_report_is_found_again_as_it_was(folder: Path, checks: list[str]) -> None:
    first = reports(folder, Asked(SOURCE))
    assert {r.verdict for r in first[0].statements} == {"declaration", "proved", "refuted"}
    assert reports(folder, Asked(SOURCE)) == first
    assert checks == ["a.md"]


def test_the_same_text_in_another_file_is_told_under_its_own_name(folder: Path, checks: list[str]) -> None:
    reports(folder, Asked(SOURCE))
    (found,) = reports(folder, Asked(SourceFile("b.md", TEXT)))
    assert found.source.path == "b.md"
    assert checks == ["a.md"]


CHANGES: dict[str, Callable[[Asked], Asked]] = {
    "the note": lambda asked: replace(asked, source=SourceFile("a.md", TEXT + " ")),
    "a preamble": lambda asked: replace(asked, preambles=(SourceFile("p.md", "$c > 0$"),)),
    "a preamble's text": lambda asked: replace(asked, preambles=(SourceFile("q.md", "$c > 1$"),)),
    "explain": lambda asked: replace(asked, explain=True),
    "seconds": lambda asked: replace(asked, seconds=9.0),
    "terms": lambda asked: replace(asked, terms=100_000),
    "memory": lambda asked: replace(asked, memory=512),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_checked_again(folder: Path, checks: list[str], change: str) -> None:
    asked = replace(Asked(SOURCE), preambles=(SourceFile("q.md", "$c > 0$"),))
    reports(folder, asked)
    reports(folder, CHANGES[change](asked))
    assert len(checks) == (1 if change == "a preamble" else 2), "a preamble's path says nothing"
    reports(folder, asked)
    assert len(checks) == (1 if change == "a preamble" else 2)


def test_two_preambles_are_not_one_of_both_texts(folder: Path) -> None:
    kept = KeptReports(folder)
    parts = [SourceFile("p", text) for text in ("$c > 0$", "$d > 0$", "$c > 0$$d > 0$")]
    names = [kept.name(SOURCE, some) for some in (parts[:2], parts[1::-1], parts[2:], [])]
    assert len(set(names)) == 4


def test_other_code_finds_nothing(folder: Path, checks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    reports(folder, Asked(SOURCE))
    monkeypatch.setattr(kept_module, "code_digest", lambda: "another")
    reports(folder, Asked(SOURCE))
    assert len(checks) == 2


def test_the_digest_of_the_code_changes_with_every_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "core").mkdir()
    module, other = tmp_path / "kept.py", tmp_path / "core" / "ring.py"
    module.write_text("a"), other.write_text("b")
    monkeypatch.setattr(kept_module, "__file__", str(module))
    seen = {kept_module.code_digest()}
    for path, text in ((other, "c"), (module, "b"), (tmp_path / "core" / "new.py", "")):
        path.write_text(text)
        seen.add(kept_module.code_digest())
    other.rename(tmp_path / "ring.py")
    seen.add(kept_module.code_digest())
    assert len(seen) == 5


def test_code_that_changes_meanwhile_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptReports(folder)
    monkeypatch.setattr(kept_module, "code_digest", lambda: "another")
    list(reports_of([Asked(SOURCE)], kept))
    assert not folder.exists()


def test_code_that_cannot_be_read_keeps_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "__file__", str(tmp_path / "archive.zip" / "kept.py"))
    reports(folder, Asked(SOURCE))
    assert not folder.exists()


# Damage -------------------------------------------------------------------------------------------------------


def proved_instead(text: str) -> str:
    """An entry in which what was refuted is proved, as a careless or wicked hand might write it."""
    entry = json.loads(text)
    return json.dumps(entry | {"report": entry["report"].replace('"refuted"', '"proved"')})


DAMAGES: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "cut": lambda text: text[: len(text) // 2],
    "no JSON": lambda text: "\x00" + text,
    "no ASCII": lambda text: text + "é",
    "a list": lambda text: "[]",
    "nested": lambda text: "[" * 100_000,
    "another verdict": proved_instead,
    "another name": lambda text: json.dumps(json.loads(text) | {"name": "0" * 40}),
    "a field more": lambda text: json.dumps(json.loads(text) | {"more": 1}),
    "no text": lambda text: json.dumps(json.loads(text) | {"report": {}}),
    "of another form": lambda text: json.dumps(
        json.loads(text) | {"report": "{}", "digest": kept_module._digest(b"{}")}
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_passed_over_and_mended(folder: Path, checks: list[str], damage: str) -> None:
    first = reports(folder, Asked(SOURCE))
    (entry,) = entries(folder)
    entry.write_text(DAMAGES[damage](entry.read_text()), encoding="utf-8")
    again = reports(folder, Asked(SOURCE))
    assert len(checks) == 2
    assert [r.verdict for r in again[0].statements] == [r.verdict for r in first[0].statements]
    assert reports(folder, Asked(SOURCE)) == again
    assert len(checks) == 2


def test_an_entry_under_the_name_of_another_is_passed_over(folder: Path, checks: list[str]) -> None:
    true = replace(SOURCE, text=TEXT.replace("A B = B A", "A B = A B"))
    reports(folder, Asked(true))
    (entry,) = entries(folder)
    name = KeptReports(folder).name(SOURCE, (), 10.0, 200_000, False, 1024)
    entry.rename(folder / f"{name}.json")
    assert "refuted" in {r.verdict for r in reports(folder, Asked(SOURCE))[0].statements}


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_an_entry_of_another_user_is_passed_over(
    folder: Path, checks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reports(folder, Asked(SOURCE))
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    reports(folder, Asked(SOURCE))
    assert len(checks) == 2


@pytest.mark.parametrize("what", ["file", "entry is a folder"])
def test_where_nothing_can_be_written_nothing_is_kept(folder: Path, checks: list[str], what: str) -> None:
    if what == "file":
        folder.parent.mkdir()
        folder.write_text("in the way")
    else:
        (folder / f"{KeptReports(folder).name(SOURCE, (), 10.0, 200_000, False, 1024)}.json").mkdir(parents=True)
    for _ in range(2):
        assert len(reports(folder, Asked(SOURCE))[0].statements) == 4
    assert len(checks) == 2


# What is not kept -----------------------------------------------------------------------------------------------


def answering(monkeypatch: pytest.MonkeyPatch, *found: Report, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
    """A check that says this."""

    def answer(self: Note, select: object, limits: Limits, on_report: Callable[..., None], explain: bool) -> NoteReport:
        for report in found:
            time.sleep(report.seconds)
            on_report(report, 1, len(found))
        return NoteReport(self.source, None, found, diagnostics)

    monkeypatch.setattr(Note, "check", answer)


def report(verdict: str, seconds: float = 0.0, *codes: str) -> Report:
    diagnostics = tuple(Diagnostic(code, "…") for code in codes)
    return Report(
        "1", None, Span(0, 1), "claim", verdict, "a", "b", seconds=seconds, diagnostics=diagnostics  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "lasting"),
    [
        (report("proved"), True),
        (report("undecided"), True),
        (report("error", 0.0, "E110"), True),
        (report("error", 0.0, "X001"), False),
        (report("undecided", 0.06), False),
        (report("proved", 0.06), False),
        (report("refuted", 0.06), False),
    ],
)
def test_faults_and_what_the_clock_may_have_ended_are_not_kept(
    monkeypatch: pytest.MonkeyPatch, folder: Path, found: Report, lasting: bool
) -> None:
    answering(monkeypatch, found)
    assert check(Asked(SOURCE, seconds=0.05 if found.seconds else 60.0)).lasting == lasting
    list(reports_of([Asked(SOURCE, seconds=0.05 if found.seconds else 60.0)], KeptReports(folder)))
    assert folder.exists() == lasting


def test_a_fault_of_the_note_as_a_whole_is_not_kept(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    answering(monkeypatch, diagnostics=(Diagnostic("X900", "…"),))
    reports(folder, Asked(SOURCE))
    assert not folder.exists()


def test_a_refuted_claim_is_kept_only_if_no_search_can_have_been_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    assert min(Bounds().proof.seconds, Bounds().seconds, showing._SECONDS) >= LEAST_SEARCH
    monkeypatch.setattr("symbn.checking.LEAST_SEARCH", 0.05)
    for verdict in ("refuted", "proved"):
        answering(monkeypatch, report(verdict, 0.06))
        assert check(Asked(SOURCE)).lasting == (verdict == "proved")


def test_a_selection_is_neither_kept_nor_found(folder: Path, checks: list[str]) -> None:
    for _ in range(2):
        reports(folder, Asked(SOURCE, select=("0.2",)))
    assert len(checks) == 2 and not folder.exists()


# The folder -----------------------------------------------------------------------------------------------------


def test_the_oldest_entries_go_and_so_does_what_killed_processes_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "_MOST_ENTRIES", 3)
    folder.mkdir(parents=True)
    for age, name in enumerate((".symbn-1", "a.json", "b.json", ".symbn-2", "c.json")):
        (folder / name).write_text("")
        os.utime(folder / name, (time.time() - 2000 * age,) * 2)
    reports(folder, Asked(SOURCE))
    left = {path.name for path in folder.iterdir()}
    assert ".symbn-1" in left, "another process may be about to rename it"
    assert {".symbn-2", "c.json"}.isdisjoint(left)
    assert len(entries(folder)) <= 3


def _writes(folder: Path, times: int) -> None:
    kept = KeptReports(folder)
    found = check(Asked(SOURCE)).report
    for _ in range(times):
        kept.keep("entry", found)


def test_several_processes_write_at_once_and_one_is_killed(folder: Path) -> None:
    """Whenever it is read, the entry is whole."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_writes, args=(folder, times), daemon=True) for times in (8, 8, 100_000)]
    for writer in writers:
        writer.start()
    kept, expected = KeptReports(folder), [r.verdict for r in check(Asked(SOURCE)).report.statements]
    seen = 0
    while any(writer.is_alive() for writer in writers[:2]):
        found = kept.find("entry", SOURCE)
        if found is None:
            assert not seen, "it was there before"
            time.sleep(0.01)
        else:
            seen += 1
            assert [r.verdict for r in found.statements] == expected
    writers[2].kill()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers[:2]] == [0, 0]
    assert kept.find("entry", SOURCE) is not None


@pytest.mark.parametrize(
    ("given", "home", "expected"),
    [
        ("/caches", "/home/me", "/caches/symbn"),
        ("", "/home/me", "/home/me/.cache/symbn"),
        ("relative", "/home/me", "/home/me/.cache/symbn"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="XDG")
def test_the_place_follows_the_rules(monkeypatch: pytest.MonkeyPatch, given: str, home: str, expected: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    monkeypatch.setenv("HOME", home)
    assert cache_folder() == Path(expected)
