"""One loop over rows for Numba, row by row: the numbers of a row are variables, a sweep is a loop over its entries.

All is computed in float64, but for what makes one matrix of one other: that loses nothing in the arrays' own dtype.  A
sum along a row may be taken in any order (`_plus`), so that the compiler uses vector registers; nothing else is
reassociated.  What costs a function and is read in two sweeps is kept for the length of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symbn.kernels.expressions import Spelling, numpy_function, written
from symbn.kernels.grids import ROW, body_on_grid, virtual_on_grid
from symbn.kernels.ir import Array, Dim, Entry, Map, Mul, Node, terms_of, walk
from symbn.kernels.module import indented
from symbn.kernels.passes import Guesses, Rows, Schedule, Sweep, Vectors
from symbn.kernels.program import Guess, Pointwise, Reduction, Step

ROW_SUM = '''
@njit(fastmath={"contract", "reassoc", "nsz"}, error_model="numpy", nogil=True, cache=_is_importable())
def _plus(total: Any, more: Any) -> Any:
    """total + more, in a sum whose order is free."""
    return total + more
'''

ROW_GUESS = '''
@_compiled
def _row_guess(sample: Any) -> Any:
    """About the mean of a row: of some entries spread evenly, without the least and the greatest."""
    total, low, high = 0.0, sample[0], sample[0]
    for value in sample:
        total += value
        low = value if value < low else low
        high = value if value > high else high
    if low == high:
        return low
    return (total - low - high) / (len(sample) - 2) if len(sample) > 2 else total / len(sample)
'''

ROW_EXP = '''
@_compiled
def _exp(x: Any) -> Any:
    """exp x within one unit in the last place, without a branch: 2ⁿ exp r with r = x − n log 2, |r| ≤ log 2 / 2."""
    y = x if x > -746.0 else -746.0
    y = y if y < 710.0 else 710.0
    n = np.floor(y * 1.4426950408889634 + 0.5)
    r = y - n * 0.6931471803691238 - n * 1.9082149292705877e-10
    e = 1 / 6227020800
    e = e * r + 1 / 479001600
    e = e * r + 1 / 39916800
    e = e * r + 1 / 3628800
    e = e * r + 1 / 362880
    e = e * r + 1 / 40320
    e = e * r + 1 / 5040
    e = e * r + 1 / 720
    e = e * r + 1 / 120
    e = e * r + 1 / 24
    e = e * r + 1 / 6
    e = e * r + 1 / 2
    e = e * r * r + r + 1.0
    half = np.int64(n) >> 1
    low = np.int64((half + 1023) << 52).view(np.float64)
    high = np.int64((np.int64(n) - half + 1023) << 52).view(np.float64)
    return e * low * high if x == x else x
'''


class RowLoop:
    """The statements of a loop over the rows `first` to `last` − 1.

    arrays: names.  vector: the name of a stored vector as loops read it.  kept: numbers of rows to be stored.
    """

    def __init__(
        self, stage: Rows, plan: Schedule, arrays: Mapping[Array, str], names: Mapping[str, str],
        vector: Callable[[Array], str], kept: Sequence[Array],
    ) -> None:  # fmt: skip
        self.stage, self.plan, self.arrays, self.names = stage, plan, arrays, names
        self.vector, self.kept = vector, kept
        self.virtual = virtual_on_grid(plan.virtual)
        self.numbers = set(stage.numbers)
        self.costly = [array for array, e in self.virtual.items() if self._costs(e) and self._times_read(array) > 1]
        self._known: set[Array] = set()
        self._new: set[Array] = set()
        self.columns = self._size(stage.grid[1])
        self.dtype = f"{arrays[plan.read_by(stage)[0]]}.dtype.type"
        self._loads: dict[str, str] = {}
        self._row_loads: dict[str, str] = {}
        self._rounded: dict[str, str] = {}

    def lines(self) -> list[str]:
        """All statements of the loop."""
        inner: list[str] = []
        guesses = 0
        for part in self.stage.parts:
            match part:
                case Guesses():
                    means = [step for step in part.steps if step.what == "mean"]
                    inner += self._means(means, guesses)
                    inner += self._greatest([step for step in part.steps if step.what == "max"])
                    guesses += len(means)
                case Vectors():
                    inner += [self._number(step) for step in part.steps]
                case Sweep():
                    inner += self._sweep(part)
        inner += [f"{self.arrays[a]}[i] = {self._own(a)}" for a in self.kept]
        head = []
        if guesses:
            head = [f"sample__ = np.empty(({guesses}, min({self.columns}, 16)))"]
            head.append(f"stride__ = {self.columns} // sample__.shape[1]")
        head += [f"{self._row(array)} = np.empty({self.columns})" for array in self.costly]
        return [*head, "for i in range(first, last):", *indented([*self._row_loads.values(), *inner])]

    def _costs(self, e: Node) -> bool:
        """Whether an entry takes a function to compute."""
        return any(isinstance(node, Map) for node in walk(e))

    def _times_read(self, array: Array) -> int:
        """In how many sweeps a matrix that is not stored is read."""
        return sum(any(self._reads(step.body, array) for step in sweep.steps) for sweep in self.stage.sweeps)

    def _reads(self, e: Node, array: Array) -> bool:
        found = [node.array for node in walk(e) if isinstance(node, Entry)]
        return array in found or any(self._reads(self.virtual[a], array) for a in found if a in self.virtual)

    def _size(self, dim: Dim) -> str:
        return self.names[dim] if isinstance(dim, str) else str(dim)

    def _own(self, array: Array) -> str:
        """The variable that holds a number of the row."""
        return f"{self.arrays[array]}__i" if array in self.kept else self.arrays[array]

    def _row(self, array: Array) -> str:
        """What holds a row of a matrix that is not stored."""
        return f"{self.arrays[array]}__row"

    def _greatest(self, steps: Sequence[Guess]) -> list[str]:
        body: list[str] = []
        lines = []
        for step in steps:
            value, own = self._entry_value(step, body, wide=True), self._own(step.array)
            lines.append(f"{own} = {value} if {value} > {own} else {own}")
        loop = self._over_columns([*body, *lines])
        return [*(f"{self._own(step.array)} = -np.inf" for step in steps), *(loop if steps else [])]

    def _means(self, steps: Sequence[Guess], taken: int) -> list[str]:
        if not steps:
            return []
        body: list[str] = []
        values = [self._entry_value(step, body, wide=True) for step in steps]
        self._new = set()  # of a few entries no row is made
        body = [line for line in body if "__row[j] = " not in line]
        stores = [f"sample__[{taken + k}, k__] = {value}" for k, value in enumerate(values)]
        loop = ["for k__ in range(sample__.shape[1]):", "    j = k__ * stride__ + stride__ // 2"]
        loop += indented([*self._column_loads(), *body, *stores])
        return [*loop, *(f"{self._own(s.array)} = _row_guess(sample__[{taken + k}])" for k, s in enumerate(steps))]

    def _number(self, step: Step) -> str:
        if isinstance(step, Guess):
            assert step.of is not None
            value = f"{self.dtype}({' + '.join(self._of_row(e) for e in step.of)})"
        else:
            assert isinstance(step, Pointwise)
            value = written(step.body, self._spelling(self._of_row, numpy_function))
        return f"{self._own(step.array)} = {value}"

    def _of_row(self, e: Entry) -> str:
        """A number of the row, or one that is the same for all."""
        if not e.places:
            return self.arrays[e.array]
        if e.array in self.numbers:
            return self._own(e.array)
        name = f"{self.vector(e.array)}__i"
        self._row_loads[name] = f"{name} = {self.vector(e.array)}[i]"
        return name

    def _sweep(self, part: Sweep) -> list[str]:
        body: list[str] = []
        before, after = [], []
        ends: list[str] = []
        self._rounded = {}
        wide = not self._makes_one_of_one(part)
        for step in part.steps:
            value = self._entry_value(step, body, wide)
            name = self.arrays[step.array]
            if step in part.writes:
                ends.append(f"{name}[i, j] = {value}")
            elif step in part.sums and step.axes:
                ends.append(f"{name}__total[j] += {value}")
            else:
                own = self._own(step.array) if step in part.along else name
                before.append(f"{own} = 0.0")
                ends.append(f"{own} = _plus({own}, {value})")
                if step in part.sums:
                    after.append(f"{name}__total[0] += {own}")
        loop = self._over_columns([*body, *ends])
        return [*self._rounded.values(), *before, *loop, *after]

    def _makes_one_of_one(self, part: Sweep) -> bool:
        """Whether a sweep writes what one matrix gives, less a number of the row and times others.

        With two matrices, or a product that is centred, little may be left of a difference.
        """
        read = {a for step in part.steps for a in self.plan.leaves(step.body) if len(a.dims) == 2}
        nodes = [node for step in part.steps for node in walk(step.body)]
        inner = [self.virtual[n.array] for n in nodes if isinstance(n, Entry) and n.array in self.virtual]
        plain = all(
            isinstance(term, Entry) or (isinstance(term, Mul) and len(term.axes) < 2)
            for e in inner for term in terms_of(e)
        )  # fmt: skip
        return part.steps == part.writes and len(read) == 1 and plain and not any(isinstance(n, Map) for n in nodes)

    def _over_columns(self, lines: Sequence[str]) -> list[str]:
        loop = [f"for j in range({self.columns}):", *indented([*self._column_loads(), *lines])]
        self._known |= self._new
        self._new = set()
        return loop

    def _column_loads(self) -> list[str]:
        """The entries of a column that the sweep reads, which are asked for anew in the next."""
        loads, self._loads = list(self._loads.values()), {}
        return loads

    def _entry_value(self, step: Pointwise | Reduction | Guess, body: list[str], wide: bool) -> str:
        """What a step computes at [i, j], in float64 or in the arrays' dtype; statements before it go to the body."""
        spelling = self._spelling(lambda e: self._entry(e, body, spelling, wide), _of_entries)
        return written(body_on_grid(step, self.plan.virtual), spelling)

    def _entry(self, e: Entry, body: list[str], spelling: Spelling, wide: bool) -> str:
        if not e.places or (len(e.places) == 1 and e.places[0].label == ROW):
            return self._of_row(e) if wide else self._narrow(self._of_row(e))
        if len(e.places) == 1:
            name = f"{self.vector(e.array)}__j"
            self._loads[name] = f"{name} = {self.vector(e.array)}[j]"
            return name
        name = f"{self.arrays[e.array]}__ij"
        if e.array not in self.virtual:
            entry = f"{self.arrays[e.array]}[i, j]"
            self._loads[name] = f"{name} = {f'np.float64({entry})' if wide else entry}"
        elif e.array in self._known:
            self._loads[name] = f"{name} = {self._row(e.array)}[j]"
        elif not any(line.startswith(f"{name} = ") for line in body):
            body.append(f"{name} = {written(self.virtual[e.array], spelling)}")
            if e.array in self.costly:
                self._new.add(e.array)
                body.append(f"{self._row(e.array)}[j] = {name}")
        return name

    def _narrow(self, value: str) -> str:
        """A number of the row, rounded to the arrays' dtype."""
        name = f"{value}__rounded"
        self._rounded[name] = f"{name} = {self.dtype}({value})"
        return name

    def _spelling(self, entry: Callable[[Entry], str], function: Callable[[str, str], str]) -> Spelling:
        return Spelling(entry, lambda a, b: "", function, self.names)


def _of_entries(name: str, arg: str) -> str:
    """A function in a sweep: the C library's exp would keep the loop from vector registers."""
    return f"_exp({arg})" if name == "exp" else numpy_function(name, arg)
