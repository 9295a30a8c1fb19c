"""Every kernel computes what its equation says: compared with exact evaluation of the right side by explicit entries.

Arguments are small rationals at sizes that are never equal; few rows are computed on whole arrays, many in blocks.  The
exact values come from `symbn.evidence`, which shares nothing with the core nor with lowering.  Numba modules are run by
Python here, which is as exact and needs no compilation; a few are compiled, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from symbn.evidence.points import Style
from symbn.kernels.identifiers import distinct
from symbn.kernels.kernel import Equation, Kernel, kernel_of

from .exactly import NOTES, Sizes, Values, call, called, functions, loaded, shipped, shipped_kernels, text
from .interpreter import Interpreter
from .random_expressions import Expressions

CLOSE = 1e-9
TARGETS = ("numpy", "array-api", "sympy", "numba")
FEW: Sizes = {"n": 5, "m": 3, "p": 4, "d": 4, "k": 3, "v": 2}
MANY: Sizes = {"n": 19, "m": 2, "p": 3, "d": 17, "k": 4, "v": 3}
WIDE: Sizes = {"n": 4, "m": 2, "p": 18}

Equations = Mapping[str, Sequence[Equation]]


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba's decorators do nothing."""
    numba = pytest.importorskip("numba")
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)


def wrong(kernels: Mapping[str, Kernel], equations: Equations, *points: tuple[Sizes, int]) -> dict[object, object]:
    """What is not within 1e-9 of the exact value at some point (sizes and seed), by kernel, target and sizes."""
    found: dict[object, object] = {}
    made = {target: functions(kernels, target) for target in TARGETS}
    for id, kernel in kernels.items():
        for sizes, seed in points:
            given = called(kernel, equations[id], sizes, seed)
            for target in TARGETS:
                try:
                    error: object = given.errors(call(made[target][id], kernel, target, given))
                except Exception as fault:  # all of what is wrong is told, not only the first
                    error = repr(fault)
                if not (isinstance(error, float) and error < CLOSE):
                    found[id, target, str(sizes)] = error
    return found


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("note", NOTES)
def test_every_kernel_of_the_shipped_notes_is_exact(note: str) -> None:
    equations = {id: [e] for id, e in shipped(note).equations.items()}
    kernels = shipped_kernels(note)
    if note == "batchnorm_as_published":  # what is right there stands in batchnorm.md, too
        same = {(k.sources[0].lhs, k.sources[0].rhs) for k in shipped_kernels("batchnorm").values()}
        kernels = {id: k for id, k in kernels.items() if (k.sources[0].lhs, k.sources[0].rhs) not in same}
    assert not wrong(kernels, equations, (FEW, len(note)), (MANY, 1))


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize(
    ("note", "ids"),
    [
        ("batchnorm_layer", ["eq:forward", "eq:grad-Y", "eq:grad-gamma", "eq:grad-beta"]),
        ("batchnorm_layer", ["eq:grad-beta", "eq:grad-Y"]),
        ("batchnorm_layer", ["eq:normalise", "eq:backward-normalised"]),
        ("batchnorm_layer", ["eq:grad-W", "eq:grad-X"]),
        ("batchnorm_affine", ["eq:A10b", "eq:A11b"]),
        ("batchnorm_affine", ["eq:A6", "eq:A7b", "eq:A8"]),
        ("batchnorm", ["eq:N15b", "eq:N16c", "eq:N17"]),
        ("layer_norm", ["eq:forward", "eq:grad-X", "eq:grad-gamma", "eq:grad-beta"]),
        ("rms_norm", ["eq:grad-X", "eq:grad-gamma"]),
        ("cross_entropy_layer", ["eq:loss", "eq:grad-Z"]),
        ("attention_layer", ["eq:forward", "eq:grad-Q", "eq:grad-K", "eq:grad-V"]),
    ],
)
def test_fused_kernels_are_exact_in_all_their_results(note: str, ids: list[str]) -> None:
    kernel = shipped(note).fused(*ids)
    equations = [shipped(note).equations[id] for id in ids]
    assert not wrong({"fused": kernel}, {"fused": equations}, (FEW, 3), (MANY, 4))


