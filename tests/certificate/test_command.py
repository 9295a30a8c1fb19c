"""`check --certificate` and `verify-certificate`: what is written where, exit codes, what a stranger is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from symbn import cli
from symbn.certificate import checker
from symbn.certificate.checker import FORMAT, seal
from symbn.cli import certificates

NOTE = r"""
Let $G \in GL(n)$, $Q \in O(n)$ and $x \in \mathbb{R}^n$.

$$(G Q)^{-1} G x = Q^\top x$$ {#eq:solved}

$$\sqrt{4 x^\top x + 4} = 2 \sqrt{x^\top x + 1}$$ {#eq:rooted}

$$x x^\top = x^\top x$$ {#eq:false}
"""


def symbn(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments, catch_exceptions=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `check --certificate` writes of a note with two proved claims."""
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "note.md").write_text(NOTE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = symbn("check", "note.md", "--no-cache", "--certificate", "c.json")
    assert result.exit_code == 1, "a claim is false"
    assert result.stderr == "c.json: a certificate of 2 claims\n"
    return (folder / "c.json").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.md").write_text(NOTE, encoding="utf-8")
    return tmp_path


# Verified ---------------------------------------------------------------------------------------------------


def test_an_accepted_certificate_lists_and_counts_its_claims(folder: Path, certificate: str) -> None:
    (folder / "c.json").write_text(certificate, encoding="utf-8")
    result = symbn("verify-certificate", "c.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "✓ note.md:4:3  eq:solved\n✓ note.md:6:3  eq:rooted\n2 claims hold\n"


def test_a_byte_order_mark_and_indentation_change_nothing(folder: Path, certificate: str) -> None:
    (folder / "c.json").write_text(json.dumps(json.loads(certificate), indent=1), encoding="utf-8-sig")
    assert symbn("verify-certificate", "c.json").exit_code == 0


def resealed(text: str, change: Callable[[Any], object]) -> str:
    """A certificate that is changed, and sealed again so that its proofs are looked at."""
    document = json.loads(text)
    change(document["claims"])
    document["seal"] = seal([document["claims"], document["uncertified"]])
    return json.dumps(document, separators=(",", ":"))


def doubled(side: Any) -> None:
    side[0][0][0][0][0] = "14"


REJECTED: dict[str, tuple[Callable[[Any], object], str]] = {
    "a false side": (
        lambda claims: doubled(claims[1]["parts"][0]["right"]),
        "claim 2: eq:rooted (note.md, line 6): as they stand: the sides are not shown to be equal",
    ),
    "a step that is none": (
        lambda claims: claims[0]["parts"][0]["steps"].insert(0, ["believe"]),
        "claim 1: eq:solved (note.md, line 4): step 1 (believe): there is no such step",
    ),
    "a step that is cut": (
        lambda claims: claims[0]["parts"][0]["steps"].insert(0, ["unfold"]),
        "claim 1: eq:solved (note.md, line 4): step 1 (unfold): it is not written as in a certificate",
    ),
    "a false lemma": (
        lambda claims: doubled(claims[1]["parts"][0]["lemmas"][0][1][2]),
        "claim 2: eq:rooted (note.md, line 6): lemma 1 (power): a power that is another",
    ),
    "nothing presupposed": (
        lambda claims: claims[1]["parts"][0].update(presupposed=[]),
        "claim 2: eq:rooted (note.md, line 6): a side condition that is not listed: positive",
    ),
    "no proof": (lambda claims: claims[0].update(parts=[]), "claim 1: it claims nothing"),
    "no claim": (lambda claims: claims.insert(1, 7), "claim 2: it is not written as in a certificate"),
}


@pytest.mark.parametrize("what", REJECTED)
def test_a_rejected_certificate_says_which_claim_which_step_and_why(folder: Path, certificate: str, what: str) -> None:
    change, said = REJECTED[what]
    (folder / "c.json").write_text(resealed(certificate, change), encoding="utf-8")
    result = symbn("verify-certificate", "c.json")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"rejected: {said}\n")


def test_a_change_that_no_proof_rests_on_breaks_the_seal(folder: Path, certificate: str) -> None:
    (folder / "c.json").write_text(certificate.replace('"line":4', '"line":5'), encoding="utf-8")
    result = symbn("verify-certificate", "c.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "its seal is another" in result.stderr and result.stderr.count("\n") == 1


def test_names_in_a_certificate_cannot_steer_a_terminal(folder: Path, certificate: str) -> None:
    hostile = resealed(certificate, lambda claims: claims[0].update(note="a\x1b[31m\n✓ b.md"))
    (folder / "c.json").write_text(hostile, encoding="utf-8")
    result = symbn("verify-certificate", "c.json")
    assert result.exit_code == 0 and "\x1b" not in result.stdout and len(result.stdout.splitlines()) == 3


# No certificate ---------------------------------------------------------------------------------------------

UNUSABLE: dict[str, tuple[Callable[[Path, str], object], str]] = {
    "missing": (lambda path, text: None, "there is no such file"),
    "a folder": (lambda path, text: path.mkdir(), "it is a folder"),
    "empty": (lambda path, text: path.write_text(""), "it is empty"),
    "blank": (lambda path, text: path.write_text("\n \n"), "it is empty"),
    "a note": (lambda path, text: path.write_text(NOTE), "it is no JSON"),
    "binary": (lambda path, text: path.write_bytes(b"\x89PNG\xff\xfe"), "it is no text in UTF-8"),
    "UTF-16": (lambda path, text: path.write_text(text, encoding="utf-16"), "it is no text in UTF-8"),
    "other JSON": (lambda path, text: path.write_text('{"version": 1, "notes": []}'), "check --certificate did not"),
    "a list": (lambda path, text: path.write_text("[]"), "check --certificate did not write it"),
    "truncated": (lambda path, text: path.write_text(text[: len(text) // 2]), "it breaks off or is damaged"),
    "truncated at once": (lambda path, text: path.write_text(text[:40]), "it breaks off or is damaged"),
    "its last brace lacking": (lambda path, text: path.write_text(text.rstrip()[:-1]), "it breaks off or is damaged"),
    "another version": (
        lambda path, text: path.write_text(text.replace(FORMAT, "symbn certificate 99")),
        f"it is a symbn certificate 99, and this version of symbn reads {FORMAT}",
    ),
    "without claims": (
        lambda path, text: path.write_text(json.dumps({"format": FORMAT, "seal": ""})),
        "its claims or its seal are missing",
    ),
    "without a seal": (
        lambda path, text: path.write_text(json.dumps({"format": FORMAT, "claims": [], "uncertified": []})),
        "its claims or its seal are missing",
    ),
    "deeply nested": (lambda path, text: path.write_text("[" * 200_000), "it is nested more deeply"),
    "deeply nested and closed": (
        lambda path, text: path.write_text('{"format":' + "[" * 100_000 + "]" * 100_000 + "}"),
        "it is nested more deeply than any certificate",
    ),
    "gigantic": (lambda path, text: with_size(path, certificates.LARGEST + 1), "it is larger than 256 MiB"),
    "a long number": (
        lambda path, text: path.write_text('{"format": ' + "7" * 10_000 + "}"),
        "it is no JSON",
    ),
}


def with_size(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_is_no_certificate_is_told_in_one_line(folder: Path, certificate: str, what: str) -> None:
    make, said = UNUSABLE[what]
    make(folder / "c.json", certificate)
    result = symbn("verify-certificate", "c.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: c.json: {said}") and result.stderr.count("\n") == 1
    assert result.stderr.endswith("; give a file that `symbn check --certificate` wrote\n")
    assert not any(word in result.stderr for word in ("Errno", "Error(", "Decode", "Traceback"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told_in_one_line(folder: Path) -> None:
    (folder / "c.json").write_text("{}")
    (folder / "c.json").chmod(0)
    result = symbn("verify-certificate", "c.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "c.json: it cannot be read (Permission denied)" in result.stderr


@pytest.mark.parametrize("name", ["", "note.md/c.json", "a\0b", "x" * 5_000])
def test_a_name_of_no_file_is_told_in_one_line(folder: Path, name: str) -> None:
    result = symbn("verify-certificate", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and "Errno" not in result.stderr


def test_a_fault_of_the_checker_is_told_as_one(folder: Path, certificate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("broken")

    monkeypatch.setattr(checker, "accept", broken)
    (folder / "c.json").write_text(certificate, encoding="utf-8")
    result = symbn("verify-certificate", "c.json")
    assert (result.exit_code, result.stdout) == (3, "") and "symbn itself failed" in result.stderr


# Written ----------------------------------------------------------------------------------------------------


def certify(*arguments: str) -> Result:
    return symbn("check", "note.md", "--select", "eq:rooted", *arguments)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("-", "give the name of a file"), ("", "give the name of a file"), ("none/c.json", "there is no folder none"),
        ("note.md", "would destroy the note"), (os.devnull, "no ordinary file"), ("folder", "is a folder"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "--force"])
def test_what_could_not_be_written_is_refused_before_anything_is_checked(
    folder: Path, name: str, said: str, force: list[str]
) -> None:
    (folder / "folder").mkdir()
    result = certify("--certificate", name, *force)
    assert result.exit_code == 2 and said in result.stderr and result.stdout == ""
    assert (folder / "note.md").read_text(encoding="utf-8") == NOTE


def test_a_file_that_is_no_certificate_is_written_over_by_force_only(folder: Path) -> None:
    (folder / "other").write_text("precious")
    result = certify("--certificate", "other")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: other exists; --force writes over it\n"
    assert (folder / "other").read_text() == "precious"
    assert certify("--certificate", "other", "--force").exit_code == 0
    assert symbn("verify-certificate", "other").exit_code == 0


def test_a_certificate_is_written_over(folder: Path, certificate: str) -> None:
    (folder / "c.json").write_text(certificate, encoding="utf-8")
    assert certify("--certificate", "c.json").exit_code == 0
    assert "1 claim holds" in symbn("verify-certificate", "c.json").stdout


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
@pytest.mark.parametrize("content", ["precious", '{"format":"symbn certificate 1", "a": "precious"}'])
def test_no_link_is_followed_out_of_the_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "file"
    outside.write_text(content)
    (folder / "c.json").symlink_to(outside)
    result = certify("--certificate", "c.json")
    assert (result.exit_code, result.stdout) == (2, "") and "--force" in result.stderr
    assert certify("--certificate", "c.json", "--force").exit_code == 0
    assert outside.read_text() == content
    assert not (folder / "c.json").is_symlink() and symbn("verify-certificate", "c.json").exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe with a name")
def test_a_pipe_is_neither_waited_for_nor_replaced(folder: Path) -> None:
    os.mkfifo(folder / "c.json")
    result = certify("--certificate", "c.json", "--force")
    assert result.exit_code == 2 and "no ordinary file" in result.stderr


def test_force_is_for_a_certificate(folder: Path) -> None:
    result = certify("--force")
    assert result.exit_code == 2 and "--force goes with --certificate" in result.stderr
