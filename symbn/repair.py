r"""Repairs ("did you mean"): for a refuted claim, a right side near the author's own that is then proved.

    small slips, likeliest first  →  two transposes  →  something forgotten  →  two slips
    where shapes cannot be:  small slips  →  two, then three of those that do something about it  →  something forgotten

A right side that has a part more that says nothing (`idle_parts`) is passed over: the left side and 0 is no answer.
It is read where the claim stands, dropped if it certainly differs from the left side at fixed points, and
else given to the verifier.  The first that is proved is suggested; nothing else ever is.  The search is bounded by
counts; a deadline can only end it with nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, field, replace
from itertools import combinations
from time import thread_time
from typing import TypeAlias

from symbn.diagnostics import Diagnostic, NoteError
from symbn.evidence.components import OutOfTime
from symbn.evidence.screening import Screen
from symbn.expr.statement import Statement
from symbn.expr.tree import Shape
from symbn.notes.edits import INSERTING, SHAPING, Change, Written, edited, shown, singles
from symbn.notes.idle_parts import idle_parts
from symbn.notes.rereading import Place
from symbn.notes.syntax import Binary, Derivation, Nabla, Script, Syntax, walk, without_spans
from symbn.report import Edit, Report, Suggestion
from symbn.source import Span
from symbn.verifier import Limits, Verifier

_FITTING = SHAPING | {"name", "index"}
"""The kinds that can mend a shape."""
_PAIRING = _FITTING | {"sign", "size", "number", "exponent"}
"""The kinds of which two slips are likely in one side."""
_BESIDE_A_MISFIT = _PAIRING | {"scalar missing"}
"""The kinds of which one slip may stand beside a misfit."""


@dataclass(frozen=True)
class Bounds:
    """What one search may cost: characters read, ways to go on from, proofs tried, seconds; and what a proof may."""

    characters: int = 150_000
    frontier: int = 24
    proofs: int = 16
    seconds: float = 5.0
    proof: Limits = field(default_factory=lambda: Limits(1.0, 50_000))


def _within(limits: Limits) -> Bounds:
    """The usual bounds, and no more time for a search than a claim has."""
    usual = Bounds()
    tried = usual.proof
    one = Limits(min(tried.seconds, limits.seconds), tried.terms, limits.memory)
    return replace(usual, seconds=min(usual.seconds, limits.seconds), proof=one)


class Exhausted(Exception):
    """The bounds of a search are reached."""


class Repairer:
    """Suggests right sides for the claims of one note; `known` are the verdicts so far, which grow with its reports."""

    def __init__(
        self, places: Mapping[str, Place], verifier: Verifier, known: Mapping[str, str], bounds: Bounds | None = None
    ) -> None:
        self._places = places
        self._verifier = verifier
        self._bounds = bounds or _within(verifier.limits)
        self._known = known
        self._checked: dict[str, str] = {}

    def repaired(self, report: Report) -> Report:
        """The report, with a suggestion if it is of a refuted claim that can be repaired."""
        place = self._places.get(report.id)
        if report.verdict != "refuted" or place is None:
            return report
        if report.kind == "shape":
            return replace(report, suggestion=_right_set(place))
        base = self._base(place)
        try:
            found = Search(place, base, self._bounds).suggestion()
        except (Exhausted, OutOfTime):
            found = None
        return replace(report, suggestion=found)

    def _base(self, place: Place) -> int:
        """The last side before the claim's right one that is known to equal the first."""
        links = {p.link: p for p in self._places.values() if p.passage is place.passage}
        base = place.passage.first
        for link in range(base, place.link):
            if base == link and link in links and self._verdict(links[link].statement) == "proved":
                base = link + 1
        return base

    def _verdict(self, statement: Statement) -> str:
        """A statement's verdict; one that was not selected is checked here."""
        if statement.id in self._known:
            return self._known[statement.id]
        if statement.id not in self._checked:
            self._checked[statement.id] = self._verifier.check(statement).verdict
        return self._checked[statement.id]