# Other statements -----------------------------------------------------------------------------------------

DECLARED = r"""
$A, E \in \mathbb{R}^{n \times p}$, $B \in \mathbb{R}^{p \times m}$, $C \in \mathbb{R}^{m \times n}$,
$S, T \in \mathbb{R}^{p \times p}$, $x, u \in \mathbb{R}^{p}$, $y, v \in \mathbb{R}^{n}$, $w \in \mathbb{R}^{m}$,
$a, b \in \mathbb{R}^{3}$, $M \in \mathbb{R}^{2 \times 3}$, $P \in \mathbb{R}^{n \times 3}$,
$c \in \mathbb{R}$, $\lambda > 0$,
$f : \mathbb{R}^{p} \to \mathbb{R}^{n}$, $g : \mathbb{R}^{n} \to \mathbb{R}$,
$h : \mathbb{R}^{n} \times \mathbb{R}^{p} \to \mathbb{R}$, $L : \mathbb{R}^{n \times m} \to \mathbb{R}$,
$J := I_n - \frac{1}{n} \mathbf{1} \mathbf{1}^\top$, $H := I_p - \frac{1}{p} \mathbf{1} \mathbf{1}^\top$,
$z_{ij} := x_i u_j$, $q(t) := \sum_{i=1}^{p} t_i x_i$, $k(t) := S t + \left(\sum_{i=1}^{p} t_i\right) x$,
$r_i := A_{i:}^\top$, $G := A^\top J A$, $s(t) := \frac{1}{n-1} t^\top J t$
"""

