"""A file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from symbn.export.writing import NotWritten, check_output, write_whole

OLD, NEW = "what was there\n", "what comes — ∂, ŷ\n"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_file_holds_the_text_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    write_whole(NEW, str(tmp_path / "a.tex"), force=False)
    assert (tmp_path / "a.tex").read_text(encoding="utf-8") == NEW
    assert names(tmp_path) == {"a.tex"}


def test_a_new_file_has_the_usual_rights(tmp_path: Path) -> None:
    write_whole(NEW, str(tmp_path / "a.tex"), force=False)
    (tmp_path / "b.tex").write_text(NEW, encoding="utf-8")
    assert stat.S_IMODE((tmp_path / "a.tex").stat().st_mode) == stat.S_IMODE((tmp_path / "b.tex").stat().st_mode)


def test_a_file_that_exists_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "a.tex"
    path.write_text(OLD, encoding="utf-8")
    path.chmod(0o640)
    for write in (lambda: check_output(str(path), force=False), lambda: write_whole(NEW, str(path), force=False)):
        with pytest.raises(NotWritten, match=r"a\.tex exists; --force"):
            write()
    assert path.read_text(encoding="utf-8") == OLD
    check_output(str(path), force=True)
    write_whole(NEW, str(path), force=True)
    assert path.read_text(encoding="utf-8") == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_and_a_place_in_no_folder_are_refused(tmp_path: Path, force: bool) -> None:
    for name, said in (("", "is a folder"), ("none/a.tex", "there is no folder"), ("", "is a folder")):
        with pytest.raises(NotWritten, match=said):
            check_output(str(tmp_path / name), force)
        with pytest.raises(NotWritten, match=said):
            write_whole(NEW, str(tmp_path / name), force)
    assert names(tmp_path) == set()


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(OLD, encoding="utf-8")
    with pytest.raises(NotWritten, match="there is no folder"):
        write_whole(NEW, str(tmp_path / "a" / "b.tex"), force=True)


def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/null")):
        with pytest.raises(NotWritten, match="no ordinary file"):
            check_output(str(path), force=True)
        with pytest.raises(NotWritten, match="no ordinary file"):
            write_whole(NEW, str(path), force=True)
    assert (tmp_path / "link").is_symlink()


def test_the_note_itself_is_never_written_over(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(OLD, encoding="utf-8")
    os.link(note, tmp_path / "same.md")
    for path in (note, tmp_path / "same.md"):
        with pytest.raises(NotWritten, match="destroy the note"):
            check_output(str(path), force=True, sources=["-", str(tmp_path / "none.md"), str(note)])
    assert note.read_text(encoding="utf-8") == OLD


def test_a_link_is_replaced_and_what_it_points_to_is_not_touched(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "a.tex").write_text(OLD, encoding="utf-8")
    link = folder / "a.tex"
    link.symlink_to(outside / "a.tex")
    with pytest.raises(NotWritten, match="--force"):
        write_whole(NEW, str(link), force=False)
    write_whole(NEW, str(link), force=True)
    assert not link.is_symlink() and link.read_text(encoding="utf-8") == NEW
    assert (outside / "a.tex").read_text(encoding="utf-8") == OLD


def test_a_link_to_nothing_is_replaced_and_nothing_is_made_where_it_points(tmp_path: Path) -> None:
    link = tmp_path / "a.tex"
    link.symlink_to(tmp_path / "nothing")
    with pytest.raises(NotWritten, match="--force"):
        check_output(str(link), force=False)
    write_whole(NEW, str(link), force=True)
    assert names(tmp_path) == {"a.tex"} and not link.is_symlink()


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(NotWritten, match="cannot be written to"):
            check_output(str(tmp_path / "a.tex"), force=False)
    finally:
        tmp_path.chmod(0o700)


def _no_right(*_: object, **__: object) -> int:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _disk_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _stopped(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("name", "fault", "said"),
    [
        ("open", _no_right, "Permission denied"),
        ("fsync", _disk_full, "No space left"),
        ("replace", _disk_full, "No space left"),
    ],
)
@pytest.mark.parametrize("existing", [False, True])
def test_after_a_fault_all_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fault: object, said: str, existing: bool
) -> None:
    path = tmp_path / "a.tex"
    if existing:
        path.write_text(OLD, encoding="utf-8")
    before = names(tmp_path)
    monkeypatch.setattr(os, name, fault)
    with pytest.raises(NotWritten, match=said) as told:
        write_whole(NEW, str(path), force=True)
    monkeypatch.undo()
    assert "\n" not in str(told.value) and "a.tex" in str(told.value)
    assert names(tmp_path) == before
    assert not existing or path.read_text(encoding="utf-8") == OLD


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _stopped)
    with pytest.raises(KeyboardInterrupt):
        write_whole(NEW, str(tmp_path / "a.tex"), force=True)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_name_that_cannot_be_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotWritten):
        write_whole(NEW, str(tmp_path / name), force=False)
    assert names(tmp_path) == set()


def test_a_character_that_utf_8_has_not_is_written_as_its_number(tmp_path: Path) -> None:
    write_whole("\udc80", str(tmp_path / "a.json"), force=False)
    assert (tmp_path / "a.json").read_bytes() == rb"\udc80"
