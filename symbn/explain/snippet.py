r"""A counterexample as a NumPy program that needs nothing else: the values, both sides, and where they differ.

Derivatives are central differences.  What a derivative is taken by is moved in place: a symbol's own array, or an
array of zeros that is added to a defined name's body (so that what the name rests on is held, and still moves
the name where another derivative moves it).  Definitions that rest on something that is moved are functions, the
others are values.  What has no code gives no program, never a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symbn.diagnostics import Diagnostic
from symbn.evidence.claim import Difference
from symbn.evidence.dependence import holds_one_application
from symbn.evidence.misfit import misfit
from symbn.evidence.numeric import is_exact, real
from symbn.explain.numpy_code import Code, NotWritten, broken, polynomial_code
from symbn.explain.python_names import Names
from symbn.expr import tree
from symbn.expr.tree import Definition, Expr

_STEPS = {1: "1e-5", 2: "1e-4", 3: "1e-3"}
"""The step of differences by how deep derivatives are nested: differences of differences need larger ones."""

_JACOBIAN = '''
def jacobian(f, x):
    """Central differences: a row for each entry of f(), a column for each entry of x."""
    h, columns = {step}, []
    for k in np.ndindex(x.shape):
        old = x[k]
        x[k] = old + h
        above = np.array(f())
        x[k] = old - h
        below = np.array(f())
        x[k] = old
        columns.append(np.ravel(above - below) / (2 * h))
    return np.stack(columns, axis=1)
'''


def numpy_snippet(left: Expr, right: Expr, difference: Difference) -> str | None:
    """The program for a point at which the sides differ; None where a part of it cannot be written."""
    try:
        return _Program(left, right, difference).text()
    except NotWritten:
        return None


class _Program:
    """The parts of one program, in the order in which they are written."""

    def __init__(self, left: Expr, right: Expr, difference: Difference) -> None:
        self.left, self.right, self.difference = left, right, difference
        self.context = difference.point.context
        self.definitions = self.context.definitions_used([left, right])
        self.bodies = [left, right, *(definition.body for definition in self.definitions)]
        self.nodes = [node for body in self.bodies for node in tree.walk(body)]
        self.names = Names()
        for size in difference.sizes:
            self.names.given[f"size {size}"] = self.names.new(size)
        self.numbers = {name: "np.pi" for name, s in self.context.symbols.items() if s.value == "π"}
        self.names.given |= self.numbers
        for node in self.nodes:
            if isinstance(node, tree.Apply):
                self.names.of(node.name + "'" * node.order)
        for name in (*difference.point.drawn, *(definition.key for definition in self.definitions)):
            self.names.of(name)
        self.moved = self._moved()
        self.code = Code(self.names, self._functions(), self.moved)
        free = Names(taken=set(self.names.taken))  # within a definition an index may have the same name
        self.indices = {index: free.new(index) for index in difference.indices}

    def text(self) -> str:
        """The whole program."""
        lines = ["import numpy as np", "", *self._sizes(), *self._values(), *self._offsets()]
        if self.moved:
            lines += [*_JACOBIAN.replace("{step}", self._step()).splitlines(), ""]
        lines += self._unknown_functions()
        for definition in self.definitions:
            lines += self._definition(definition)
        lines += ["", *broken("left = ", self.code.write(self.left, self.indices))]
        lines += [*broken("right = ", self.code.write(self.right, self.indices)), *self._printed()]
        return "\n".join(_without_double_blanks(lines)) + "\n"

    # What is moved ----------------------------------------------------------------------------------------

    def _moved(self) -> dict[str, str]:
        """The arrays that derivatives move."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, tree.Derivative | tree.Differential):
                name = node.target.name
                declared = self.context.symbols.get(name)
                if declared is not None and declared.structure in ("symmetric", "positive definite"):
                    raise NotWritten(f"a derivative within the symmetric matrices, by {name}")
                if name in self.context.definitions or name in self.context.functions:
                    if node.target.arguments:
                        self._check_one_application(name)
                    found.setdefault(name, f"d_{self.names.of(name)}")
                else:
                    found.setdefault(name, self.names.of(name))
        return found

    def _check_one_application(self, name: str) -> None:
        """h(x) can be moved as a whole only if h is applied to nothing else."""
        if name not in self.context.functions or not holds_one_application((self.left, self.right), self.context):
            raise NotWritten(f"a derivative by one application of {name}")

    def _functions(self) -> frozenset[str]:
        """Definitions that rest on what is moved: their values change while a derivative is taken."""
        found: set[str] = set()
        for definition in self.definitions:  # those of lower rank first
            names = {node.name for node in tree.walk(definition.body) if hasattr(node, "name")}
            names |= {
                n.target.name for n in tree.walk(definition.body) if isinstance(n, tree.Derivative | tree.Differential)
            }
            if definition.key in self.moved or names & (found | self.moved.keys()):
                found.add(definition.key)
        return frozenset(found)

    def _step(self) -> str:
        depths: dict[str, int] = {}

        def depth(e: Expr) -> int:
            below = max(map(depth, tree.children(e)), default=0)
            if isinstance(e, tree.Reference):
                below = max(below, depths[e.name])
            return below + isinstance(e, tree.Derivative | tree.Differential)

        for definition in self.definitions:
            depths[definition.key] = depth(definition.body)
        nested = max(depth(self.left), depth(self.right), 1)
        if nested not in _STEPS:
            raise NotWritten("derivatives nested too deep for differences")
        return _STEPS[nested]

    # Lines ------------------------------------------------------------------------------------------------

    def _sizes(self) -> list[str]:
        sizes = self.difference.sizes
        names = ", ".join(self.names.of(f"size {size}") for size in sizes)
        lines = [f"{names} = {', '.join(map(str, sizes.values()))}"] if sizes else []
        for index, value in self.difference.indices.items():
            lines.append(f"{self.indices[index]} = {value - 1}  # counted from 0")
        return lines

    def _values(self) -> list[str]:
        drawn = self.difference.point.drawn
        shapes = {node.name: node.shape for node in self.nodes if isinstance(node, tree.Symbol)}
        parameters = {p.name for definition in self.definitions for p in definition.parameters}
        at_zero = {node.name for node in self.nodes if isinstance(node, tree.At)}
        lines = []
        for name, shape in shapes.items():
            if name in parameters or name in self.numbers:
                continue
            if name not in drawn:
                if name not in at_zero:
                    raise NotWritten(f"{name} has no value here")
                text = "np.array(0.0)" if shape == (1, 1) else f"np.zeros({self.code.shape(shape)})"
            elif name in at_zero:
                raise NotWritten(f"{name} has a value, and is 0 elsewhere")
            elif shape == (1, 1):
                number = _number(drawn[name][0][0])
                text = f"np.array({number}, float)" if name in self.moved else number
            else:
                rows = ", ".join(f"[{', '.join(map(_number, row))}]" for row in drawn[name])
                text = f"np.array([{rows}], float)"
            lines.append(f"{self.names.of(name)} = {text}")
        return lines

    def _offsets(self) -> list[str]:
        """Zeros that are added to the defined names that derivatives are taken by."""
        lines = []
        targets = {n.target.name: n.target for n in self.nodes if isinstance(n, tree.Derivative | tree.Differential)}
        for name, target in targets.items():
            if self.moved[name] == self.names.of(name):
                continue
            sizes = [] if target.shape == (1, 1) else [self.code.size(d) for d in target.shape]
            definition = self.context.definitions.get(name)
            sizes = [self.code.size(i.dim) for i in (definition.indices if definition else ())] + sizes
            shape = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
            lines.append(f"{self.moved[name]} = np.zeros({shape})  # moves {self.names.of(name)} alone")
        return lines

    def _unknown_functions(self) -> list[str]:
        lines: list[str] = []
        applications = {(n.name, n.order): n for n in self.nodes if isinstance(n, tree.Apply)}
        for (name, order), node in sorted(applications.items()):
            declared = self.context.functions.get(name)
            if name not in self.difference.point.applied:
                raise NotWritten(f"{name} is applied nowhere")
            outputs, arity = self.difference.point.applied[name]
            if node.entrywise or (declared is not None and declared.entrywise):
                phi = self.difference.point.polynomial(name, 0, 1)
                for _ in range(order):
                    phi = phi.partial(0)
                body = polynomial_code(phi.terms, lambda k: "x")
                head = f"def {self.names.of(name + chr(39) * order)}(x):"
                moved = f" + {self.moved[name]}" if name in self.moved and not order else ""
                lines += ["", head, f"    return {body if 'x' in body else f'{body} + 0 * x'}{moved}", ""]
                continue
            arguments = [f"x{k}" for k in range(1, len(node.arguments) + 1)] if len(node.arguments) > 1 else ["x"]
            flat = ", ".join(f"np.ravel({a})" for a in arguments)
            outcome = [
                polynomial_code(self.difference.point.polynomial(name, o, arity).terms, lambda k: f"x[{k}]")
                for o in range(outputs)
            ]
            value = outcome[0]
            if node.shape != (1, 1):
                value = f"np.array([{', '.join(outcome)}], float).reshape{self.code.shape(node.shape)}"
            lines += ["", f"def {self.names.of(name)}({', '.join(arguments)}):"]
            lines += [f"    x = {flat if len(arguments) == 1 else f'np.concatenate([{flat}])'}"]
            lines += [f"    return {value}{f' + {self.moved[name]}' if name in self.moved else ''}", ""]
        return lines

    def _definition(self, definition: Definition) -> list[str]:
        """A value, or a function of the family's indices and the parameters."""
        names = self.names
        inside = Names(dict(names.given), set(names.taken))
        indices = {index.name: inside.new(index.name) for index in definition.indices}
        parameters = [inside.of(parameter.name) for parameter in definition.parameters]
        own = {p.name: inside.of(p.name) for p in definition.parameters if p.name in self.moved}
        code = Code(inside, self.code.functions, {**self.moved, **own})
        body = code.write(definition.body, indices)
        if definition.key in self.moved:
            where = ", ".join(indices.values())
            body += f" + {self.moved[definition.key]}{f'[{where}]' if where else ''}"
        name = names.of(definition.key)
        if not indices and not parameters and definition.key not in self.code.functions:
            return broken(f"{name} = ", body)
        copies = [
            f"    {inside.of(p.name)} = np.array({inside.of(p.name)}, float)"
            for p in definition.parameters
            if p.name in self.moved
        ]
        head = f"def {name}({', '.join([*indices.values(), *parameters])}):"
        return ["", head, *copies, *broken("    return ", body), ""]

    def _printed(self) -> list[str]:
        i, j = self.difference.entry
        if self.left.shape == (1, 1):
            return ['print("left side", left, "right side", right, "difference", left - right)']
        return [
            'print("left side", left, "right side", right, sep="\\n")',
            f'print("difference at row {i + 1}, column {j + 1}:", left[{i}, {j}] - right[{i}, {j}])',
        ]