STATEMENTS: dict[str, str] = {
    "least squares": r"""
        \nabla_x \|A x - y\|^2 = 2 A^\top (A x - y)
        \nabla_x \left( \|A x - y\|^2 + \lambda \|x\|^2 \right) = 2 A^\top A x - 2 A^\top y + 2 \lambda x
        \frac{\partial^2}{\partial x \partial x^\top} \|A x - y\|^2 = 2 A^\top A
        \nabla_B \|A B - C^\top\|_F^2 = 2 A^\top (A B - C^\top)
        (A^\top A + \lambda I) (x + u) = A^\top (A (x + u)) + \lambda x + \lambda u
    """,
    "quadratic forms": r"""
        \frac{\partial}{\partial x} x^\top S x = x^\top (S + S^\top)
        \frac{\partial^2}{\partial x \partial x^\top} x^\top S x = S + S^\top
        \frac{\partial}{\partial x} \left( (S + S^\top) x \right) = S + S^\top
        \nabla_S u^\top S x = u x^\top
        \nabla_x \frac{x^\top S x}{x^\top x} = \frac{1}{x^\top x} (S + S^\top) x - \frac{2 x^\top S x}{(x^\top x)^2} x
        \sum_{i=1}^{p} \sum_{j=1}^{p} S_{ij} x_i u_j = x^\top S u
        x^\top (S \odot T) u = \operatorname{tr}(\operatorname{diag}(x) S \operatorname{diag}(u) T^\top)
    """,
    "sums of rows": r"""
        A H = A - \frac{1}{p} A \mathbf{1} \mathbf{1}^\top
        A H \operatorname{diag}(x) = (A - \frac{1}{p} A \mathbf{1} \mathbf{1}^\top) \operatorname{diag}(x)
        A H E^\top = A H (E H)^\top
        \operatorname{diag}(A H E^\top) = (A H \odot E) \mathbf{1}
        C \operatorname{diag}(A A^\top) = C ((A \odot A) \mathbf{1})
        \operatorname{diag}(\operatorname{diag}(A A^\top)) E = \operatorname{diag}((A \odot A) \mathbf{1}) E
        S \operatorname{diag}(\operatorname{diag}(S S^\top)) = S \operatorname{diag}((S \odot S) \mathbf{1})
        \sum_{i=1}^{n} \sqrt{\lambda + \|r_i\|^2} = \mathbf{1}^\top \sqrt{\lambda + (A \odot A) \mathbf{1}}
        \operatorname{diag}(y \odot (A \odot A) \mathbf{1}) = \operatorname{diag}(y \odot \operatorname{diag}(A A^\top))
    """,
    "softmax": r"""
        \operatorname{softmax}(A x + c \mathbf{1}) = \operatorname{softmax}(c \mathbf{1} + A x)
        \operatorname{softmax}(0 x) = \frac{1}{p} \mathbf{1}
        2 \operatorname{softmax}(x)_1 = \operatorname{softmax}(x)_1 + \operatorname{softmax}(x)_1
        u^\top \log(\operatorname{softmax}(x)) = u^\top (x - (\log \sum_{i=1}^{p} e^{x_i}) \mathbf{1})
        u^\top \log(\operatorname{softmax}(x)) + c = c + \log(\operatorname{softmax}(x))^\top u
        \nabla_x \log \sum_{i=1}^{p} e^{x_i} = \operatorname{softmax}(x)
        \nabla_x (u^\top \log(\operatorname{softmax}(x))) = u - (\mathbf{1}^\top u) \operatorname{softmax}(x)
        \frac{\partial \operatorname{softmax}(x)}{\partial x} = \frac{\partial \operatorname{softmax}(x)}{\partial x}
    """,
    "traces": r"""
        \operatorname{tr}(A B C) = \operatorname{tr}(C A B)
        \operatorname{tr}(A^\top E) = \mathbf{1}^\top (A \odot E) \mathbf{1}
        \operatorname{tr}(S) = \mathbf{1}^\top \operatorname{diag}(S)
        \nabla_A \operatorname{tr}(A B C) = C^\top B^\top
        \nabla_S \operatorname{tr}(S^2) = 2 S^\top
        \operatorname{tr}(S^4) = \operatorname{tr}(S^2 S^2)
        \operatorname{tr}(S T)^2 = \operatorname{tr}(T S) \operatorname{tr}(S T)
        \nabla_A \operatorname{tr}((A \odot E)^\top A) = 2 A \odot E
    """,
    "chains": r"""
        A B w = A (B w)
        (A B) w = A B w
        A A^\top v = A (A^\top v)
        \mathbf{1}^\top A B = (B^\top A^\top \mathbf{1})^\top
        y^\top A B = y^\top A B
        \mathbf{1}^\top A E^\top \mathbf{1} = (A^\top \mathbf{1})^\top (E^\top \mathbf{1})
        A A^\top A B = A (A^\top A) B
        \|A A^\top\|_F^2 = \|A^\top A\|_F^2
        S^3 x = S (S (S x))
        S^3 T S^2 = S (S^2 T S) S
        (I - 2 v v^\top) A = A - 2 v v^\top A
        (I + v y^\top)^2 A = (I + v y^\top)(A + v y^\top A)
    """,
    "entrywise": r"""
        (A \odot E)^\top = E^\top \odot A^\top
        A^{\odot 3} = A \odot A \odot A
        A^{\odot 4} + E = E + A^{\odot 4}
        (1 + A^{\odot 2})^{\odot -1} = (A^{\odot 2} + 1)^{\odot -1}
        (1 + A^{\odot 2})^{\odot 1/2} = \sqrt{1 + A^{\odot 2}}
        (1 + A^{\odot 2})^{\odot -3/2} = (A^{\odot 2} + 1)^{\odot -3/2}
        (1 + A^{\odot 2})^{\odot 2/3} = (A^{\odot 2} + 1)^{\odot 2/3}
        (1 + x^{\odot 2})^{\odot 5/2} = (x^{\odot 2} + 1)^{\odot 5/2}
        (1 + x^{\odot 2})^{\odot c} = (x^{\odot 2} + 1)^{\odot c}
        \lambda^{c} x = x \lambda^{c}
        \lambda^{1/3} + \lambda^{-5/2} = \lambda^{-5/2} + \lambda^{1/3}
        A \oslash (1 + E^{\odot 2}) = A \odot (1 + E^{\odot 2})^{\odot -1}
        \exp(A) \oslash (\exp(A) \mathbf{1} \mathbf{1}^\top) = \exp(A) \oslash (\exp(A) \mathbf{1} \mathbf{1}^\top)
        \exp(A) \oslash (\mathbf{1} \mathbf{1}^\top \exp(A)) = \exp(A) \oslash (\mathbf{1} \mathbf{1}^\top \exp(A))
        (1 + A)^\top = \mathbf{1} \mathbf{1}^\top + A^\top
    """,
    "known functions": r"""
        \nabla_x \sum_{i=1}^{p} \log(1 + \exp(x_i)) = \exp(x) \oslash (1 + \exp(x))
        \nabla_x \log(\mathbf{1}^\top \exp(x)) = \frac{\exp(x)}{\mathbf{1}^\top \exp(x)}
        \sum_{i=1}^{n} \log(1 + \exp(-y_i v_i)) = \mathbf{1}^\top \log(1 + \exp(-v \odot y))
        \frac{\partial}{\partial x} \tanh(x) = \operatorname{diag}(1 - \tanh(x)^{\odot 2})
        \frac{\partial}{\partial x} \exp(A x) = \operatorname{diag}(\exp(A x)) A
        \frac{\partial}{\partial x} \tan(\frac{1}{5} S x)
            = \operatorname{diag}(1 + \tan(\frac{1}{5} S x)^{\odot 2}) \frac{1}{5} S
        \frac{\partial}{\partial x} \sin(S x) = \operatorname{diag}(\cos(S x)) S
        \frac{\partial}{\partial x} \cosh(\frac{1}{5} S x) = \frac{1}{5} \operatorname{diag}(\sinh(\frac{1}{5} S x)) S
        \frac{\partial^2}{\partial x \partial x^\top} \exp(u^\top x) = \exp(u^\top x) u u^\top
        \operatorname{sigmoid}(A) \odot E = E \odot \operatorname{sigmoid}(A)
        \frac{\partial}{\partial x} \operatorname{sigmoid}(x)
            = \operatorname{diag}(\operatorname{sigmoid}(x) \odot (1 - \operatorname{sigmoid}(x)))
        \nabla_x \mathbf{1}^\top \operatorname{softplus}(x) = \operatorname{sigmoid}(x)
        \mathbf{1}^\top \operatorname{softplus}(A x) = \operatorname{softplus}(A x)^\top \mathbf{1}
    """,
    "outer products and diagonals": r"""
        y x^\top = (x y^\top)^\top
        \|y x^\top\|_F^2 = \|y\|^2 \|x\|^2
        \nabla_x \frac{1}{2} \|A - y x^\top\|_F^2 = (y x^\top - A)^\top y
        \operatorname{diag}(x) S = (x \mathbf{1}^\top) \odot S
        \operatorname{diag}(y) A \operatorname{diag}(x) = (y x^\top) \odot A
        \operatorname{diag}(x) \operatorname{diag}(u) = \operatorname{diag}(x \odot u)
        \operatorname{diag}(\operatorname{diag}(S)) \mathbf{1} = \operatorname{diag}(S)
        \operatorname{diag}(A^\top E) = (A \odot E)^\top \mathbf{1}
        \operatorname{diag}(A B C) = (A \odot (B C)^\top) \mathbf{1}
        ((A E^\top) \odot I) y = \operatorname{diag}(y) \operatorname{diag}(A E^\top)
        (I + S)^{\odot 2} = (S + I)^{\odot 2}
        I_p + x x^\top = (I_p + x x^\top)^\top
        I \odot S = \operatorname{diag}(\operatorname{diag}(S))
    """,
    "unit vectors and fixed positions": r"""
        A e_2 = A_{:2}
        e_1^\top S e_2 = S_{12}
        A e_p = A_{:p}
        e_n^\top A = A_{n:}
        x_p + y_n = y_n + x_p
        e_p^\top e_2 = e_2^\top e_p
        S e_1 + x_2 \mathbf{1} = x_2 \mathbf{1} + S_{:1}
        \frac{\partial}{\partial x_1} x^\top x = 2 x_1
        \frac{\partial}{\partial S_{12}} \operatorname{tr}(S^\top S) = 2 S_{12}
        \exp(x_1) + \exp(x_2) = \exp(x_2) + \exp(x_1)
        \|A_{:1}\|^2 \|A_{:2}\| = \|A_{:2}\| \|A_{:1}\|^2
        f(A_{1:}^\top) + 2 f(A_{2:}^\top) = 2 f(A_{2:}^\top) + f(A_{1:}^\top)
        A_{:1} - \frac{1}{n} \mathbf{1} \mathbf{1}^\top A_{:2} = A_{:1} - \frac{1}{n} \mathbf{1} \mathbf{1}^\top A_{:2}
        J A_{:2} = (J A)_{:2}
        \|J A_{:2}\|^2 = A_{:2}^\top J A_{:2}
        (J A)_{1:} = e_1^\top J A
        (J A H)_{12} = (J A H)_{12}
        e_1^\top J e_2 = e_2^\top J e_1
        e_1^\top J e_n + J_{11} = J_{11} + e_n^\top J e_1
    """,
    "norms": r"""
        \nabla_x \|x\| = \frac{x}{\|x\|}
        \nabla_x \|A x\| = \frac{A^\top A x}{\|A x\|}
        \frac{\partial}{\partial x} \frac{x}{\|x\|} = \frac{1}{\|x\|} \left( I - \frac{x x^\top}{\|x\|^2} \right)
        \nabla_A \|A\|_F = \frac{1}{\|A\|_F} A
        \nabla_A \log \|J A\|_F^2 = \frac{2}{\|J A\|_F^2} J A
    """,
    "centred": r"""
        x - \frac{1}{p} \mathbf{1} \mathbf{1}^\top x = \left( I - \frac{1}{p} \mathbf{1} \mathbf{1}^\top \right) x
        \left\| x - \frac{1}{p} \mathbf{1} \mathbf{1}^\top x \right\|^2
            = x^\top \left( I - \frac{1}{p} \mathbf{1} \mathbf{1}^\top \right) x
        A H = A - \frac{1}{p} A \mathbf{1} \mathbf{1}^\top
        J A H = J (A H)
        H S H = H (S H)
        \operatorname{diag}(H S H) = \operatorname{diag}(H S H)
        \operatorname{diag}(H S) + \operatorname{diag}(J_{11} S)
            = \operatorname{diag}(J_{11} S) + \operatorname{diag}(H S)
        \frac{1}{n-1} A^\top J E = \frac{1}{n-1} (J A)^\top (J E)
        G x = A^\top J A x
        \operatorname{tr}(A^\top J A) = \|J A\|_F^2
        \operatorname{diag}(A H A^\top) = \operatorname{diag}(A H^2 A^\top)
        \nabla_A \|J A B\|_F^2 = 2 J A B B^\top
        \nabla_A s(A x) = \frac{2}{n-1} J A x x^\top
        s(A_{:j}) = s((J A)_{:j})
        A^\top \operatorname{diag}(y) J \operatorname{diag}(y) A
            = A^\top \operatorname{diag}(y) (J \operatorname{diag}(y) A)
        J ((J A) \odot (J A)) = J (J A)^{\odot 2}
        \mathbf{1}^\top \sin(J A) = \mathbf{1}^\top \sin(J A)
        (J A) \oslash (\mathbf{1} \sqrt{1 + \operatorname{diag}(G)}^\top)
            = (J A) \oslash (\mathbf{1} \sqrt{1 + \operatorname{diag}(G)}^\top)
        (A H) \oslash (\sqrt{1 + \operatorname{diag}(A H A^\top)} \mathbf{1}^\top)
            = (A H) \oslash (\sqrt{1 + \operatorname{diag}(A H A^\top)} \mathbf{1}^\top)
        H \odot S + H^{\odot 2} = H^{\odot 2} + S \odot H
        \operatorname{diag}(\operatorname{diag}(G)^{\odot -1/2}) G
            = \operatorname{diag}(\operatorname{diag}(G)^{\odot -1/2}) G
    """,
    "computed scalars and sizes beside matrices": r"""
        (\mathbf{1}^\top v) A + E = E + (\mathbf{1}^\top v) A
        A + \mathbf{1} \mathbf{1}^\top A = \mathbf{1} \mathbf{1}^\top A + A
        \tanh(A) + \mathbf{1} \mathbf{1}^\top E = \mathbf{1} \mathbf{1}^\top E + \tanh(A)
        c \, x^\top u \, A = x^\top u \, c A
        \operatorname{tr}(S) (A \odot E) = E \odot \operatorname{tr}(S) A
        \frac{1}{1 + v_1^2} A = \frac{A}{1 + v_1 v_1}
        \frac{1}{1 + \|v\|^2} J A = \frac{1}{1 + v^\top v} J A
        \|J A\|_F^2 \, A - E = -E + \operatorname{tr}(G) A
        J \tanh(A) = \tanh(A) - \frac{1}{n} \mathbf{1} \mathbf{1}^\top \tanh(A)
        J \tanh(\frac{1}{2} A) S = J (\tanh(\frac{1}{2} A) S)
        J (A S) = (J A) S
        J (y x^\top) = (J y) x^\top
        J A (S + x u^\top) = J (A S + A x u^\top)
        n (S + T) = n S + n T
        \frac{1}{n - 1} (S \odot T) + \lambda S = \lambda S + \frac{1}{n - 1} (T \odot S)
        m A + p E = p E + m A
        \lambda^{n} A + \lambda^{1/2} E = \lambda^{1/2} E + \lambda^{n} A
        \sqrt{m} \, \mathbf{1}^\top A - \sqrt{\lambda} x^\top = -\sqrt{\lambda} x^\top + \sqrt{m} \, \mathbf{1}^\top A
    """,
    "sums over rows and columns": r"""
        \mathbf{1}^\top A = (A^\top \mathbf{1})^\top
        A \mathbf{1} = \sum_{j=1}^{p} A_{:j}
        \mathbf{1}^\top A \mathbf{1} = \sum_{i=1}^{n} \sum_{j=1}^{p} A_{ij}
        \sum_{i=1}^{n} y_i A_{i:}^\top A_{i:} = A^\top \operatorname{diag}(y) A
        \sum_{i=1}^{n} \sum_{j=1}^{n} (v_i - v_j)^2 = 2 n \|v\|^2 - 2 (\mathbf{1}^\top v)^2
        \sum_{i=1}^{n} \sum_{l=1}^{n} \|r_i - r_l\|^2 = 2 n \|J A\|_F^2
        \sum_{i=1}^{p} S_{ii} x_i = x^\top \operatorname{diag}(S)
        \sum_{i=1}^{n} \left( \sum_{i=1}^{n} v_i \right) y_i = \mathbf{1}^\top v \mathbf{1}^\top y
    """,
    "families": r"""
        x_i u_j A = u_j x_i A
        A_{i:} x = (A x)_i
        A_{i:}^\top A_{i:} = (A_{i:}^\top A_{i:})^\top
        \sum_{l=1}^{p} A_{il} B_{lj} = (A B)_{ij}
        \frac{\partial (A x)_i}{\partial x_j} = A_{ij}
        z_{ij} + 2 z_{ji} = 2 z_{ji} + z_{ij}
        z_{ii} = x_i u_i
        \sum_{i=1}^{p} \sum_{j=1}^{p} z_{ij} z_{ji} = (x^\top u)^2
        q(r_i) v_i = v_i q(r_i)
        k(k(u)) = k(k(u))
        \frac{\partial k(k(x))}{\partial x} = \frac{\partial k(k(x))}{\partial x}
        \left( \sum_{i=1}^{n} y_i A^\top \right)_{:i} = \left( \sum_{l=1}^{n} y_l A^\top \right)_{:i}
    """,
    "unknown functions": r"""
        f(x) + A x = A x + f(x)
        g(f(x)) f(x) = f(x) g(f(x))
        \nabla_y g(y)^2 = 2 g(y) \nabla_y g(y)
        \nabla_x g(f(x)) = \left(\frac{\partial g(f(x))}{\partial x}\right)^\top
        \nabla_x h(A x, x) = \nabla_x h(A x, x)
        \nabla_A L(A B + \mathbf{1} w^\top) = \nabla_A L(A B + \mathbf{1} w^\top)
        \nabla_w L(A B + \mathbf{1} w^\top) = \nabla_w L(A B + \mathbf{1} w^\top)
    """,
    "fixed sizes": r"""
        a^\top b = b^\top a
        M a = \sum_{j=1}^{3} a_j M_{:j}
        M^\top M = (M^\top M)^\top
        I_3 + a b^\top = a b^\top + I_3
        P a + v = v + P a
        a^\top M^\top M a = \|M a\|^2
        J P = P - \frac{1}{n} \mathbf{1} \mathbf{1}^\top P
    """,
    "numbers and sizes": r"""
        2 = 1 + 1
        c^2 = c \cdot c
        n \lambda + p = p + n \lambda
        \frac{c n}{n - 1} A - \frac{\lambda}{n+1} \mathbf{1} \mathbf{1}^\top A
            = -\frac{\lambda}{n+1} \mathbf{1} \mathbf{1}^\top A + \frac{c n}{n-1} A
        \frac{\partial}{\partial \lambda} \frac{1}{\|x\|^2 + \lambda} = -\frac{1}{(\|x\|^2 + \lambda)^2}
        \frac{\partial}{\partial c} (c^2 x) = 2 c x
        \mathbf{1}_n \mathbf{1}_p^\top = (\mathbf{1}_p \mathbf{1}_n^\top)^\top
        c \mathbf{1}_n = \mathbf{1}_n c
        \mathbf{1}_n x^\top = (x \mathbf{1}_n^\top)^\top
        A - A = 0
        -A = 0 - A
        -2 \exp(-A) = -2 \exp(-A)
        J A - A \operatorname{diag}(x)^2 = -A \operatorname{diag}(x \odot x) + J A
    """,
}  # fmt: skip


