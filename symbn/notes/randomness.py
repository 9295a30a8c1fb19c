r"""Names that are random: x \sim p, x, z \sim p(x, z), x_i \sim \mathcal D of names that are declared.

What is random has one unknown joint law, whatever is written on the right: of a law such as \mathcal N(\mu, \Sigma)
nothing is used, and a notice says so.  From the declaration on the context is another one.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.notes.epochs import new_epoch
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import Chain, Commas, Group, Syntax, unscripted, walk
from symbn.notes.targets import unsliced


def declare_random(subjects: Many[Syntax], law: Syntax, scope: Scope) -> tuple[str, ...] | None:
    """Make the subjects random; what is to be said of that.  None if one of them is no free name."""
    names = [_free_name(subject, scope) for subject in subjects]
    if None in names:
        return None
    new_epoch(scope)
    scope.context.random.update(dict.fromkeys(name for name in names if name is not None))
    if _says_more(law, subjects):
        return ("of this law nothing is used: what is random has any law whose moments exist",)
    return ()


def declared_later(subjects: Many[Syntax], chains: Many[Chain], scope: Scope) -> NoteError | None:
    """That a subject without a meaning is declared by a chain further on (E218); None if none is."""
    for subject in subjects:
        name = spelled(subject)
        declaring = (c for c in chains if c.links[0].relation == r"\in" and c.span.start > subject.span.start)
        named = {spelled(side) for c in declaring for side in (*c.subjects, c.sides[0])}
        if name is not None and name in named and not scope.knows(name):
            return fail("E218", f"`{name}` is declared after this", subject.span, help="declare its shape first")
    return None


def _free_name(subject: Syntax, scope: Scope) -> str | None:
    """The free name that is meant by x, by an entry x_i, or by a member of a free family."""
    for syntax in (subject, unscripted(subject)):
        name = spelled(syntax)
        if name is not None and name in scope.context.symbols and name not in scope.meanings:
            return name
        family = scope.families.get(name or "")
        whole = unsliced(family.body) if family is not None else None
        if isinstance(whole, tree.Symbol) and whole.name in scope.context.symbols:
            return whole.name
    return None


def _says_more(law: Syntax, subjects: Many[Syntax]) -> bool:
    r"""Whether a law has parameters: \mathcal N(\mu, \Sigma), but not the p(x) of x \sim p(x)."""
    own = {spelled(subject) for subject in subjects}
    given = [node.content for node in walk(law) if isinstance(node, Group)]
    listed = [part for content in given for part in (content.items if isinstance(content, Commas) else (content,))]
    return any(spelled(part) not in own for part in listed)