def _number(x: object) -> str:
    """A rational as Python writes it."""
    value = real(x)  # type: ignore[arg-type]
    assert is_exact(value), "values are drawn exactly"
    return str(value).replace("/", " / ")


def _without_double_blanks(lines: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept


# Shapes that cannot be --------------------------------------------------------------------------------------


def misfit_snippet(diagnostic: Diagnostic, least: Mapping[str, int]) -> str | None:
    """The program for shapes that do not fit: ones of these shapes, and what NumPy says of them."""
    found = misfit(diagnostic, least)
    if found is None:
        return None
    names = Names()
    sizes = {size: names.new(size) for size in found.sizes}
    lines = ["import numpy as np", ""]
    if sizes:
        lines.append(f"{', '.join(sizes.values())} = {', '.join(map(str, found.sizes.values()))}")
    for name, shape in zip(("first", "second"), diagnostic.shapes, strict=False):
        lines.append(f"{name} = np.ones(({', '.join(str(sizes.get(str(extent), extent)) for extent in shape)}))")
    if diagnostic.code == "S201":
        lines += ["try:", "    first @ second", "except ValueError as error:", "    print(error)"]
    elif len(diagnostic.shapes) == 2:
        lines.append('print(first.shape, "and", second.shape, "are the same:", first.shape == second.shape)')
    else:
        lines.append('print(first.shape, "is square:", first.shape[0] == first.shape[1])')
    return "\n".join(lines) + "\n"
