"""A name without a meaning is told what it is used as, by all its uses in the note; no claim is decided by that."""

from __future__ import annotations

import pytest

from symbn.diagnostics import Diagnostic
from symbn.note import Note
from symbn.preamble import needed
from symbn.report import Report

GIVEN = (
    r"$A \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^{n}$, $z \in \mathbb{R}^{m}$, "
    r"$f : \mathbb{R}^{n} \to \mathbb{R}$"
)


def reports(text: str) -> list[Report]:
    return list(Note.from_text(text).check(explain=False, repair=False).statements)


def told(text: str, name: str) -> Diagnostic:
    """What is told of the first place where a name has no meaning."""
    found = [d for report in reports(text) for d in report.diagnostics if d.message == f"`{name}` is not declared"]
    assert found, f"nothing is told of {name}"
    assert found[0].code == "E110"
    return found[0]


USES = [
    (r"$$A u = z$$", "u", "n×1", r"u \in \mathbb{R}^{n}"),
    (r"$$A^\top u = x$$", "u", "m×1", r"u \in \mathbb{R}^{m}"),
    (r"$$B x = z$$", "B", "m×n", r"B \in \mathbb{R}^{m \times n}"),
    (r"$$B^\top x = z$$", "B", "n×m", r"B \in \mathbb{R}^{n \times m}"),
    (r"$$\operatorname{tr}(A P) = 1$$", "P", "n×m", r"P \in \mathbb{R}^{n \times m}"),
    (r"$$A + \frac{1}{2} P = A$$", "P", "m×n", r"P \in \mathbb{R}^{m \times n}"),
    (r"$$A \odot P = A$$", "P", "m×n", r"P \in \mathbb{R}^{m \times n}"),
    (r"$$\sum_{i=1}^{m} u_i A_{ij} = x_j$$", "u_{i}", "m×1", r"u \in \mathbb{R}^{m}"),
    (r"$$\sum_{j=1}^{n} B_{ij} x_j = z_i$$", "B_{i j}", "m×n", r"B \in \mathbb{R}^{m \times n}"),
    (r"$$B_{i:} x = z_i$$", "B", "m×n", r"B \in \mathbb{R}^{m \times n}"),
    (r"$$\lambda A = A \lambda$$", r"\lambda", "a number", r"\lambda \in \mathbb{R}"),
    (r"$$\nabla_x f(x) = A^\top g$$", "g", "m×1", r"g \in \mathbb{R}^{m}"),
    (r"$$\nabla_x L(A x) = A^\top z$$", "L", "a function of m×1 with values a number",
     r"L : \mathbb{R}^{m} \to \mathbb{R}"),
    (r"$$\frac{\partial L}{\partial x} = z^\top A$$", "L", "a function of n×1 with values a number",
     r"L : \mathbb{R}^{n} \to \mathbb{R}"),
    (r"$$h(x) = A x + z$$ $$A \phi(x) = A x$$", r"\phi", "a function of one number, applied entry by entry",
     r"\phi : \mathbb{R} \to \mathbb{R}"),
    (r"$$x_{\text{new}} = x + u_{\text{old}}$$", "u_{old}", "n×1", r"u_{\mathrm{old}} \in \mathbb{R}^{n}"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "name", "used_as", "declaration"), USES)
def test_a_shape_follows_from_use(statement: str, name: str, used_as: str, declaration: str) -> None:
    diagnostic = told(f"{GIVEN}\n\n{statement}", name)
    assert any(note.startswith(f"used as {used_as}") for note in diagnostic.notes), diagnostic.notes
    assert diagnostic.help is not None
    assert f"${declaration}$" in diagnostic.help


@pytest.mark.parametrize(("statement", "name", "used_as", "declaration"), USES)
def test_what_is_proposed_can_be_declared(statement: str, name: str, used_as: str, declaration: str) -> None:
    after = reports(f"{GIVEN}\n\n${declaration}$\n\n{statement}")
    assert not [d for report in after for d in report.diagnostics if d.code == "E110"]


def test_a_proposal_decides_nothing() -> None:
    """With `u` declared as is proposed the claim is proved; until then it has no verdict but error."""
    claim = r"$$A (u + u) = 2 A u$$"
    assert reports(f"{GIVEN}\n\n{claim}")[-1].verdict == "error"
    assert reports(f"{GIVEN}\n\n$u \\in \\mathbb{{R}}^{{n}}$\n\n{claim}")[-1].verdict == "proved"


def test_later_uses_count_as_well() -> None:
    alone = told(r"$$P Q = Q$$", "P")
    assert not any("m×" in note for note in alone.notes)
    later = told(f"$$P Q = Q$$\n\n{GIVEN}\n\n$$P A = A$$", "P")
    assert any(note.startswith("used as m×m") for note in later.notes), later.notes


