r"""Left sides that may be new names: y, \mu_x, y_i, f(x, y), \sigma^2, \Sigma^{-1}, z^\top.

The leading sides of `a = b = c` that are new names are defined by the first side that is not.  A subscript is an
index if the body has its letters in subscripts too, else a part of the name.  A declared name is defined by `=` only
if the body does not depend on it; by `:=` in any case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symbn.notes.letter_runs import in_words
from symbn.notes.mentions import mentions, rests_on, subscripted
from symbn.notes.parts import Parts, named_parts
from symbn.notes.reserved import (
    DIFFERENTIALS,
    EXPECTATIONS,
    MOMENTS,
    ONES,
    UNITS,
    ZEROS,
    is_builtin,
    is_constant,
    marks,
    may_be_defined,
    transposes,
)
from symbn.notes.scope import DefinedTensor, Scope, composite, is_label, spelled, whole_of
from symbn.notes.syntax import (
    Binary,
    Chain,
    Commas,
    Given,
    Group,
    Hole,
    Name,
    Script,
    Sequence,
    Syntax,
    arguments_of,
    juxtaposed,
    unscripted,
    walk,
)
from symbn.notes.vocabulary import DEFINING, EQUALITIES, IDENTIFYING


@dataclass(frozen=True)
class Head:
    """A left side that may be a new name: name, its parameters or indices, and what decorates it."""

    name: str
    parameters: tuple[str, ...] | None = None
    indices: tuple[str, ...] = ()
    decoration: str = ""
    parts: Parts | None = None
    """Of A = (a_{ij}): what the entries, rows or columns of A are called."""

    @property
    def key(self) -> str:
        """The name under which σ² or Σ⁻¹ is defined."""
        exponent = {"inverse": "-1", "square": "2"}.get(self.decoration)
        return self.name if exponent is None else f"{self.name}^{{{exponent}}}"


def new_heads(chain: Chain, scope: Scope) -> list[Head]:
    """The leading sides of a chain that are new names, if a side follows that is not."""
    heads: list[Head] = []
    if any(seeks_extremum(side) for side in chain.sides):
        return heads
    for place, link in enumerate(chain.links):
        if link.relation not in EQUALITIES and link.relation not in IDENTIFYING:
            break
        body = chain.sides[place + 1]
        for later in chain.sides[place + 1 :]:
            body = later
            if not _is_new(_head(later, scope), later, scope):
                break
        if isinstance(body, Hole):
            break
        parts = named_parts(chain.sides[place], body, scope)
        head = _head(chain.sides[place], scope, body) if parts is None else Head(parts.name, parts=parts)
        if link.relation in IDENTIFYING and not _is_new(head, chain.sides[place], scope):
            break
        if head is None or not _may_define(head, chain.sides[place], body, link.relation in DEFINING, scope):
            break
        heads.append(head)
        following = chain.sides[place + 1]
        if place + 2 >= len(chain.sides) or not _is_new(_head(following, scope), following, scope):
            break
    return heads


def seeks_extremum(side: Syntax) -> bool:
    r"""Whether an argmin or an \arg\min stands in a side: what it says is not checked, and defines nothing."""
    return any(isinstance(n, Name) and n.word and n.latex in ("arg", "argmin", "argmax") for n in walk(side))


def composed(body: Syntax) -> tuple[Name, Name] | None:
    r"""The f and g of f \circ g."""
    match body:
        case Binary(op=r"\circ", left=Name() as outer, right=Name() as inner):
            return outer, inner
    return None


def _head(side: Syntax, scope: Scope, body: Syntax | None = None) -> Head | None:
    """A side as a name to be defined; `body` tells whether subscripts are indices."""
    match side:
        case Name():
            return Head(side.latex)
        case Script(base=Script(base=Name(), sub=number, sup=None, primes=0) as family, sub=None) if number is not None:
            return _head(replace(side, base=family.base, sub=number), scope, body)  # x^{(i)\top}, whatever its order
        case Script(base=Name(latex=name), sup=None, primes=1) if _primes_transpose(name, scope):
            return _head(replace(side, sup=Name(r"\top", side.span), primes=0), scope, body)
        case Script(base=Name() as base, sub=sub, sup=sup, primes=primes):
            decoration = ""
            if sup is not None:
                value = spelled(sup)
                if transposes(sup):
                    decoration = "transpose"
                elif value == "-1":
                    decoration = "inverse"
                elif value == "2":
                    decoration = "square"
                elif value is None or not (marks(sup) or is_label(sup)):
                    return None
            named = Script(base, None, sup if not decoration else None, primes, side.span)
            stem = composite(named) if (named.sup is not None or primes) else base.latex
            if stem is None:
                return None
            if sub is None:
                return Head(stem, decoration=decoration)
            letters = _index_letters(sub)
            if letters and body is not None and all(subscripted(body, letter, scope) for letter in letters):
                return Head(stem, indices=letters, decoration=decoration)
            whole = composite(Script(base, sub, named.sup, primes, side.span))
            return None if whole is None else Head(whole, decoration=decoration)
        case Sequence(items=items) if len(items) > 2:
            whole_word = in_words(list(items), lambda letter: _has_meaning(letter, scope), lambda word: False)
            return _head(juxtaposed(whole_word), scope, body) if len(whole_word) == 2 else None
        case Sequence(items=(first, Group(delimiter="(" | "[") as group)):
            function = _head(first, scope)
            if function is None or function.decoration:
                return None
            names = tuple(_parameter(g) for g in arguments_of(group.content))
            if any(name is None for name in names):
                return None
            if isinstance(group.content, Given) and body is not None and mentions(body, function.name):
                return None  # p(x | y) = p(x, y)/p(y) claims something of a p that is known elsewhere
            return Head(function.name, tuple(name for name in names if name is not None))
    return None


def _primes_transpose(name: str, scope: Scope) -> bool:
    """Whether the note says that x' is a transpose, and x is no function."""
    return scope.conventions.get("prime") == "transpose" and not _is_derivative(name + "'", scope)


