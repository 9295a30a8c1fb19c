"""A note from a stranger is data: nothing of it runs, what it names is not read, nothing is sent, no link followed."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import symbn
from symbn import cli
from symbn.diagnostics import NoteError
from symbn.notes.folders import notes_below
from symbn.notes.reading import source_from_bytes
from tests.export.hostile import FORMULAS, note_with

ROOT = Path(symbn.__file__).parent
TRUE = "With $u, v \\in \\mathbb{R}$:\n\n$$u + v = v + u$$ {#eq:true}\n"
SECRET = "the secret of the house"


def run(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, arguments, input=input, catch_exceptions=False)


# No code --------------------------------------------------------------------------------------------------------

RUNNING = {
    "pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "codeop", "runpy", "ctypes", "cffi", "pty",
    "subprocess", "socket", "ssl", "urllib", "http", "ftplib", "smtplib", "telnetlib", "xmlrpc", "requests", "asyncio",
    "webbrowser", "antigravity",
}  # fmt: skip


def imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def called(tree: ast.Module) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


FORBIDDEN = {"eval", "exec", "compile", "__import__", "yaml.load", "yaml.unsafe_load", "os.system", "os.popen"}


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_can_run_a_text_or_send_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert imported(tree).isdisjoint(RUNNING) and called(tree).isdisjoint(FORBIDDEN)


def test_what_could_would_be_seen() -> None:
    tree = ast.parse("import urllib.request\nfrom pickle import loads\nyaml.load(text)")
    assert imported(tree) & RUNNING == {"urllib", "pickle"} and called(tree) & FORBIDDEN == {"yaml.load"}


# No file, no network ----------------------------------------------------------------------------------------------

WATCHED = """
import json, sys
import symbn.cli, symbn.answers, symbn.note, symbn.repair  # what is imported is no concern here

seen = []

def watch(event, arguments):
    if event == "open":
        seen.append(str(arguments[0]))
    elif event.split(".")[0] in ("socket", "subprocess", "urllib", "http") or event in ("os.system", "os.exec"):
        seen.append(event)

sys.addaudithook(watch)
try:
    symbn.cli.main(sys.argv[1:], standalone_mode=False)
except SystemExit:
    pass
finally:
    sys.stderr.write("\\nSEEN" + json.dumps(seen))
"""


def seen(folder: Path, *arguments: str) -> list[str]:
    """What a command opens, and whether it reaches for the network or another program."""
    process = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert SECRET not in process.stdout
    return list(json.loads(process.stderr.rpartition("SEEN")[2]))


@pytest.mark.parametrize("command", [["check", "--no-cache"], ["export", "--to", "latex"], ["export", "--to", "html"]])
def test_no_file_that_a_note_names_is_opened(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "secret.md").write_text(SECRET)
    secret = tmp_path / "secret.md"
    front = f"---\nbibliography: {secret}\nsymbn:\n  preamble: {secret}\n  declarations: ['\\input{{{secret}}}']\n---\n"
    lines = [FORMULAS[name].replace("/etc/passwd", str(secret)) for name in ("input", "include", "openin", "href")]
    body = "".join(f"$${line}$$\n\n![](file://{secret})\n\n\\input{{secret}}\n\n" for line in lines)
    (tmp_path / "note.md").write_text(front + body + TRUE)
    found = seen(tmp_path, *command, "note.md")
    assert "note.md" in found, "it would be seen"
    assert not [what for what in found if "secret" in what or what.startswith(("socket", "subprocess", "os."))]


@pytest.mark.parametrize("bomb", ["list", "mapping", "itself", "deep", "python"])
def test_front_matter_cannot_explode(bomb: str) -> None:
    letters = "abcdefghijkl"
    lists = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in pairwise(letters)
    )
    mappings = "a: &a {x: 1}\n" + "".join(
        f"{new}: &{new} {{{','.join(f'k{k}: *{old}' for k in range(9))}}}\n" for old, new in pairwise(letters)
    )
    front = {
        "list": lists + "title: *l\nsymbn: {declarations: *l}\n",
        "mapping": mappings + "symbn: *l\n",
        "itself": "symbn: {declarations: &a [*a], assumptions: *a}\n",
        "deep": "title: " + "[" * 20_000 + "\n",
        "python": "title: !!python/object/apply:os.system ['touch hacked']\n",
    }[bomb]
    result = run("check", "--no-cache", "-", input=f"---\n{front}---\n\n{TRUE}")
    assert "✓ eq:true" in result.output and result.exit_code == 1
    assert "X900" not in result.output and not Path("hacked").exists()
    assert len(result.output) < 20_000


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"cells": ' + "[" * 100_000, '{"cells": [{}]}', "{", "1e999", '{"a":']
)
def test_a_notebook_that_is_none_is_told(text: str) -> None:
    with pytest.raises(NoteError) as told:
        source_from_bytes("a.ipynb", text.encode())
    assert told.value.diagnostic.code == "P006"


# Links ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a note, with links out of it, beside one that holds a secret."""
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    (tmp_path / "outside" / "secret.md").write_text(SECRET)
    (tmp_path / "notes" / "below").mkdir(parents=True)
    (tmp_path / "notes" / "a.md").write_text(TRUE)
    (tmp_path / "notes" / "linked.md").symlink_to(tmp_path / "outside" / "secret.md")
    (tmp_path / "notes" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "notes" / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "notes" / "below" / "same.md").symlink_to(tmp_path / "notes" / "a.md")
    os.mkfifo(tmp_path / "notes" / "pipe.md")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_no_link_leads_out_of_a_folder(house: Path) -> None:
    assert [Path(path).name for path in notes_below(str(house / "notes"))] == ["a.md", "same.md"]
    (house / "here").symlink_to(house / "notes")
    assert len(notes_below(str(house / "here"))) == 2, "the folder itself may be given by a link"


@pytest.mark.skipif(os.name != "posix", reason="needs links")
@pytest.mark.parametrize("forced", [False, True])
def test_output_never_goes_through_a_link(house: Path, forced: bool) -> None:
    aimed = {"file": house / "outside" / "secret.md", "dangling": house / "outside" / "new.md"}
    for name, target in aimed.items():
        (house / name).symlink_to(target)
        result = run("export", "notes/a.md", "--to", "json", "-o", name, *(["--force"] if forced else []))
        assert result.exit_code == (0 if forced else 2)
        assert (house / name).is_symlink() != forced, "the link itself is replaced, or nothing is"
    (house / "folder").symlink_to(house / "outside" / "deep")
    assert run("export", "notes/a.md", "--to", "json", "-o", "folder", "--force").exit_code == 2
    assert (house / "outside" / "secret.md").read_text() == SECRET
    assert sorted(path.name for path in (house / "outside").rglob("*")) == ["deep", "secret.md"]


# The terminal -----------------------------------------------------------------------------------------------------

WICKED = "\x1b]0;owned\x07\x1b[31m\x9b31m\u202e\u2066\x08\x7f"


@pytest.mark.parametrize("options", [[], ["--explain"], ["--format", "github"], ["--format", "json"]], ids=str)
def test_no_control_character_reaches_the_terminal(options: list[str]) -> None:
    formulas = [f"x{WICKED} = y", f"x = \\text{{{WICKED}}} x", f"\\{WICKED} = x", f"x = x \\label{{{WICKED}}}"]
    note = f"---\ntitle: a{WICKED[-1]}\n---\n# A{WICKED}\n\n" + "".join(map(note_with, formulas))
    result = run("check", "--no-cache", *options, "-", input=note)
    said = result.output
    assert "P016" in said, "the note was read"
    assert not [c for c in said if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066"]