def claims_of(group: str) -> list[str]:
    """One line each; a line that begins with = goes on."""
    claims: list[str] = []
    for line in map(str.strip, STATEMENTS[group].strip().splitlines()):
        if line.startswith("="):
            claims[-1] += f" {line}"
        else:
            claims.append(line)
    return claims


def statements(group: str) -> tuple[dict[str, Equation], dict[str, Kernel]]:
    """The equations of a group and their kernels, by what is claimed; all are proved."""
    made = text(DECLARED, *(f"$${claim}$$" for claim in claims_of(group)))
    claims = [s for s in made.note.statements if s.kind not in ("declaration", "definition")]
    assert not {s.lhs: made.reasons[s.id] for s in claims if s.id in made.reasons}
    ids = {f"{s.lhs} = {s.rhs}": s.id for s in claims}
    kernels = made.kernels(ids.values())
    return {claim: made.equations[id] for claim, id in ids.items()}, {claim: kernels[id] for claim, id in ids.items()}


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("group", STATEMENTS)
def test_kernels_of_all_sorts_of_statements_are_exact(group: str) -> None:
    made, kernels = statements(group)
    assert len(kernels) >= 5
    equations = {claim: [equation] for claim, equation in made.items()}
    assert not wrong(kernels, equations, (FEW, 0), (MANY, 1), (WIDE, 2))


