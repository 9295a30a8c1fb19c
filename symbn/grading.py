r"""One claim by itself: LaTeX in, a decision out, fast when many claims are made about the same given things.

    verify(r"\operatorname{tr}(AB) = \operatorname{tr}(BA)", given=r"A, B \in \mathbb{R}^{n \times n}")

What is given is read once and kept, by its text; so is what the verifier translates of it.  A claim is read on a copy
of the names, so that no claim learns anything from another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import RLock

from symbn.decision import Decision
from symbn.diagnostics import Diagnostic, NoteError, fail, own_fault
from symbn.exchanges import always_equal
from symbn.expr.context import Context
from symbn.note import assumptions, formula
from symbn.notes.elaborate import Elaborator
from symbn.notes.markdown import MathBlock, scan
from symbn.notes.rereading import snapshot
from symbn.report import Report
from symbn.source import SourceFile, Span
from symbn.verifier import Limits, Verifier, Workspace

_MOST_GIVEN = 64
_MOST_CONTEXTS = 8
_MOST_CLAIMS = 256
"""After so many claims what was translated is forgotten: it grows with every claim."""

_HOW_TO_GIVE = r"declare names (x \in \mathbb{R}^n), define new ones (y := A x), or state signs (c > 0)"

_BETWEEN = "\n\n"

_ONE_AT_A_TIME = RLock()
"""What is kept changes while a claim is checked."""


def verify(
    claim: str,
    given: str | Iterable[str] = (),
    *,
    limits: Limits | None = None,
    explain: bool = False,
    suggest: bool = False,
) -> Decision:
    r"""Decides an equation, or each link of a chain, for all sizes and values that the declarations allow.

    claim: LaTeX, bare or between `$…$`.  given: declarations, definitions and assumptions, bare or as a Markdown text
    that holds them, one or several, in their order.  Every name must be declared there.  With `explain` the reports say
    how the claim was understood and decided; with `suggest` a refuted claim gets a repair if one is proved, and `= ?`
    its closed form.

    Nothing that is wrong with the mathematics or its spelling raises: it is the verdict `error`, with diagnostics whose
    places are those of the claim's text.

    >>> given = r"A, B \in \mathbb{R}^{n \times n}"
    >>> verify(r"\operatorname{tr}(AB) = \operatorname{tr}(BA)", given)
    <proved>
    >>> verify(r"AB = BA", given).verdict
    'refuted'
    >>> verify(r"AB = C", given)
    <error: `C` is not declared>
    """
    _only_text(claim)
    texts = (given,) if isinstance(given, str) else tuple(given)
    _only_text(*texts)
    source = SourceFile("claim", _with_line_feeds(claim))
    with _ONE_AT_A_TIME:
        try:
            return _given(tuple(map(_with_line_feeds, texts))).decide(source, limits, explain, suggest)
        except NoteError as error:
            return _unread(source, error.diagnostic)
        except Exception as error:
            return _unread(source, own_fault(error))


def _only_text(*texts: object) -> None:
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"LaTeX is given as str, not {type(text).__name__}")


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unread(source: SourceFile, diagnostic: Diagnostic) -> Decision:
    whole, text = Span(0, len(source.text)), " ".join(source.text.split())
    report = Report("1", None, whole, "claim", "error", text, "", diagnostic.message, diagnostics=(diagnostic,))
    return Decision((report,))


# What is given ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=_MOST_GIVEN)
def _given(texts: tuple[str, ...]) -> _Given:
    """What some texts declare and define, read once.  Raises NoteError for what cannot be read, or claims something.

    A dimension may be declared by a later text: all of them are read as one.
    """
    elaborator = Elaborator()
    elaborator.scope.always_equal = always_equal
    blocks: list[MathBlock] = []
    start = 0
    for text in texts:
        scanned = scan(text)
        _refuse([*scanned.diagnostics, *assumptions(elaborator, scanned)], text)
        bare = not (scanned.blocks or scanned.front_matter) and bool(text.strip())
        blocks += [_moved(block, start) for block in ((formula(text),) if bare else scanned.blocks)]
        start += len(text) + len(_BETWEEN)
    elaborator.forget_statements()
    whole = SourceFile("given", _BETWEEN.join(texts))
    elaborator.read(whole, blocks)
    for statement in elaborator.statements:
        said = whole.slice(statement.span)
        _refuse(statement.diagnostics, said)
        if statement.kind not in ("declaration", "definition"):
            _refuse([Diagnostic("C105", "this is a claim, and claims are not assumed", help=_HOW_TO_GIVE)], said)
    if blocks and not elaborator.statements:
        _refuse([Diagnostic("C106", "nothing is declared or defined", help=_HOW_TO_GIVE)], whole.text)
    elaborator.forget_statements()
    return _Given(elaborator)


def _refuse(found: Iterable[Diagnostic], text: str) -> None:
    """Raises NoteError for the first error among diagnostics; its places are not those of the claim."""
    wrong = next((d for d in found if d.severity == "error"), None)
    if wrong is not None:
        line = " ".join(text.split())
        said = line if len(line) <= 60 else f"{line[:59]}…"
        message = f"in what is given, `{said}`: {wrong.message}"
        raise NoteError(Diagnostic(wrong.code, message, (), wrong.notes, wrong.help))


def _moved(block: MathBlock, by: int) -> MathBlock:
    """A piece of math in a text that begins so much later."""

    def moved(span: Span) -> Span:
        return Span(span.start + by, span.end + by)

    segments = tuple(map(moved, block.segments))
    return replace(block, content=moved(block.content), outer=moved(block.outer), segments=segments)


@dataclass
class _Given:
    """The names that a claim may use, and what was translated of their contexts."""

    elaborator: Elaborator
    _contexts: list[Context] = field(default_factory=list)
    _workspaces: dict[int, Workspace] = field(default_factory=dict)
    _claims: int = 0

    def decide(self, source: SourceFile, limits: Limits | None, explain: bool, suggest: bool) -> Decision:
        """The decision of one claim.  Raises NoteError."""
        elaborator = self._read(source)
        self._forget()
        verifier = Verifier(limits, explain, self._workspaces)
        reports: list[Report] = []
        verdicts: dict[str, str] = {}
        for statement in elaborator.statements:
            statement.context = self._known(statement.context)
            report = verifier.check(statement)
            verdicts[statement.id] = report.verdict
            if suggest:
                from symbn.answers import Answers  # slow to import, and few ask for it

                answers = Answers(elaborator.statements, elaborator.places, verifier, verdicts)
                report = answers.answered(statement, report)
            reports.append(report)
        return Decision(tuple(reports))

    def _read(self, source: SourceFile) -> Elaborator:
        """The links of the one chain of a claim, read on a copy of the names.  Raises NoteError."""
        scanned = scan(source.text)
        wrong = next((d for d in scanned.diagnostics if d.severity == "error"), None)
        if wrong is not None:
            raise NoteError(wrong)
        blocks = scanned.blocks or (formula(source.text),)
        scope = snapshot(self.elaborator.scope)
        scope.applications = {name: list(arguments) for name, arguments in scope.applications.items()}
        scope.increments = dict(scope.increments)
        elaborator = Elaborator(scope, defines=False)
        elaborator.read(source, blocks)
        statements = elaborator.statements
        if not statements:
            raise fail("C101", "nothing is claimed here", help="give one equation, or a chain of them")
        if len(elaborator.chains) > 1:
            raise fail(
                "C102", "this is more than one claim", statements[-1].span, help="give one equation, or one chain"
            )
        for statement in statements:
            if statement.kind == "declaration" and not statement.diagnostics:
                raise fail("C104", "this declares something, and nothing is claimed", statement.span)
        return elaborator

    def _known(self, context: Context) -> Context:
        """A context met before that says the same: what was translated of it serves again."""
        for known in self._contexts:
            if known == context:
                return known
        self._contexts.append(context)
        return context

    def _forget(self) -> None:
        self._claims += 1
        if self._claims > _MOST_CLAIMS or len(self._contexts) > _MOST_CONTEXTS:
            self._claims = 1
            self._contexts.clear()
            self._workspaces.clear()
