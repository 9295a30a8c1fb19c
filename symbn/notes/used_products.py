r"""The shapes of products: which of the things side by side are factors, arguments of functions, or of operators."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence as Many

from symbn.expr.shape import is_column, resolved
from symbn.notes.extents import NUMBER, Form
from symbn.notes.reserved import (
    DETERMINANTS,
    DIAGONALS,
    DIFFERENTIALS,
    ELEMENTWISE,
    EXTREMES,
    MOMENTS,
    ONES,
    TRACES,
    is_mean,
    is_operator,
    negates,
    transposes,
)
from symbn.notes.scope import spelled
from symbn.notes.suppositions import Function
from symbn.notes.syntax import (
    Big,
    Commas,
    Derivation,
    Dots,
    Fraction,
    Group,
    Nabla,
    Name,
    Numeral,
    Script,
    Syntax,
    arguments_of,
    innermost,
    juxtaposed,
    unscripted,
)
from symbn.notes.used_derivatives import UsedDerivatives
from symbn.notes.used_names import Use
from symbn.source import Span


class UsedProducts(UsedDerivatives):
    """The part of the usage that reads what stands side by side."""

    @abstractmethod
    def stack(self, cells: list[Syntax], axis: int, span: Span) -> Form:
        """Rows below each other, or columns side by side, up to the last."""

    def factors(self, items: list[Syntax], span: Span) -> Form:
        """The shape of what stands side by side."""
        forms: list[Form] = []
        place = 0
        while place < len(items):
            form, place = self.factor(items, place)
            forms.append(form)
        self._note_shares(items, forms)
        return self.extents.product(forms, span)

    def factor(self, items: list[Syntax], place: int) -> tuple[Form, int]:
        """A factor with what belongs to it, and the place after it."""
        item, rest = items[place], items[place + 1 :]
        head = innermost(item)
        word = self.occurrences.words.get(item.span.start)
        if word is not None and isinstance(item, Name) and len(rest) >= len(word):
            self.form(rest[len(word) - 1])
            return None, place + len(word) + 1
        if isinstance(item, Derivation) and item.body is None:
            return self.derivation(item, juxtaposed(rest) if rest else None), len(items)
        if isinstance(item, Nabla):
            return self.nabla_at(item, items, place)
        if isinstance(head, Nabla) and isinstance(item, Script):
            return self.raised(self.form(head), item.sup, item.span), place + 1
        if not isinstance(head, Name):
            form = self.scripted(self.form(item.base), item) if isinstance(item, Script) else self.form(item)
            return form, place + 1
        if rest and head.latex in DIFFERENTIALS and self.meaning(head.latex) is None:
            return self.factor(items, place + 1)
        group = unscripted(rest[0]) if rest else None
        assert isinstance(item, (Name, Script))
        if isinstance(group, Group) and group.delimiter in ("(", "["):
            applied = self._applied(item, group, rest[0])
            if applied is not None:
                return applied[0], place + 2
        if (head.word or is_mean(head)) and self.meaning(head.latex) is None and _is_word(head):
            return self._word(head, item, items, place)
        return self.named(item), place + 1

    def _applied(self, item: Name | Script, group: Group, following: Syntax) -> tuple[Form] | None:
        """f(x), if f is a function."""
        found = self.occurrences.of(item)
        if found is None or (_is_word(innermost(item)) and self.meaning(found.name) is None):
            return None
        if found.superscript is not None and (transposes(found.superscript) or negates(found.superscript)):
            return None
        arguments = arguments_of(group.content)
        if not found.subscripts and found.superscript is None:
            self.meet(found.name, Use("applied", item.span, arguments))
        function = self.meaning(found.name)
        if not isinstance(function, Function):
            return None
        forms = [self.form(argument) for argument in arguments]
        while len(function.domain) < len(forms):
            function.domain.append(forms[len(function.domain)])
        if function.entrywise:
            form = forms[0]
        elif found.name in self.occurrences.defined:
            form = function.codomain  # a definition holds for arguments of every size
        else:
            for given, own in zip(forms, function.domain, strict=False):
                self.extents.same(given, own, group.span)
            form = function.codomain
        form = self.raised(self.entry(form, found.subscripts, group.span), found.superscript, group.span)
        return (self.scripted(form, following) if isinstance(following, Script) else form,)

    def _word(self, head: Name, item: Syntax, items: list[Syntax], place: int) -> tuple[Form, int]:
        """An operator with its argument: what stands in parentheses, else all that follows."""
        rest = items[place + 1 :]
        if not rest:
            return None, place + 1
        group = unscripted(rest[0])
        grouped = isinstance(group, Group) and group.delimiter in ("(", "[", "{")
        content = group.content if grouped and isinstance(group, Group) else juxtaposed(rest)
        form = self._operated(head.latex, content, item.span)
        if isinstance(item, Script):
            form = self.raised(form, item.sup, item.span)
        if grouped and isinstance(rest[0], Script):
            form = self.scripted(form, rest[0])
        return form, place + 2 if grouped else len(items)

    def _operated(self, word: str, content: Syntax, span: Span) -> Form:
        if isinstance(content, Commas):
            forms = [self.form(item) for item in content.items]
            if word in DIAGONALS and any(isinstance(item, Dots) for item in content.items):
                stacked = self.stack(list(content.items), 0, span)
                return None if stacked is None else (stacked[0], stacked[0])
            return self.extents.sum(forms, span) if word in EXTREMES else None
        form = self.form(content)
        if word in TRACES or word in DETERMINANTS:
            self.extents.square(form, span)
            return NUMBER
        if word in DIAGONALS and form is not None:
            return (form[0], form[0]) if is_column(form) else (form[0], 1)
        if word == "logsumexp":
            return NUMBER
        return form if word in ELEMENTWISE or word == "softmax" else None

    def _note_shares(self, items: list[Syntax], forms: Many[Form]) -> None:
        r"""\frac1n \mathbf 1 …, \frac1n \sum_t x_t: of a mean the size is what it is divided by."""
        parts = [item for item in items if isinstance(item, Fraction)]
        below = [spelled(p.denominator) for p in parts if isinstance(p.numerator, Numeral) and p.numerator.text == "1"]
        names = [name for name in below if name is not None and not name.isdigit()]
        if len(names) != 1:
            return
        for item, form in zip(items, forms, strict=False):
            base = unscripted(item)
            if isinstance(item, Big) and id(item) in self.sums:
                self.shares.append((names[0], self.sums[id(item)]))
            if form is not None and isinstance(base, Name) and base.latex in ONES:
                self.shares.append((names[0], form[0] if resolved(form[0]) != 1 else form[1]))


def _is_word(syntax: Syntax) -> bool:
    """Whether this is an operator that symbn reads."""
    return isinstance(syntax, Name) and (is_operator(syntax.latex) or is_mean(syntax) or syntax.latex in MOMENTS)
