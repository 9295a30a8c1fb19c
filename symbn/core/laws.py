r"""The theory that the core's rules amount to: laws as named data, each with its source and a false twin.

No proof rests on this list: the core proves each law from the few identities of its modules, and the tests hold that it
does, that it proves none of the false twins, and that both agree with numbers.  A law holds wherever both sides are
defined, for every size.  Letters are those of `DECLARED`:

    A, B, M square; G invertible, S symmetric, P positive definite, Q orthogonal; U n×m, V m×n, X n×d
"""

from __future__ import annotations

from dataclasses import dataclass

DECLARED = r"""
$n, m, d, k \in \mathbb{N}$, $A, B, M \in \mathbb{R}^{n \times n}$, $C \in \mathbb{R}^{m \times m}$, $G \in GL(n)$,
$S \in \mathbb{S}^n$, $P \in \mathbb{S}^n_{++}$, $Q \in O(n)$, $U \in \mathbb{R}^{n \times m}$,
$V \in \mathbb{R}^{m \times n}$, $D, E \in \mathbb{R}^{m \times m}$, $X \in \mathbb{R}^{n \times d}$,
$Y \in \mathbb{R}^{n \times m}$, $u, v, x, y \in \mathbb{R}^n$, $z, b \in \mathbb{R}^n$, $z \sim p$,
$a, c, t \in \mathbb{R}$, $\alpha, \beta > 0$.
"""
"""What is declared of the letters, as a note says it."""

HORN_JOHNSON = "Horn and Johnson, Matrix Analysis, 2nd ed. (2013)"
MAGNUS_NEUDECKER = "Magnus and Neudecker, Matrix Differential Calculus, 3rd ed. (2019)"
DLMF = "NIST Digital Library of Mathematical Functions"


@dataclass(frozen=True)
class Law:
    """left = right; `twin` is a right side that is wrong; `source` is a proof in a line, or who proves it."""

    name: str
    left: str
    right: str
    twin: str
    source: str


INVERSES = (
    Law("inverse", r"A A^{-1}", "I", "2 I", "definition"),
    Law("inverse of a product", r"(A B)^{-1}", r"B^{-1} A^{-1}", r"A^{-1} B^{-1}", "(A B)(B⁻¹A⁻¹) = I"),
    Law("inverse of a transpose", r"(A^\top)^{-1}", r"(A^{-1})^\top", r"A^{-1}", "Aᵀ(A⁻¹)ᵀ = (A⁻¹A)ᵀ = I"),
    Law("inverse of an inverse", r"(A^{-1})^{-1}", "A", r"A^\top", "A A⁻¹ = I"),
    Law("inverse of a multiple", r"(c A)^{-1}", r"\frac{1}{c} A^{-1}", r"c A^{-1}", "(c A)(c⁻¹A⁻¹) = I"),
    Law("inverse of a symmetric matrix", r"(S^{-1})^\top", r"S^{-1}", r"S", "the inverse of Sᵀ"),
    Law(
        "push-through",
        r"(I + U V)^{-1} U",
        r"U (I + V U)^{-1}",
        r"U (I - V U)^{-1}",
        "U(I + VU) = (I + UV)U",
    ),
    Law(
        "Sherman and Morrison",
        r"(G + u v^\top)^{-1}",
        r"G^{-1} - \frac{G^{-1} u v^\top G^{-1}}{1 + v^\top G^{-1} u}",
        r"G^{-1} + \frac{G^{-1} u v^\top G^{-1}}{1 + v^\top G^{-1} u}",
        HORN_JOHNSON + ", (0.7.4.2)",
    ),
    Law(
        "Woodbury",
        r"(A + U C V)^{-1}",
        r"A^{-1} - A^{-1} U (C^{-1} + V A^{-1} U)^{-1} V A^{-1}",
        r"A^{-1} - A^{-1} U (C + V A^{-1} U)^{-1} V A^{-1}",
        HORN_JOHNSON + ", (0.7.4.1)",
    ),
    Law("resolvents", r"A^{-1} - B^{-1}", r"A^{-1} (B - A) B^{-1}", r"A^{-1} (A - B) B^{-1}", "A(A⁻¹ − B⁻¹)B = B − A"),
    Law("parallel sum", r"A (A + B)^{-1} B", r"B (A + B)^{-1} A", r"A (A + B)^{-1} A", "both are A − A(A + B)⁻¹A"),
    Law("multiplying through", r"A^{-1} (A x + b)", r"x + A^{-1} b", r"x + b", "multiplied by A"),
    Law(
        "projection",
        r"(X (X^\top X)^{-1} X^\top)^2",
        r"X (X^\top X)^{-1} X^\top",
        r"X X^\top",
        "XᵀX (XᵀX)⁻¹ = I",
    ),
    Law(
        "power of a projection",
        r"(X (X^\top X)^{-1} X^\top)^k",
        r"X (X^\top X)^{-1} X^\top",
        r"k X (X^\top X)^{-1} X^\top",
        "by induction from P² = P",
    ),
)

