"""What a statement mentions, by the ids of the definitions."""

from __future__ import annotations

from symbn.note import Note

TEXT = r"""
$n \ge 2$, $y \in \mathbb{R}^n$, $Y \in \mathbb{R}^{n \times m}$

$$\operatorname{mean}(u) := \frac{1}{n} \mathbf{1}^\top u \label{eq:mean}$$

$$\operatorname{var}(u) := \frac{1}{n} \sum_t (u_t - \operatorname{mean}(u))^2 \label{eq:var}$$

$$v := \operatorname{var}(y) \label{eq:v}$$

$$z_i := Y_{:i} \label{eq:z}$$

$$\frac{\partial v}{\partial y} = \frac{2}{n} (y - \operatorname{mean}(y))^\top \label{eq:slope}$$

$$\sum_i z_i = Y \mathbf{1} \label{eq:sum}$$

$$y^\top y = \|y\|^2 \label{eq:none}$$
"""


def test_a_statement_uses_what_it_mentions_and_no_more() -> None:
    reports = {r.id: r for r in Note.from_text(TEXT).check().statements}
    assert reports["eq:var"].uses == ("eq:mean",)
    assert reports["eq:v"].uses == ("eq:var",)
    assert set(reports["eq:slope"].uses) == {"eq:v", "eq:mean"}
    assert reports["eq:sum"].uses == ("eq:z",)
    assert reports["eq:none"].uses == reports["eq:mean"].uses == ()
