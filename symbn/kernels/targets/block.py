"""What one loop does to a block of rows, as NumPy statements: values into buffers, results to where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symbn.kernels.expressions import Spelling, number_text, numpy_function, written
from symbn.kernels.ir import Add, Array, Entry, Map, Mul, Node, Pow, Scalar
from symbn.kernels.passes import Loop

if TYPE_CHECKING:
    from symbn.kernels.targets.blocked import Blocked


class Block:
    """The statements on one block of rows, each into a buffer; `over` are written where something is read."""

    def __init__(self, code: Blocked, stage: Loop, over: set[Array]) -> None:
        self.code, self.stage, self.over = code, stage, over
        self.arrays = code.arrays | code.rounded
        self.virtual = {array: (step.axes, step.body) for array, step in code.plan.virtual.items()}
        self.buffers = 0
        self.known: dict[Node, str] = {}
        self.tiles: dict[str, None] = {}
        self.statements: list[str] = []

    def lines(self) -> list[str]:
        """All statements on the block."""
        for step in self.stage.sums:
            self.statements.append(f"{self.code.arrays[step.array]} += {self._column_sums(step.body)}")
        self._write([(write.array, write.body) for write in self.stage.writes])
        return self._with_height()

    def _write(self, writes: Sequence[tuple[Array, Node]]) -> None:
        """Each matrix of the block to where it belongs, those last whose memory something is read from."""
        copies = []
        for array, body in writes:
            target = f"{self.code.arrays[array]}[rows]"
            if array in self.over:
                buffer = self._buffer()
                self._into(body, buffer)
                copies.append(f"np.copyto({target}, {buffer})")
            else:
                self._into(body, target)
        self.statements += copies

    def _with_height(self) -> list[str]:
        if not any(":height" in statement for statement in self.statements):
            return self.statements
        return ["height = rows.stop - rows.start", *self.statements]

    def _column_sums(self, body: Node) -> str:
        if isinstance(body, Mul) and len(body.factors) == 2 and all(self._is_grid(f) for f in body.factors):
            a, b = (self._value(f) for f in body.factors)
            return f'np.einsum("ij,ij->j", {a}, {b})'
        return f"ones[:height] @ {self._value(body)}"

    def _is_grid(self, e: Node) -> bool:
        return len(e.axes) == 2

    def _vector(self, e: Node) -> str:
        """A part that does not vary along the rows."""
        spelling = Spelling(
            entry=self._row,
            delta=lambda a, b: "",
            function=numpy_function,
            names=self.code.names,
        )
        return written(e, spelling)

    def _row(self, e: Entry) -> str:
        """A vector in every row of the block; a number as it is."""
        name = self.arrays[e.array]
        if not e.places:
            return name
        self.tiles[name] = None
        return f"{name}__tile[:height]"

    def _value(self, e: Node) -> str:
        """A matrix of the block: where it is stored, or in a buffer that keeps it."""
        if isinstance(e, Entry):
            if e.array not in self.virtual:
                return f"{self.arrays[e.array]}[rows]"
            axes, body = self.virtual[e.array]
            key: Node = Entry(array=e.array, places=axes)
            e = body
        else:
            key = e
        if key not in self.known:
            target = self._buffer()
            self._into(e, target)
            self.known[key] = target
        return self.known[key]

    def _buffer(self) -> str:
        self.buffers += 1
        return f"buffers[{self.buffers - 1}, :height]"

    def _into(self, e: Node, target: str) -> None:
        """Compute a matrix of the block into a target."""
        match e:
            case Entry():
                axes, body = self.virtual.get(e.array, ((), e))
                if e.array in self.virtual and Entry(array=e.array, places=axes) not in self.known:
                    self._into(body, target)
                else:
                    self.statements.append(f"np.copyto({target}, {self._value(e)})")
            case Add():
                self._fold(_signed(e.terms), target)
            case Mul():
                self._fold([("*", factor) for factor in e.factors], target)
            case Pow():
                self._into_power(e, target)
            case Map():
                value = self._value(e.arg)
                if e.function in ("sigmoid", "softplus"):
                    self.statements.append(f"{target}[...] = {numpy_function(e.function, value)}")
                else:
                    self.statements.append(f"np.{e.function}({value}, out={target})")
            case _:
                self.statements.append(f"{target}[...] = {self._vector(e)}")

    def _into_power(self, e: Pow, target: str) -> None:
        exponent = e.exponent.as_fraction()
        value = self._value(e.base)
        if exponent is not None and abs(exponent) * 2 == 1:
            self.statements.append(f"np.sqrt({value}, out={target})")
            if exponent < 0:
                self.statements.append(f"np.divide(1, {target}, out={target})")
        elif exponent == -1:
            self.statements.append(f"np.divide(1, {value}, out={target})")
        else:
            text, _ = number_text(e.exponent, self.code.names)
            self.statements.append(f"np.power({value}, {text}, out={target})")

    def _fold(self, parts: list[tuple[str, Node]], target: str) -> None:
        """Parts one after the other into the target: matrices first, the first two at once."""
        verbs = {"+": "add", "-": "subtract", "*": "multiply"}
        grids = sorted((p for p in parts if self._is_grid(p[1])), key=lambda p: p[0] == "-")
        others = [p for p in parts if not self._is_grid(p[1])]
        if not grids:
            self._fold_vectors(parts, target)
            return
        first_sign, first = grids[0]
        rest = [*grids[1:], *others]
        nested = not self._is_stored(first)
        if nested or not rest:
            self._into(first, target)
            if first_sign == "-":
                self.statements.append(f"np.negative({target}, out={target})")
            left = target
        else:
            left = self._value(first)
            if first_sign == "-":
                self.statements.append(f"np.negative({left}, out={target})")
                left = target
        for sign, part in rest:
            right = self._value(part) if self._is_grid(part) else self._vector(part)
            self.statements.append(f"np.{verbs[sign]}({left}, {right}, out={target})")
            left = target

    def _fold_vectors(self, parts: list[tuple[str, Node]], target: str) -> None:
        """Numbers of rows and vectors of columns into a matrix."""
        (sign, first), *rest = parts
        self.statements.append(f"{target}[...] = {'-' if sign == '-' else ''}{self._vector(first)}")
        for sign, part in rest:
            verb = {"+": "add", "-": "subtract", "*": "multiply"}[sign]
            self.statements.append(f"np.{verb}({target}, {self._vector(part)}, out={target})")

    def _is_stored(self, e: Node) -> bool:
        if not isinstance(e, Entry):
            return False
        axes, _ = self.virtual.get(e.array, ((), e))
        return e.array not in self.virtual or Entry(array=e.array, places=axes) in self.known


def _signed(terms: Sequence[Node]) -> list[tuple[str, Node]]:
    """Terms with their signs: −1 · t is t with a minus."""
    found: list[tuple[str, Node]] = []
    for term in terms:
        first = term.factors[0] if isinstance(term, Mul) else None
        if isinstance(term, Mul) and isinstance(first, Scalar) and first.value.as_fraction() == -1:
            rest = term.factors[1:]
            found.append(("-", rest[0] if len(rest) == 1 else Mul(factors=rest)))
        else:
            found.append(("+", term))
    return found