@pytest.mark.usefixtures("interpreted")
def test_kernels_of_random_expressions_are_exact() -> None:
    """Nested sums, stacks, families, slices, derivatives, names that occur twice: nothing a note would hold."""
    taken: set[str] = set()
    kernels: dict[str, Kernel] = {}
    equations: dict[str, list[Equation]] = {}
    for seed in range(40):
        equation = Expressions(seed).equation(2 + seed % 2)
        kernels[f"seed {seed}"] = kernel_of(distinct(f"f{seed}", taken), [equation])
        equations[f"seed {seed}"] = [equation]
    assert not wrong(kernels, equations, (FEW, 1), (MANY, 2))


def wild(shape: tuple[int, ...]) -> Values:
    """Guesses that are none."""
    return np.random.default_rng(len(shape)).normal(3, 5, shape)


def test_programs_run_step_by_step_are_exact_for_any_guess() -> None:
    """The steps themselves, before any target has written them, with guesses that are wild."""
    for note in NOTES:
        for id, kernel in shipped_kernels(note).items():
            equation = shipped(note).equations[id]
            given = called(kernel, [equation], FEW, 5)
            names = {n.symbol: given.numbers[n.name] for n in (*kernel.numbers, *kernel.sizes)}
            unused = dict.fromkeys(equation.context.symbols, 0.0)
            arrays = {a.array: value for a, value in zip(kernel.arguments, given.arrays, strict=True)}
            for program in (kernel.program, kernel.refined):
                run = Interpreter({**unused, **FEW, **names}, arrays, wild)
                assert given.errors(run.run(program)) < CLOSE, (note, id)