def _has_meaning(letter: str, scope: Scope) -> bool:
    return scope.knows(letter) or letter in scope.families


def _parameter(syntax: Syntax) -> str | None:
    """A plain name, as a parameter of a function has; None for anything else."""
    plain = isinstance(syntax, Name) or (isinstance(syntax, Script) and syntax.sup is None and not syntax.primes)
    base = unscripted(syntax)
    if not plain or not isinstance(base, Name) or is_constant(base.latex):
        return None
    return spelled(syntax)


def _index_letters(sub: Syntax) -> tuple[str, ...]:
    """The letters of a subscript, if it is made of single letters only."""
    match sub:
        case Name(word=False) if not marks(sub):
            return (sub.latex,)
        case Sequence() | Commas():
            inner = [_index_letters(item) for item in sub.items]
            return tuple(name for names in inner for name in names) if all(inner) else ()
    return ()


def _is_new(head: Head | None, side: Syntax, scope: Scope) -> bool:
    """Whether nothing of a head's name is known yet."""
    if head is None or head.name in (r"\partial", r"\nabla") or is_builtin(head.name) or _is_mark(head.name, scope):
        return False
    if _is_mean_of_random(head, side, scope) or head.name in ONES | ZEROS:
        return False
    if is_reserved(side, scope) or _is_derivative(head.name, scope):
        return False
    if head.indices and head.name in scope.families:
        return False
    if isinstance(side, Script) and _is_entry(head, side, scope):
        return False
    return not any(scope.knows(name) for name in (head.name, head.key, spelled(side) or head.name))


def _is_derivative(name: str, scope: Scope) -> bool:
    r"""Whether this is the φ' of a function, which is its derivative, or the \tanh' of one that symbn knows."""
    stem = name.rstrip("'")
    return stem != name and (scope.is_function(stem) or (is_builtin(stem) and not scope.knows(stem)))