@dataclass(frozen=True)
class _Outcome:
    """What became of a right side: proved, or read and not proved, or what is wrong with its shapes; or not read.

    places: what the misfit's diagnostic points to, in the text that was read.
    """

    proved: bool = False
    read: bool = False
    misfit: tuple[object, ...] | None = None
    places: tuple[Span, ...] = ()

    def mends(self, before: _Outcome) -> bool:
        """Whether something was done about a misfit."""
        return self.read or (self.misfit is not None and self.misfit != before.misfit)


_Step: TypeAlias = tuple[Many[Change], _Outcome]
"""Changes that were tried, and what became of the right side."""


class Search:
    """The search for one claim: side `base` = the right side, changed."""

    def __init__(self, place: Place, base: int, bounds: Bounds) -> None:
        self.place = place
        self.base = base
        self.bounds = bounds
        self.side: Written = place.written(base)
        self.deadline = thread_time() + bounds.seconds
        self.verifier = Verifier(bounds.proof, explain=False)
        self.left = place.passage.chain.sides[base]
        self.screen: Screen | None = None
        asked = {without_spans(n) for n in walk(self.left) if isinstance(n, (Derivation, Nabla))}
        self.asked = asked - {without_spans(n) for n in walk(self.side.root)}
        self.idle = idle_parts(self.side.root)
        self.seen: set[object] = {without_spans(self.left)}
        self.texts: set[str] = set()
        self.start_up = 100 + self.left.span.end - self.left.span.start
        self.characters = self.proofs = 0

    def suggestion(self) -> Suggestion | None:
        """The nearest right side that is proved.  Raises Exhausted, OutOfTime."""
        if self.place.read(self.left, self.base).diagnostics or not self._is_read_alike():
            return None
        as_written = self._tried(())
        if as_written.proved:
            return self._suggested(()) if self.base != self.place.link else None
        start = self.side.span(self.side.root).start
        changes = singles(self.side, [Span(start + p.start, start + p.end) for p in as_written.places])
        slips = [c for c in changes if c.kind not in INSERTING]
        frontier: list[_Step] = []
        for change in slips:
            outcome = self._tried((change,))
            if outcome.proved:
                return self._suggested((change,))
            if change.kind in _FITTING and outcome.mends(as_written):
                frontier.append(((change,), outcome))
        inserted = [(c,) for c in changes if c.kind in INSERTING]
        if as_written.misfit is None:
            near, far = self._pairs(slips)
            return self._first([*near, *inserted, *far])
        return self._onwards(frontier, slips) or self._first(inserted)

    def _is_read_alike(self) -> bool:
        """Whether the right side's text by itself is read as it was in its row."""
        try:
            alone = self.place.parse(edited(self.side, ()))
        except NoteError:
            return False
        return without_spans(alone) == without_spans(self.side.root)

    def _onwards(self, frontier: list[_Step], changes: list[Change]) -> Suggestion | None:
        """Pairs, then triples: one more change for those that have done something about the misfit."""
        for depth in (2, 3):
            after: list[_Step] = []
            for made, before in frontier[: self.bounds.frontier]:
                kinds = SHAPING if depth == 3 else _BESIDE_A_MISFIT if before.read else _FITTING
                for change in changes:
                    if change.kind not in kinds or not all(change.agrees_with(c) for c in made):
                        continue
                    outcome = self._tried((*made, change))
                    if outcome.proved:
                        return self._suggested((*made, change))
                    if not before.read and outcome.mends(before):
                        after.append(((*made, change), outcome))
            frontier = [(made, outcome) for made, outcome in after if all(c.kind in SHAPING for c in made)]
        return None

    def _first(self, candidates: Iterable[Many[Change]]) -> Suggestion | None:
        for changes in candidates:
            if self._tried(changes).proved:
                return self._suggested(changes)
        return None

    def _pairs(self, changes: list[Change]) -> tuple[list[Many[Change]], list[Many[Change]]]:
        """Two transposes or factors out of order; then two slips of one kind, and two of different kinds."""
        likely = [c for c in changes if c.kind in _PAIRING]
        near: list[Many[Change]] = []
        alike: list[Many[Change]] = []
        mixed: list[Many[Change]] = []
        for first, second in combinations(likely, 2):
            if first.agrees_with(second):
                shaping = first.kind in SHAPING and second.kind in SHAPING
                (near if shaping else alike if first.kind == second.kind else mixed).append((first, second))
        return near, alike + mixed

    # One right side ---------------------------------------------------------------------------------------

    def _tried(self, changes: Many[Change]) -> _Outcome:
        """What becomes of the right side with these changes."""
        statement, text, right = self._read(changes)
        if statement is None or right is None:
            return _Outcome()
        errors = [d for d in statement.diagnostics if d.severity == "error"]
        if errors:
            return _misfit(errors[0], text) if statement.misshapen else _Outcome()
        written = without_spans(right)
        if written in self.seen or (changes and (self._begs(right) or idle_parts(right) > self.idle)):
            return _Outcome()
        self.seen.add(written)
        return _Outcome(proved=self._proved(statement, right), read=True)

    def _read(self, changes: Many[Change]) -> tuple[Statement | None, str, Syntax | None]:
        text = edited(self.side, changes)
        if text in self.texts:
            return None, text, None
        self.texts.add(text)
        self.characters += len(text) + self.start_up
        if self.characters > self.bounds.characters or thread_time() > self.deadline:
            raise Exhausted
        try:
            right = self.place.parse(text)
        except NoteError:
            return None, text, None
        return self.place.read(right, self.base), text, right

    def _begs(self, right: Syntax) -> bool:
        """Whether a right side states the left side's own derivative, which the author's did not: dy/dx = dy/dx."""
        return bool(self.asked) and any(
            without_spans(node) in self.asked for node in walk(right) if isinstance(node, (Derivation, Nabla))
        )

    def _proved(self, statement: Statement, right: Syntax) -> bool:
        """Whether the claim with this right side is proved, in the company of all sides before it."""
        if self.screen is None:
            sides = [side for goal in statement.goals for side in (goal.left, goal.right)]
            self.screen = Screen(sides, statement.context, statement.free, self.deadline)
        if self.screen.differ(statement.goals, statement.free):
            return False
        self.proofs += 1
        if self.proofs > self.bounds.proofs:
            raise Exhausted
        whole = self.place.read(right, self.base, beside=True)
        return not whole.diagnostics and self.verifier.check(whole).verdict == "proved"

    def _suggested(self, changes: Many[Change]) -> Suggestion:
        return Suggestion(self.place.one_line(edited(self.side, changes)), shown(self.side, changes))


