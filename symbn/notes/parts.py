r"""A known matrix written by new names for its parts: A = (a_{ij}), A = (a_1 \cdots a_n), X = (x_1^\top; …; x_n^\top).

Such an equation says of no known thing what it is; it defines the parts, as the entries, rows or columns of the whole.
So does A = (a_1, …, a_n) \in \mathbb{R}^{m \times n} of an A that it declares.  What a vector is made of are numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symbn.diagnostics import NoteError
from symbn.expr.context import SymbolDeclaration
from symbn.expr.tree import Shape
from symbn.notes.patterns import Pattern, find_pattern
from symbn.notes.reserved import is_constant, transposes
from symbn.notes.scope import DefinedTensor, Scope, composite
from symbn.notes.spaces import is_real_space
from symbn.notes.syntax import (
    Binary,
    Chain,
    Colon,
    Commas,
    Dots,
    Group,
    Matrix,
    Name,
    Script,
    Sequence,
    Syntax,
)

_INDEX = "·"
"""The index of a stack's rows or columns, which has no letter."""
_BRACKETS = ("(", "[")


@dataclass(frozen=True)
class Parts:
    """name_indices := body, or its transpose if `turned`; `last` is what the index runs to, where that is written."""

    name: str
    indices: tuple[str, ...]
    body: Syntax
    turned: bool = False
    last: Syntax | None = None


def named_parts(whole: Syntax, body: Syntax, scope: Scope) -> Parts | None:
    """The parts that `whole = body` defines; None where it claims something, or says something else."""
    if not (isinstance(whole, Name) and _is_tensor(whole.latex, scope)):
        return None
    body, transposed = _unturned(body)
    if isinstance(body, Group) and body.delimiter in _BRACKETS and (listed := _listed(body)):
        body = Matrix((listed,), body.span)
    elif isinstance(body, Group) and body.delimiter in _BRACKETS:
        body = body.content
    if isinstance(body, Matrix):
        return _stacked(whole, body, transposed, scope)
    if transposed:
        return None
    match body:
        case Script(base=Name(latex=name), sub=Sequence(items=(Name(latex=i), Name(latex=j))), sup=None, primes=0):
            # (a_{ji}) can be the transpose of (a_{ij}): that is no name for the entries
            if (
                i < j
                and not any(scope.knows(letter) and letter not in scope.indices for letter in (i, j))
                and (_is_new(name, scope) and not scope.knows(composite(body) or name))
            ):
                return Parts(name, (i, j), Script(whole, body.sub, None, 0, whole.span))
    return None


def with_its_space(chain: Chain, scope: Scope) -> tuple[Chain, Chain] | None:
    r"""A = B and A \in \mathbb{R}^{m \times n}, where both are said at once; None for anything else.

    The second is first where it declares an A that is written by new names for its parts.
    """
    if [link.relation for link in chain.links] not in (["=", r"\in"], [":=", r"\in"]) or chain.subjects:
        return None
    whole, body, space = chain.sides
    if not isinstance(whole, Name) or not is_real_space(space) or not isinstance(space, Script):
        return None
    equation = replace(chain, sides=(whole, body), links=chain.links[:1], span=whole.span.to(body.span))
    membership = replace(chain, sides=(whole, space), links=chain.links[1:], span=whole.span.to(space.span))
    if not _is_new(whole.latex, scope):
        return equation, membership
    trial = replace(scope, context=scope.context.copy())
    columns = 2 if isinstance(space.sup, Binary) and space.sup.op == r"\times" else 1
    trial.context.symbols[whole.latex] = SymbolDeclaration(whole.latex, (2, columns))
    return (equation, membership) if named_parts(whole, body, trial) is None else (membership, equation)


def _listed(group: Group) -> tuple[Syntax, ...]:
    r"""a_1, …, a_n of what stands in brackets, also with spaces between them; nothing else."""
    match group.content:
        case Commas(items=items):
            return items
        case Sequence(items=items) if group.delimiter == "[" and any(isinstance(item, Dots) for item in items):
            return items
    return ()


def _unturned(body: Syntax) -> tuple[Syntax, bool]:
    """What is transposed as a whole, and whether it is."""
    if isinstance(body, Script) and isinstance(body.base, Group | Matrix) and body.sub is None and not body.primes:
        if transposes(body.sup):
            return body.base, True
    return body, False


def _stacked(whole: Name, body: Matrix, transposed: bool, scope: Scope) -> Parts | None:
    """The rows or the columns of a matrix, or of its transpose, of which the first and the last are written."""
    written = [[cell for cell in row if cell is not None] for row in body.rows]
    written = [row for row in written if row]
    upright = all(len(row) == 1 for row in written)
    cells = [row[0] for row in written] if upright else written[0]
    if not (upright or len(written) == 1) or not any(isinstance(cell, Dots) for cell in cells):
        return None
    try:
        pattern = find_pattern(cells, _INDEX, body.span)
    except NoteError:
        return None  # what reads the stack says what is wrong with it
    name, turned = _member(pattern)
    if name is None or not _is_new(name, scope) or scope.knows(f"{name}_{{1}}"):
        return None
    index, every = Name(_INDEX, whole.span), Colon(whole.span)
    if 1 in _shape(whole.latex, scope):
        return (
            None if turned else Parts(name, (_INDEX,), Script(whole, index, None, 0, whole.span), False, pattern.last)
        )
    if turned != upright:
        return None
    rows = upright != transposed
    place = Sequence((index, every) if rows else (every, index), whole.span)
    return Parts(name, (_INDEX,), Script(whole, place, None, 0, whole.span), rows, pattern.last)


def _member(pattern: Pattern) -> tuple[str | None, bool]:
    r"""The stem x of x_i, and whether a member is written transposed, x_i^\top."""
    match pattern.body:
        case Script(base=Script(base=Name() as stem, sub=Name(latex=i), sup=None), sub=None, sup=sup, primes=0):
            pass
        case Script(base=Name() as stem, sub=Name(latex=i), sup=sup, primes=0):
            pass
        case _:
            return None, False
    if i != pattern.index or not (sup is None or transposes(sup)):
        return None, False
    return stem.latex, sup is not None


def _is_tensor(name: str, scope: Scope) -> bool:
    return name in scope.context.symbols or isinstance(scope.meanings.get(name), DefinedTensor)


def _shape(name: str, scope: Scope) -> Shape:
    meaning = scope.meanings.get(name)
    return meaning.definition.body.shape if isinstance(meaning, DefinedTensor) else scope.context.symbols[name].shape


def _is_new(name: str, scope: Scope) -> bool:
    return not (scope.knows(name) or name in scope.families or is_constant(name))