def _is_mean_of_random(head: Head, side: Syntax, scope: Scope) -> bool:
    """Whether this is 𝔼[…], or E(x), cov(x, y) or var(s) of random names: a claim about them, if not defined by :=.

    Of 𝔼 and of E[…] whatever is random: 𝔼[x] = x, understood as a definition, would make all that follows about means
    true.  E(w) of a w that is not random is an error, or an energy, and no mean.
    """
    if head.name in EXPECTATIONS or (head.name == "E" and _in_brackets(side)):
        return head.parameters is not None
    named = head.name in MOMENTS or head.name == "E"
    return named and any(parameter in scope.context.random for parameter in head.parameters or ())


def _in_brackets(side: Syntax) -> bool:
    """Whether something stands in brackets behind a name."""
    group = side.items[-1] if isinstance(side, Sequence) else None
    return isinstance(group, Group) and group.delimiter == "["


def _is_mark(name: str, scope: Scope) -> bool:
    """Whether a name is the d of the differentials that are written in the note."""
    return name in DIFFERENTIALS and any(mark == name and scope.knows(of) for mark, of in scope.increments)


def is_reserved(side: Syntax, scope: Scope) -> bool:
    r"""Whether a side is one of the language's own constants: I_n, \mathbf 1_n, e_i, \delta_{ij}."""
    base = unscripted(side)
    if not isinstance(base, Name) or scope.knows(base.latex):
        return False
    letters = _index_letters(side.sub) if isinstance(side, Script) and side.sub is not None else ()
    scripted = isinstance(side, Script) and side.sub is not None
    if base.latex == r"\delta":
        return len(letters) == 2
    return is_constant(base.latex) or (scripted and base.latex in UNITS)


def _is_entry(head: Head, side: Script, scope: Scope) -> bool:
    """μ_x is new though μ is a function, but y_1 is no new name where y is a tensor or a family."""
    base = side.base
    if not isinstance(base, Name) or head.indices or head.name == base.latex or marks(side.sup) or marks(side.sub):
        return False
    if isinstance(side.sub, Name) and side.sub.word:
        return False  # x_{\text{new}}: no index has a name of several letters
    tensor = _is_free(base.latex, scope) or isinstance(scope.meanings.get(base.latex), DefinedTensor)
    if not tensor and base.latex not in scope.families:
        return False
    letters = _index_letters(side.sub) if side.sub is not None else ()
    return not letters or any(not scope.knows(letter) or letter in scope.indices for letter in letters)


def _may_define(head: Head, side: Syntax, body: Syntax, explicit: bool, scope: Scope) -> bool:
    if head.parts is not None or _is_new(head, side, scope):
        return True
    context = scope.context
    if is_reserved(side, scope):
        return False
    if (may_be_defined(head.name) or _is_mean_of_random(head, side, scope)) and not scope.knows(head.name):
        return explicit and head.parameters is not None
    if head.indices:
        return not mentions(body, head.name, scope) and _may_define_members(head, body, explicit, scope)
    if head.decoration or head.name in scope.meanings:
        return False
    if head.name in context.functions:
        if head.parameters is None and isinstance(body, Sequence) and _applies(body, head.name):
            return True
        return (head.parameters is not None or composed(body) is not None) and not mentions(body, head.name, scope)
    if head.name in scope.families and head.parameters is None:
        return explicit
    if _is_free(head.name, scope) and head.parameters is None:
        return explicit or not (mentions(body, head.name, scope) or rests_on(body, head.name, scope))
    return False


def _may_define_members(head: Head, body: Syntax, explicit: bool, scope: Scope) -> bool:
    """Whether y_i may be defined: y is new or a declared vector or matrix, or y_i a declared family."""
    if head.name not in scope.families:
        return explicit or head.name in scope.context.symbols
    family = scope.free_family(head.name)
    if family is None or len(family.indices) != len(head.indices):
        return False
    return explicit or not any(rests_on(body, name, scope) for name in (whole_of(head.name), head.name))


def _is_free(name: str, scope: Scope) -> bool:
    """Whether a name was declared, and stands for no one number as π does."""
    declared = scope.context.symbols.get(name)
    return declared is not None and not declared.value


def _applies(body: Sequence, name: str) -> bool:
    first = body.items[0]
    return len(body.items) == 2 and isinstance(first, Name) and first.latex == name
