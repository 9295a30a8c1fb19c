"""Notes are read as UTF-8 text, or it is said why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from symbn.diagnostics import NoteError
from symbn.notes import reading
from symbn.notes.reading import read_source, source_from_bytes


def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    for data in (b"a\nb\nc\n", b"a\r\nb\r\nc\r\n", b"a\rb\rc\r", b"\xef\xbb\xbfa\nb\r\nc\r"):
        note.write_bytes(data)
        source = read_source(str(note))
        assert source.text == "a\nb\nc\n"
        assert source.path == str(note)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a\nb\n\xff", "byte 0xff in line 3"),
        (b"a\0b", "byte 1 is zero"),
        ("a".encode("utf-16"), "UTF-16"),
        (b"\xed\xa0\x80", "not UTF-8"),
    ],
)
def test_what_is_not_utf8_text_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(NoteError) as caught:
        source_from_bytes("note.md", data)
    assert caught.value.diagnostic.code == "P004"
    assert said in caught.value.diagnostic.message
    assert caught.value.diagnostic.help


def test_a_missing_file_names_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "batchnorm.md").write_text("")
    with pytest.raises(NoteError) as caught:
        read_source(str(tmp_path / "batchnrom.md"))
    assert caught.value.diagnostic.code == "P001"
    assert caught.value.diagnostic.help == f"did you mean {tmp_path / 'batchnorm.md'}?"


def test_a_directory_is_no_note(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("")
    with pytest.raises(NoteError) as caught:
        read_source(str(tmp_path))
    assert caught.value.diagnostic.code == "P002"
    assert "one.md" in (caught.value.diagnostic.help or "")


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_an_impossible_path_is_told(path: str) -> None:
    with pytest.raises(NoteError) as caught:
        read_source(path)
    assert caught.value.diagnostic.code == "P003"


def test_a_file_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 3)
    assert source_from_bytes("note.md", b"abc").text == "abc"
    with pytest.raises(NoteError) as caught:
        source_from_bytes("note.md", b"abcd")
    assert caught.value.diagnostic.code == "P005"
