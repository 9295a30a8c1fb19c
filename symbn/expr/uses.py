"""Which definitions a statement mentions: what a picture of a note's dependencies is drawn from."""

from __future__ import annotations

from collections.abc import Mapping

from symbn.expr.context import mentioned_names
from symbn.expr.statement import Statement
from symbn.source import Span


def uses(statement: Statement, definitions: Mapping[Span, str]) -> tuple[str, ...]:
    """The ids of the definitions whose names a statement mentions itself; `definitions` are the ids by their places."""
    context = statement.context
    parts = [side for goal in statement.goals for side in (goal.left, goal.right)]
    parts += [e for e in (statement.expression, statement.asked) if e is not None]
    if statement.kind == "definition":
        parts += [d.body for d in context.definitions.values() if d.span == statement.span]
    found: dict[str, None] = {}
    for part in parts:
        for name in mentioned_names(part):
            definition = context.definitions.get(name)
            if definition is not None and definition.span is not None and definition.span in definitions:
                found[definitions[definition.span]] = None
    return tuple(id for id in found if id != statement.id)
