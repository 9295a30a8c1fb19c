r"""What a note assumes of a name: \epsilon > 0, n \ge 2, w_i > 0 for all i, 0 < \gamma < 1.

An assumption about a name without a meaning declares it, as a number or as a family of numbers.  One about a power of
a known name declares nothing: \sigma^2 > 0 says of a real σ that it is not 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr.context import Sign, SymbolDeclaration
from symbn.notes.anew import forget
from symbn.notes.bounds import TURNED, Bounds, bounds
from symbn.notes.expressions import Reader
from symbn.notes.families import Families
from symbn.notes.number_sets import Values, rational
from symbn.notes.reserved import UNITS, is_constant, marks, transposes
from symbn.notes.samples import declared_name, stem_of
from symbn.notes.scope import Scope, is_label, spelled
from symbn.notes.syntax import Chain, Commas, Name, Numeral, Script, Syntax, unscripted, walk
from symbn.source import Span

_NUMBERS = UNITS | {r"\pi"}
"""The letters of numbers and of unit vectors that need no declaration."""
_NOT_ZERO: dict[Sign, Sign] = {"real": "nonzero", "nonnegative": "positive", "nonpositive": "negative"}
"""What is said of a number with a sign by saying that it is not 0."""

Told = tuple[str, ...]


class Assumptions:
    """Enters assumptions into a scope."""

    def __init__(self, scope: Scope, reader: Callable[[], Reader]) -> None:
        self.scope = scope
        self.families = Families(scope, reader)
        self._reader = reader

    def assume(self, subject: Syntax, relation: str, bound: Syntax) -> Told | None:
        """What to tell of ε > 0, n ≥ 2, 0 < ε; None for what is no assumption about one name.

        Raises NoteError (E180, E181, E190).
        """
        if rational(subject) is not None and relation in TURNED:
            return self.assume(bound, TURNED[relation], subject) if rational(bound) is None else None
        said = bounds(relation, bound)
        return None if said in (None, Bounds()) else self._assume(subject, said)

    def assume_between(self, chain: Chain, text: str) -> Told | None:
        """What to tell of 0 < γ < 1, as it is written in `text`; None for what is no assumption about one name.

        Raises NoteError (E180, E181, E190).
        """
        first, subject, last = chain.sides
        before, behind = (link.relation for link in chain.links)
        if {before, behind} not in ({"<"}, {"<", r"\le"}, {r"\le"}, {">"}, {">", r"\ge"}, {r"\ge"}):
            return None
        one, other = bounds(TURNED[before], first), bounds(behind, last)
        if one is not None and other is not None:
            said = one.within(other)
            return None if said.empty or said == Bounds() else self._assume(subject, said)
        half, end = (other, first) if one is None else (one, last)
        if half is None or half == Bounds():
            return None
        half = replace(half, unread=f"{{{declared_name(subject)} : {text}}}")
        if all(node.latex in _NUMBERS for node in walk(end) if isinstance(node, Name)):
            return self._assume(subject, half)
        for name in filter(None, {declared_name(subject), spelled(unscripted(subject))}):
            self._remember(name, half)  # no more: 0 < i < n may be the range of an index
        return None

    def _assume(self, subject: Syntax, said: Bounds) -> Told | None:
        name = declared_name(subject)
        if name is None or not isinstance(subject, (Name, Script, Commas)):
            return None
        if name in self.scope.context.dimensions:
            return self._assume_of_dimension(name, said)
        base = self._base_of_power(subject)
        if base is not None and name not in self.scope.context.symbols:
            assert isinstance(subject, Script)
            return self._assume_of_power(base, subject, said)
        return self._assume_of_number(name, subject, said)

    def _assume_of_dimension(self, name: str, said: Bounds) -> Told | None:
        """n > 1 and n ≥ 2 are the same; that a size is not larger than something is not taken on."""
        if said.least is None:
            return None
        dimensions = self.scope.context.dimensions
        dimensions[name] = max(dimensions[name], said.least)
        return ()

    def _assume_of_number(self, name: str, subject: Syntax, said: Bounds) -> Told | None:
        """The sign of a declared name, or of a new one.  Raises NoteError (E190) where that may be a size."""
        symbols = self.scope.context.symbols
        if name in symbols:
            if said.sign != "real":
                symbols[name] = replace(symbols[name], sign=said.sign)
            return self._remember(name, said)
        if self.scope.knows(name):
            return None
        whole = symbols.get(spelled(unscripted(subject)) or "")
        own = whole is not None and whole.shape == (1, 1) and _is_numbered(subject)
        if whole is not None and not own and isinstance(subject, Script) and subject.sub is not None:
            return self._assume_of_entries(whole, subject, said)
        known = isinstance(subject, Script) and self.scope.knows(stem_of(subject) or "")
        one_sided = (said.low is None or said.high is None) and said.unread is None
        if self.families.has(subject) or (known and not own) or (one_sided and said.sign == "real"):
            return None
        return self._declare_assumed(name, subject, said, one_sided)

    def _declare_assumed(self, name: str, subject: Syntax, said: Bounds, one_sided: bool) -> Told | None:
        """Declare a new name, or the family that it is a member of.  Raises NoteError (E190)."""
        member, declared = self.families.of(subject), name
        if member is not None:
            self._check_free(stem_of(member.member) or "", subject.span)
            declared = self.families.declare(member.member, member.index, (1, 1), said.sign, subject.span)
        elif said.spans_sizes and one_sided:
            raise fail(
                "E190", f"is `{name}` a dimension or a real number?", subject.span,
                help=f"declare ${name} \\in \\mathbb{{N}}$ or ${name} \\in \\mathbb{{R}}$ first",
            )  # fmt: skip
        elif said.spans_sizes:
            return None  # 0 ≤ i ≤ 9 may be the range of an index
        else:
            self._forget_square(name)
            self.scope.context.symbols[name] = SymbolDeclaration(name, (1, 1), said.sign)
        self.scope.places.setdefault(name, subject.span)
        return self._remember(declared, said)

    def _assume_of_entries(self, whole: SymbolDeclaration, entry: Script, said: Bounds) -> Told | None:
        """w_i > 0 is said of all entries of a vector; of one entry, or of a matrix, it is not taken on."""
        every = isinstance(entry.sub, Name) and not entry.sub.word and entry.sup is None and not entry.primes
        sign = said.sign
        if every and 1 in whole.shape and sign != "nonzero" and (whole.sign in ("real", sign) or sign == "real"):
            taken = whole.sign if sign == "real" else sign
            self.scope.context.symbols[whole.name] = replace(whole, sign=taken)
            return self._remember(whole.name, said)
        self._not_taken_on(whole.name, entry, said)
        return None

    def _base_of_power(self, subject: Syntax) -> Syntax | None:
        r"""The σ of σ², b^t, x^\top, the f of f', where it means something already: that is no new name."""
        if not isinstance(subject, Script) or self._marks_name(subject):
            return None
        base: Syntax = replace(subject, sup=None, primes=subject.primes if subject.sup is not None else 0)
        if isinstance(base, Script) and base.sub is None and not base.primes:
            base = subject.base
        names = [name for name in (spelled(base), spelled(unscripted(base))) if name is not None]
        if isinstance(base, Script):
            names.append(stem_of(base) or "")
        known = any(self.scope.knows(name) or name in self.scope.families for name in names)
        return base if known or any(name in _NUMBERS or is_constant(name) for name in names) else None

    def _marks_name(self, subject: Script) -> bool:
        r"""Whether x^\star, x^{(1)}, x^{\text{new}}, x' is no power, transpose or derivative of x."""
        if subject.sup is None:
            stem = stem_of(replace(subject, primes=0)) or ""
            derived = self.scope.conventions.get("prime") == "transpose" or self.scope.is_function(stem)
            return not subject.primes or not derived
        word = isinstance(subject.sup, Name) and subject.sup.word and not transposes(subject.sup)
        return marks(subject.sup) or is_label(subject.sup) or word

    def _assume_of_power(self, base: Syntax, power: Script, said: Bounds) -> Told | None:
        """σ² > 0 of a known σ: σ ≠ 0, if it is a free number; what else is said is not taken on."""
        names = (spelled(base), spelled(unscripted(base)))
        known = next((symbol for name in names if (symbol := self.scope.context.symbols.get(name or ""))), None)
        if known is None:
            return None
        exponent = rational(power.sup) if power.sup is not None and not power.primes else None
        even = exponent is not None and exponent > 0 and exponent % 2 == 0
        number = known.shape == (1, 1) and known.name == spelled(base)
        if even and said == Bounds(0) and 1 in known.shape:
            return None
        if number and known.sign == "positive" and said in (Bounds(0, above=True), Bounds(0)):
            return None
        if number and even and said in (Bounds(0, above=True), Bounds(without_zero=True)):
            sign = _NOT_ZERO.get(known.sign, known.sign)
            self.scope.context.symbols[known.name] = replace(known, sign=sign)
            return () if sign != known.sign else None
        self._not_taken_on(known.name, power, said)
        return None

    def _forget_square(self, name: str) -> None:
        r"""What was σ² before σ was known is its square now."""
        powers = [other for other in self.scope.context.symbols if re.fullmatch(re.escape(name) + r"\^\{\d+\}", other)]
        if powers == [f"{name}^{{2}}"]:
            forget(powers[0], self.scope)

    def _not_taken_on(self, name: str, subject: Script, said: Bounds) -> None:
        """Nothing that is false for some other values of a name is refuted by them."""
        self._remember(name, replace(said, unread=f"{{{name} : {spelled(subject)} ∈ {said.text}}}"))

    def _remember(self, name: str, said: Bounds) -> Told:
        """What is not taken on of what is said of a declared name; how that is told."""
        values, known = said.values, self.scope.values.get(name)
        if values is None or name not in self.scope.context.symbols:
            return ()
        if known is not None and values.text not in known.text.split(" ∩ "):
            both = tuple(number for number in known.some if said.holds(number))
            values = Values(f"{known.text} ∩ {values.text}", both)
        elif known is not None:
            values = known
        self.scope.values[name] = values
        return (f"read as real; what holds only because of {said.text} is not checked",)

    def _check_free(self, name: str, span: Span) -> None:
        """Raises NoteError (E181) for a name that is a dimension."""
        if name in self.scope.context.dimensions:
            before = self.scope.places.get(name)
            labels: tuple[Label, ...] = (Label(span, "declared again here"),)
            if before is not None:
                labels = (Label(before, "a dimension here", False), *labels)
            raise NoteError(Diagnostic("E181", f"`{name}` is a dimension already", labels, help="use another letter"))


def _is_numbered(subject: Syntax) -> bool:
    """Whether this is the β_1 that beside a number β is a name of its own."""
    return isinstance(subject, Script) and isinstance(subject.sub, Numeral) and subject.sup is None