def _misfit(diagnostic: Diagnostic, text: str) -> _Outcome:
    """What a diagnostic says, and of what: the same for a misfit that a change has not touched."""
    places = tuple(label.span for label in diagnostic.labels)
    parts = tuple((label.text, text[label.span.start : label.span.end]) for label in diagnostic.labels)
    return _Outcome(misfit=(diagnostic.code, diagnostic.message, parts), places=places)


# Shapes -----------------------------------------------------------------------------------------------------


def _right_set(place: Place) -> Suggestion | None:
    r"""The \mathbb{R}^{n \times p} that an expression lies in, spelled as the author spells another."""
    statement = place.statement
    side = place.written(0, offered=False)
    root = side.root
    if statement.expression is None or not (isinstance(root, Script) and root.sup is not None):
        return None
    shape: Shape = statement.expression.shape
    rows, columns = shape
    span = side.span(root.sup)
    before = side.of(root.sup)
    times = isinstance(root.sup, Binary)
    after = str(rows) if columns == 1 and not times else rf"{rows} \times {columns}"
    bare = not side.text[: span.start].rstrip().endswith("{")
    replacement = f"{{{after}}}" if bare else after
    edit = Change("set", span, (replacement,), f"{after} for {before}")
    text = edited(side, (edit,))
    try:
        claimed = place.claimed(place.parse(text))
    except NoteError:
        return None
    if claimed != shape:
        return None
    return Suggestion(place.one_line(text), (Edit(span, replacement, edit.what),))