def test_open_sizes_get_letters_that_the_note_does_not_use() -> None:
    diagnostic = told("$p \\in \\mathbb{R}$, $q \\in \\mathbb{R}$, $d \\in \\mathbb{R}$, $k > 0$\n\n"
                      f"{GIVEN}\n\n$$A R = S$$", "R")  # fmt: skip
    assert diagnostic.notes[0].startswith("used as n×")
    assert not any(diagnostic.notes[0].startswith(f"used as n×{letter}") for letter in "pqdkmn")


def test_uses_that_contradict_each_other_are_both_shown() -> None:
    diagnostic = told(f"{GIVEN}\n\n$$P x = z$$\n\n$$P z = x$$", "P")
    assert diagnostic.notes == ("used as m×n at 3:3, and as n×m at 5:3",)
    agreeing = told(f"{GIVEN}\n\n$$P x = z$$\n\n$$P^\\top z = x$$", "P")
    assert agreeing.notes == ("used as m×n",)


def test_a_kind_that_only_the_letter_suggests_is_told_as_such() -> None:
    assumed = told(r"$$Q R = R Q$$", "Q")
    assert any("its uses would allow something else" in note for note in assumed.notes)
    settled = told(f"{GIVEN}\n\n$$Q A = A$$\n\n$$Q z = z$$\n\n$$\\operatorname{{tr}}(Q + A A^\\top) = 1$$", "Q")
    assert settled.notes == ("used as m×m",)


def test_a_name_that_is_defined_below_is_told_where() -> None:
    diagnostic = told(f"{GIVEN}\n\n$$y + z = z$$\n\n$$y := A x$$", "y")
    assert diagnostic.notes == ("defined below, at 5:3",)
    assert diagnostic.help == "move the definition up, or put it in a preamble"
    assert [label.text for label in diagnostic.labels if not label.primary] == ["defined only here"]
    above = reports(f"{GIVEN}\n\n$$y := A x$$\n\n$$y + z = z + y$$")
    assert above[-1].verdict == "proved"


def test_a_name_that_is_declared_below_is_told_where() -> None:
    diagnostic = told("$$x + x = 2 x$$\n\n$x \\in \\mathbb{R}^{n}$", "x")
    assert diagnostic.notes == ("declared below, at 3:2",)


def test_one_failure_is_told_once_and_its_followers_point_to_it() -> None:
    text = f"{GIVEN}\n\n$$y := B x$$\n\n$$y + y = 2 y$$"
    first, follower = reports(text)[-2:]
    assert [d.message for d in first.diagnostics] == ["`B` is not declared"]
    (diagnostic,) = follower.diagnostics
    assert diagnostic.notes == ("its definition at 3:3 could not be read: see there",)
    assert diagnostic.help is None
    mended = reports(text.replace("y := B", "y := A"))
    assert [r.verdict for r in mended[-2:]] == ["definition", "proved"]


def test_a_family_is_proposed_with_its_index() -> None:
    diagnostic = told(f"{GIVEN}\n\n$$\\sum_{{i=1}}^{{m}} A v_i = z$$", "v_{i}")
    assert diagnostic.help is not None
    assert r"$i \in \{1, \ldots, m\}$, $v_{i} \in \mathbb{R}^{n}$" in diagnostic.help


def test_the_shape_of_a_defined_name_is_not_proposed() -> None:
    found = reports(f"{GIVEN}\n\n$$y := B x$$\n\n$$C y = z$$")
    helps = [d.help or "" for report in found for d in report.diagnostics]
    assert not any("$y" in help for help in helps)
    assert any(r"$B \in" in help for help in helps)


def test_sizes_that_follow_from_use_are_reported_once() -> None:
    text = f"{GIVEN}\n\n$$A I x = A x$$\n\n$$A (I + I) x = 2 A x$$\n\n$$A I_n x = A x$$"
    checked = Note.from_text(text).check()
    said = [c for report in checked.statements for c in report.conventions if "inferred" in c]
    assert set(said) == {"I without a subscript is n×n, inferred from where it stands"}
    assert not checked.statements[-1].conventions


@pytest.mark.parametrize(
    "equations",
    [
        r"A u = z \quad u + v = A^\top A s \quad c v = v c",
        r"v^\top A W = z^\top \quad W g = h",
        r"z = A u, \quad w = c v^\top A",
    ],
)
def test_equations_of_one_abbreviation_are_told_apart(equations: str) -> None:
    declared = r"$A \in \mathbb{R}^{m \times n}$, $\def\q{%s}$"
    written, short = (Note.from_text(declared % equations + f" ${text}$") for text in (equations, r"\q"))
    proposed = {entry.markdown for entry in needed(written)}
    assert len(proposed) > 2 and {entry.markdown for entry in needed(short)} == proposed