SCALED = r"(J A) \oslash (\mathbf{1} \sqrt{\lambda + \operatorname{diag}(G)}^\top)"
REPRESENTATIVE = [
    f"{SCALED} = {SCALED}",
    r"\mathbf{1}^\top \exp(J A) = \mathbf{1}^\top \exp(J A)",
    r"\nabla_A \|J A B\|_F^2 = 2 J A B B^\top",
]


def test_compiled_kernels_are_exact() -> None:
    """Numba itself, with passes, sums of columns and products, from few rows to many."""
    pytest.importorskip("numba")
    made = text(DECLARED, *(f"$${line}$$" for line in REPRESENTATIVE))
    ids = [s.id for s in made.note.statements if s.kind == "claim"]
    kernels = made.kernels(ids)
    module = loaded(list(kernels.values()), "numba")
    for sizes in (FEW, MANY, {"n": 130, "m": 2, "p": 3}):
        for id, kernel in kernels.items():
            given = called(kernel, [made.equations[id]], sizes, 1, Style.TINY)
            assert given.errors(call(getattr(module, kernel.name), kernel, "numba", given)) < CLOSE, (id, sizes)


def test_an_error_of_the_size_that_is_allowed_would_be_seen() -> None:
    """The comparison itself: another shape, another entry, another number of results."""
    note, id = "batchnorm_layer", "eq:grad-Y"
    given = called(shipped_kernels(note)[id], [shipped(note).equations[id]], FEW, 2)
    (exact,) = given.results
    assert exact.shape == (5, 3) and given.errors(exact) == 0
    assert given.errors(exact.T) == given.errors((exact, exact)) == float("inf")
    off = exact.copy()
    off[2, 1] += 1e-8 * max(1, abs(off[2, 1]))
    assert not given.errors(off) < CLOSE