ORTHOGONAL = (
    Law("orthogonal columns", r"Q^\top Q", "I", "Q", "definition"),
    Law("orthogonal rows", r"Q Q^\top", "I", r"Q^2", "a square matrix has one inverse"),
    Law("inverse of an orthogonal matrix", r"(Q A)^{-1}", r"A^{-1} Q^\top", r"A^{-1} Q", "QᵀQ = I"),
    Law("orthogonal norm", r"(Q x)^\top (Q y)", r"x^\top y", r"x^\top Q y", "QᵀQ = I"),
)

DETERMINANTS = (
    Law("determinant of a product", r"\det(A B)", r"\det(A) \det(B)", r"\det(A) + \det(B)", HORN_JOHNSON + ", 0.3.5"),
    Law("determinant of a transpose", r"\det(A^\top)", r"\det(A)", r"-\det(A)", HORN_JOHNSON + ", 0.3.2"),
    Law("determinant of an inverse", r"\det(A^{-1})", r"\frac{1}{\det(A)}", r"\det(A)", "det A det A⁻¹ = det I"),
    Law("determinant of a multiple", r"\det(c A)", r"c^n \det(A)", r"c \det(A)", "multilinear in n rows"),
    Law(
        "determinant lemma",
        r"\det(G + u v^\top)",
        r"\det(G) (1 + v^\top G^{-1} u)",
        r"\det(G) (1 - v^\top G^{-1} u)",
        HORN_JOHNSON + ", (0.8.5.11)",
    ),
    Law("Sylvester", r"\det(I + U V)", r"\det(I + V U)", r"\det(I - V U)", HORN_JOHNSON + ", 1.3.P28"),
    Law(
        "Jacobi",
        r"\nabla_A \det(A)",
        r"\det(A) A^{-\top}",
        r"\det(A) A^{-1}",
        MAGNUS_NEUDECKER + ", 8.3",
    ),
    Law("derivative of log det", r"\nabla_P \log\det(P)", r"P^{-1}", "P", MAGNUS_NEUDECKER + ", 8.4"),
)

KRONECKER = (
    Law(
        "mixed product",
        r"(A \otimes D) (B \otimes E)",
        r"(A B) \otimes (D E)",
        r"(B A) \otimes (D E)",
        HORN_JOHNSON + ", Topics, 4.2.10",
    ),
    Law(
        "vec of a product",
        r"\operatorname{vec}(A Y D)",
        r"(D^\top \otimes A) \operatorname{vec}(Y)",
        r"(D \otimes A) \operatorname{vec}(Y)",
        HORN_JOHNSON + ", Topics, 4.3.1",
    ),
    Law(
        "inverse of a Kronecker product",
        r"(A \otimes D)^{-1}",
        r"A^{-1} \otimes D^{-1}",
        r"A \otimes D",
        "mixed product",
    ),
    Law(
        "determinant of a Kronecker product",
        r"\det(A \otimes D)",
        r"\det(A)^m \det(D)^n",
        r"\det(A)^n \det(D)^m",
        HORN_JOHNSON + ", Topics, 4.2.P1",
    ),
    Law(
        "trace of a Kronecker product",
        r"\operatorname{tr}(A \otimes D)",
        r"\operatorname{tr}(A) \operatorname{tr}(D)",
        r"\operatorname{tr}(A) + \operatorname{tr}(D)",
        "the diagonal's entries are A_ii D_jj",
    ),
)

