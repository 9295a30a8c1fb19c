"""How derivatives at a point are read: as functions of their own, whose arguments take no part in the derivative."""

from __future__ import annotations

import pytest

import symbn
from symbn.diagnostics import Diagnostic
from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.tree import Expr
from symbn.note import Note
from symbn.notes.lexer import tokenize
from symbn.source import Span

DECLARED = r"""$A \in \mathbb{S}^n$, $v, w \in \mathbb{R}^n$, $t \in \mathbb{R}$, $s > 0$,
$L : \mathbb{R}^n \to \mathbb{R}$, $f(w) := w^\top A w$, $q(a, c) := a^\top A c$, $\theta^\star := 2 v$
"""


def read(formula: str) -> Expr:
    """What stands right of 0 =."""
    found = Note.from_text(f"{DECLARED}\n\n$$0 = {formula}$$\n").statements[-1]
    assert not found.diagnostics, [str(d) for d in found.diagnostics]
    return found.goals[0].right


def error(formula: str) -> Diagnostic:
    (found,) = Note.from_text(f"{DECLARED}\n\n$$0 = {formula}$$\n").statements[-1].diagnostics
    return found


def applied(formula: str) -> tree.Reference:
    e = read(formula)
    assert isinstance(e, tree.Reference)
    return e


GRADIENT = r"\nabla_w f(v)"


def test_the_gradient_at_a_point_is_a_function_of_the_point() -> None:
    e = applied(GRADIENT)
    assert e.arguments == (tree.Symbol(name="v", shape=("n", 1)),) and e.shape == ("n", 1)
    assert not any(isinstance(node, tree.Derivative) for node in tree.walk(e))


@pytest.mark.parametrize(
    "formula",
    [
        r"(\nabla_w f)(v)",
        r"\nabla_w f(w)|_{w = v}",
        r"\nabla f(w) \big|_{w = v}",
        r"\left. \nabla_w f(w) \right|_{w = v}",
        r"\left. \nabla_w f \right|_{w = v}",
    ],
)
def test_ways_to_write_one_gradient(formula: str) -> None:
    assert applied(formula).name == applied(GRADIENT).name
    assert applied(formula).arguments == applied(GRADIENT).arguments


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{\partial f}{\partial w}(v)",
        r"\frac{\partial f(w)}{\partial w}\Big|_{w=v}",
        r"\frac{\partial f(v)}{\partial w}",
    ],
)
def test_ways_to_write_one_row(formula: str) -> None:
    assert applied(formula).shape == (1, "n")
    assert applied(formula).name == applied(r"\frac{\partial f}{\partial w}(w)").name


@pytest.mark.parametrize("formula", [GRADIENT, r"\nabla_w^2 f(v)", r"\frac{\partial f}{\partial w}(v)"])
def test_what_is_printed_is_read_as_the_same(formula: str) -> None:
    assert read(to_latex(read(formula))) == read(formula)


@pytest.mark.parametrize(
    "formula", [r"\nabla_w f(w)", r"\nabla_w f(A w)", r"\nabla f(v)", r"\frac{\partial f}{\partial w}"]
)
def test_a_derivative_through_its_argument_stays_one(formula: str) -> None:
    assert isinstance(read(formula), tree.Derivative)


def test_a_bar_reaches_over_the_product_and_no_sign() -> None:
    e = read(r"f(v) + t f(w)|_{w = v}")
    assert isinstance(e, tree.Add) and e.terms[0] == applied("f(v)")
    assert isinstance(read(r"\left. f(v) + f(t v) \right|_{t = 0}"), tree.At)
    assert isinstance(read(r"f(v) + f(t v) |_{t = 0}"), tree.Add)


def test_bars_around_something_stay_what_they_are() -> None:
    assert isinstance(read(r"|t|"), tree.Elementwise)
    assert isinstance(read(r"\left| t \right|"), tree.Elementwise)
    assert isinstance(read(r"\left. \left| t \right| \right."), tree.Elementwise)


@pytest.mark.parametrize(
    ("formula", "code", "said"),
    [
        (r"\nabla_v f(w)", "E216", "does not depend on `v`"),
        (r"\nabla_w L(v)", "E216", r"\nabla L(a)"),
        (r"\nabla_w (f(v) + t)", "E216", "does not depend on `w`"),
        (r"\nabla_a q(v, v) + \nabla_w q(v, v)", "E216", "does not depend on `w`"),
        (r"\frac{\partial f}{\partial w}(w - v)", "E215", "product"),
        (r"\frac{\partial f}{\partial v}(w)", "E215", "product"),
        (r"w^\top \nabla_w f(w)|_{w = v}", "E217", "as a function"),
        (r"f(w)|_{w}", "E217", "as a function"),
        (r"f(w)|_{w = v, t = 0}", "E217", "as a function"),
        (r"\log s \, |_{s = 0}", "E217", "as a function"),
    ],
)
def test_what_could_be_meant_otherwise_is_asked(formula: str, code: str, said: str) -> None:
    found = error(formula)
    assert found.code == code
    assert said in str(found.message) + str(found.help)


