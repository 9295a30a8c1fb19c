"""Sums read from a certificate, where they are written so:

    sum    ::= [[coefficient, [factor, …]], …]         Σ coefficient · Σ_bound Π factors; bound labels are numbers
    factor ::= {"kind": delta | tensor | power | function, "name", "at": [index, …], "slots": [[target, [index, …]], …],
                "captured": [index, …], "over": [[[dimension, …], sum], …], "exponent"}

A nested sum uses the places `captured` as #0, #1, … and its formal indices as @0, @1, ….  What is written otherwise is
rejected.  Nothing is shared with the prover.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from symbn.certificate.arithmetic import Arithmetic
from symbn.certificate.graphs import (
    DETERMINANT,
    INVERSE,
    MEAN,
    POSITION,
    POWER,
    RESERVED,
    Factor,
    Index,
    Sum,
    added,
    fixed,
    fresh,
)

HEADS = {  # what is not declared: the number of its places, and of the formal indices of each nested sum
    "delta": (2, []), "power": (0, [0]), "function": (0, [0]),
    INVERSE: (2, [2]), DETERMINANT: (0, [2]), POWER: (2, [2, 0]), MEAN: (0, [0]), POSITION: (1, []),
}  # fmt: skip


class Reading(Arithmetic):
    """Data of a certificate as sums, factors, indices and coefficients."""

    def coefficient(self, data: Any) -> Any:
        above, below = (
            sum(
                (reduce(lambda c, v: c * self.variables[v[0]] ** v[1], vs, self.field(int(k))) for k, vs in side),
                self.field(0),
            )
            for side in data
        )
        return above / below

    def index(self, data: Any, nested: bool = False) -> Index:
        """A number is a bound index, =k a fixed place, #k and @k are a nested sum's own; other names are quoted."""
        label, dim = data
        self.need(dim in self.least or (type(dim) is int and dim > 0), f"a size that is none: {dim}")
        if isinstance(label, str) and label.startswith("=") and label[1:].isdigit():
            self.need(1 <= int(label[1:]) <= self.least.get(dim, dim), f"a place that is none: {label[1:]} of {dim}")
        bare = isinstance(label, int) or label.startswith("=") or (nested and label[:1] in "#@")
        return (label if bare else f"'{label}", dim)

    def indices(self, data: Any, nested: bool = False) -> tuple[Index, ...]:
        return tuple(self.index(i, nested) for i in data)

    def read(self, data: Any, nested: bool = False) -> Sum:
        parts = []
        for c, factors in data:
            found = [self.factor(f, nested) for f in factors]
            bound = {i for f in found for i in f.free() if not isinstance(i[0], str)}
            parts.append(self.normal(self.coefficient(c), found, tuple(bound)))
        return added(parts)

    def factor(self, f: Any, nested: bool = False) -> Factor:
        slots = tuple((target, self.indices(at, nested)) for target, at in f["slots"])
        captured = {(f"#{k}", i[1]): i for k, i in enumerate(self.indices(f["captured"], nested))}
        over = []
        for dims, data in f["over"]:
            formals = tuple(fresh(self.index(("", d))) for d in dims)
            names = {(f"@{k}", i[1]): i for k, i in enumerate(formals)}
            over.append((formals, self.rename(self.read(data, True), names | captured)))
            own = {*formals, *captured.values()}
            self.need(all(fixed(i) or i in own for i in over[-1][1].free), "a nested sum with a place not its own")
        self.check_head(f)
        exponent = self.coefficient(f["exponent"]) if f["kind"] == "power" else f["exponent"]
        return Factor(f["kind"], f["name"], self.indices(f["at"], nested), slots, tuple(over), exponent)

    def check_head(self, f: Any) -> None:
        """Whether a factor is written as its kind is: name, exponent, and places that are all of one size."""
        kind, name, over = f["kind"], f["name"], [sizes for sizes, _ in f["over"]]
        said = bool(name), f["exponent"] is not None
        self.need(
            said == (kind in ("tensor", "function"), kind in ("power", "function")), f"a {kind} written otherwise"
        )
        derived = kind == "function" and name[0] != "?" and f["exponent"] != 0
        self.need(not derived, f"a derivative of a function that is known: {name}")
        if kind != "tensor" or name in RESERVED:
            shape = len(f["at"]), [len(sizes) for sizes in over]
            self.need(shape == HEADS[name if kind == "tensor" else kind], f"{name or kind} with other places")
            self.need(len({size for _, size in f["at"]}.union(*over)) < 2, f"{name or kind} of two sizes")
            self.need(not f["slots"], f"{name or kind} with slots")