FUNCTIONS = (
    Law("root of a square", r"\sqrt{a^2}", "|a|", "a", "the root is ≥ 0"),
    Law("absolute value of a product", "|a c|", "|a| |c|", "a |c|", "√(a²c²) = √a² √c²"),
    Law("rectifier", r"\max(0, a)", r"\frac{a + |a|}{2}", "a", "a ≥ 0 and a < 0 apart"),
    Law(
        "root of a product",
        r"\sqrt{\alpha \beta}",
        r"\sqrt{\alpha} \sqrt{\beta}",
        r"\alpha \sqrt{\beta}",
        DLMF + ", 4.2",
    ),
    Law("power of a power", r"(\alpha^a)^c", r"\alpha^{a c}", r"\alpha^{a + c}", DLMF + ", 4.2"),
    Law("exponential of a sum", r"e^{a + c}", r"e^a e^c", r"e^a + e^c", DLMF + ", (4.2.1)"),
    Law(
        "logarithm of a product",
        r"\log(\alpha \beta)",
        r"\log \alpha + \log \beta",
        r"\log \alpha - \log \beta",
        DLMF + ", (4.8.2)",
    ),
    Law("logarithm of a power", r"\log(\alpha^a)", r"a \log \alpha", r"\alpha \log a", DLMF + ", (4.8.5)"),
    Law("logarithm of a square", r"\log(a^2)", r"2 \log |a|", r"\log|a|", "a² = |a|²"),
    Law("logarithm of an exponential", r"\log(e^a)", "a", r"e^a", "inverse functions"),
    Law(
        "tanh",
        r"\tanh(a)",
        r"\frac{e^a - e^{-a}}{e^a + e^{-a}}",
        r"\frac{e^a + e^{-a}}{e^a - e^{-a}}",
        DLMF + ", (4.28.3)",
    ),
    Law(
        "derivative of tanh",
        r"\frac{\partial \tanh(a)}{\partial a}",
        r"1 - \tanh(a)^2",
        r"1 + \tanh(a)^2",
        DLMF + ", 4.34",
    ),
    Law("sigmoid", r"\operatorname{sigmoid}(a)", r"\frac{1}{1 + e^{-a}}", r"\frac{1}{1 + e^a}", "definition"),
    Law(
        "derivative of the sigmoid",
        r"\frac{\partial \operatorname{sigmoid}(a)}{\partial a}",
        r"\operatorname{sigmoid}(a) (1 - \operatorname{sigmoid}(a))",
        r"\operatorname{sigmoid}(a)",
        "the quotient rule",
    ),
    Law("sigmoid and tanh", r"2 \operatorname{sigmoid}(2 a) - 1", r"\tanh(a)", r"\tanh(2 a)", "multiplied by 1 + e⁻²ᵃ"),
    Law("circle", r"\sin(a)^2 + \cos(a)^2", "1", "2", DLMF + ", (4.21.12)"),
    Law(
        "softmax", r"\operatorname{softmax}(x)_i", r"\frac{e^{x_i}}{\sum_j e^{x_j}}", r"\frac{e^{x_i}}{n}", "definition"
    ),
    Law("softmax sums to one", r"\mathbf 1^\top \operatorname{softmax}(x)", "1", "n", "definition"),
    Law(
        "softmax of a shifted vector",
        r"\operatorname{softmax}(x + a \mathbf 1)",
        r"\operatorname{softmax}(x)",
        r"a \operatorname{softmax}(x)",
        "eᵃ cancels",
    ),
    Law(
        "derivative of softmax",
        r"\frac{\partial \operatorname{softmax}(x)}{\partial x}",
        r"\operatorname{diag}(\operatorname{softmax}(x)) - \operatorname{softmax}(x) \operatorname{softmax}(x)^\top",
        r"\operatorname{diag}(\operatorname{softmax}(x))",
        "the quotient rule",
    ),
)

POWERS = (
    Law("product of powers", r"M^k M^{n}", r"M^{k + n}", r"M^{k}", "by induction"),
    Law("power of a power of a matrix", r"(M^k)^n", r"M^{k n}", r"M^{k + n}", "by induction"),
    Law("determinant of a power", r"\det(M^k)", r"\det(M)^k", r"k \det(M)", "determinant of a product"),
    Law(
        "trace of a power",
        r"\nabla_M \operatorname{tr}(M^k)",
        r"k (M^{k-1})^\top",
        r"k M^{k-1}",
        MAGNUS_NEUDECKER + ", 9.10",
    ),
)

MEANS = (
    Law("mean is linear", r"\mathbb{E}[A z + b]", r"A \mathbb{E}[z] + b", r"A \mathbb{E}[z]", "a sum's mean"),
    Law(
        "mean of a quadratic form",
        r"\mathbb{E}[z^\top A z]",
        r"\operatorname{tr}(A \mathbb{E}[z z^\top])",
        r"\mathbb{E}[z]^\top A \mathbb{E}[z]",
        "zᵀA z = tr(A z zᵀ)",
    ),
    Law(
        "covariance",
        r"\mathbb{E}[(z - \mathbb{E}[z]) (z - \mathbb{E}[z])^\top]",
        r"\mathbb{E}[z z^\top] - \mathbb{E}[z] \mathbb{E}[z]^\top",
        r"\mathbb{E}[z z^\top]",
        "multiplied out",
    ),
    Law(
        "derivative of a mean",
        r"\nabla_A \mathbb{E}[z^\top A z]",
        r"\mathbb{E}[z z^\top]",
        r"\mathbb{E}[z] \mathbb{E}[z]^\top",
        "of finitely many outcomes it is a sum's derivative",
    ),
)

THEORY: tuple[Law, ...] = (*INVERSES, *ORTHOGONAL, *DETERMINANTS, *KRONECKER, *FUNCTIONS, *POWERS, *MEANS)