def test_one_half_of_a_pair_of_delimiters_may_be_invisible() -> None:
    text = r"\left. a \right|_{a = b} + \left( a \right. + \left. b \right) + \left\{ a \right."
    found = [token.text for token in tokenize(text, [Span(0, len(text))])]
    assert "".join(found) == r"(a)|_{a=b}+(a+b)+\{a"


FREE = r"""$t \in \mathbb{R}$, $F : \mathbb{R} \to \mathbb{R}$, $x, h \in \mathbb{R}^n$, $y \in \mathbb{R}^m$,
$g : \mathbb{R}^n \to \mathbb{R}^n$, $f : \mathbb{R}^n \to \mathbb{R}$, $L : \mathbb{R}^m \to \mathbb{R}$
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{dF}{dt}(t) = F'(t)", "proved"),
        (r"\frac{dF}{dt}(t) = t F'(t)", "refuted"),
        (r"\frac{\partial F}{\partial t}(0) = F'(0)", "proved"),
        (r"\frac{\partial F}{\partial t}(0) = 0", "refuted"),
        (r"\frac{d^2 F}{d t^2}(t) = F''(t)", "proved"),
        (r"\frac{d^2 F}{d t^2}(t) = t F''(t)", "refuted"),
        (r"\frac{\partial f}{\partial x}(x) = \nabla f(x)^\top", "proved"),
        (r"\frac{\partial f}{\partial x}(x) = \frac{\partial f(x)}{\partial x} x", "refuted"),
        (r"\frac{\partial f}{\partial x}(h) = \nabla f(h)^\top", "proved"),
        (r"\frac{\partial f}{\partial x}(h) = \nabla f(x)^\top", "refuted"),
        (r"\frac{\partial f}{\partial x}(0) = \nabla f(0)^\top", "proved"),
        (r"\frac{\partial f}{\partial x_i}(x) = (\nabla f(x))_i", "proved"),
        (r"\frac{\partial g}{\partial x}(h) x = \frac{\partial g(h)}{\partial h} x", "proved"),
        (r"\frac{\partial g}{\partial x}(h) = \frac{\partial g(x)}{\partial x} h", "refuted"),
        (r"\frac{\partial L}{\partial y}(y y^\top) = \frac{\partial L(y)}{\partial y} y y^\top", "proved"),
        (r"\frac{\partial L}{\partial y}(y y^\top) = y^\top y \frac{\partial L(y)}{\partial y}", "refuted"),
    ],
)
def test_a_derivative_of_an_unknown_function_is_taken_at_a_name_in_parentheses(claim: str, verdict: str) -> None:
    assert symbn.verify(claim, FREE).verdict == verdict


@pytest.mark.parametrize(
    "claim",
    [
        r"\frac{\partial F}{\partial t}(t + 1) = (t + 1) F'(t)",
        r"\frac{\partial F}{\partial t}(t + 1) = F'(t + 1)",
        r"\frac{\partial F(t)}{\partial t}(0) = 0",
        r"\frac{\partial f}{\partial x_i}(h) = h_i",
        r"\frac{\partial f}{\partial x}(x - h) = 0",
        r"\nabla f^\top(x) = x^\top \nabla f(x)",
        r"\frac{\partial g}{\partial x}^\top(x) = \frac{\partial g(x)}{\partial x}^\top",
        r"(F \circ F)(t) = F(F(t))",
        r"(F + F)(t) = 2 F(t)",
        r"\frac{F}{2}(0) = 0",
    ],
)
def test_what_may_be_a_value_or_a_product_is_asked_about(claim: str) -> None:
    assert [d.code for d in symbn.verify(claim, FREE).diagnostics] == ["E215"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\nabla k(x) = x", "proved"),
        (r"\nabla k(x) = 2 x", "refuted"),
        (r"\nabla^2 k(x) = 0", "proved"),
        (r"\nabla^2 k(x) = 2 I", "refuted"),
        (r"\nabla_x k(x) = 2 x", "proved"),  # by x, wherever it stands
        (r"\nabla_x k(x) = x", "refuted"),
        (r"\nabla k(2 h) = x", "proved"),
        (r"\nabla k(2 h) = 2 x", "refuted"),
        (r"\nabla k(h) = x", "proved"),
        (r"\nabla r(x) = \nabla f(0)", "proved"),
        (r"\nabla r(x) = 0", "refuted"),
    ],
)
def test_the_gradient_of_a_defined_function_is_by_its_parameter(claim: str, verdict: str) -> None:
    given = FREE + r"$u \in \mathbb{R}^n$, $k(u) = x^\top u$, $r(u) = f(u - x)$"
    assert symbn.verify(claim, given).verdict == verdict
