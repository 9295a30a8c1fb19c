r"""The preamble that a note lacks: a declaration for each name without a meaning, as Markdown (`symbn init`).

What is written is a proposal for the author to read.  It holds what makes statements readable and nothing else: an
entry that no statement needs is left out.  A definition that stands too late in the note is repeated in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass

from symbn.note import Note
from symbn.notes.elaborate import Elaborator
from symbn.notes.occurrences import Defining, Occurrences, names_of
from symbn.notes.proposals import Group, Proposal, names_in, proposals
from symbn.notes.syntax import Fraction, Name, Root, Script, Signed, walk
from symbn.notes.undeclared import UNDECLARED, names_by_place
from symbn.source import SourceFile, Span

_HEADINGS: dict[Group | str, str] = {
    "dimension": "Dimensions", "scalar": "Scalars", "vector": "Vectors", "matrix": "Matrices", "function": "Functions",
    "definition": "Definitions that the note makes further on",
}  # fmt: skip
_MOST_PLACES = 3


@dataclass(frozen=True)
class Entry:
    """A line of the preamble: what it declares or defines, and why."""

    group: str
    markdown: str
    reason: str
    weight: int
    """How often the name is used."""
    guessed: bool = False
    """Whether what it declares is only assumed."""


def proposed_preamble(note: Note) -> str:
    """The preamble that a note lacks besides those that it is given, as Markdown."""
    return _rendered(note.source, needed(note))


def needed(note: Note) -> list[Entry]:
    """Entries without any of which a statement could not be read."""
    candidates = sorted(_candidates(note), key=lambda entry: (entry.group == "definition", entry.weight))

    def unread(entries: Many[Entry]) -> int:
        return _unread(note, entries, candidates)

    entries, fewest = candidates, unread(candidates)
    for entry in candidates:
        rest = [other for other in entries if other is not entry]
        without = unread(rest)
        if without <= fewest:
            entries, fewest = rest, without
    for entry in reversed([entry for entry in candidates if entry not in entries]):
        # It may have been missed for what stood beside it then.
        more = [other for other in candidates if other is entry or other in entries]
        within = unread(more)
        if within < fewest:
            entries, fewest = more, within
    # Functions that are only guessed, and serve fewer statements than they are, say nothing worth reading.
    rest = [entry for entry in entries if not (entry.guessed and entry.group == "function")]
    guessed = len(entries) - len(rest)
    return rest if guessed and unread(rest) < fewest + guessed else entries


def _unread(note: Note, entries: Many[Entry], candidates: Many[Entry]) -> int:
    """How many statements have an error, after some of the candidates."""
    # Each stands at its own place, whichever others are left out: so all trials parse it as the same formula.
    written = (entry.markdown if entry in entries else " " * len(entry.markdown) for entry in _in_order(candidates))
    elaborator, problems = note.elaborated([SourceFile("proposed", "\n\n".join(written))])
    return len(problems) + sum(bool(statement.diagnostics) for statement in elaborator.statements)


def _in_order(entries: Many[Entry]) -> list[Entry]:
    """As they are written: grouped, definitions last."""
    groups = list(_HEADINGS)
    return sorted(entries, key=lambda entry: groups.index(entry.group))


# Candidates ---------------------------------------------------------------------------------------------------------


def _candidates(note: Note) -> Iterator[Entry]:
    source = note.source
    elaborator, _ = note.elaborated()
    occurrences = Occurrences(elaborator.scope, elaborator.chains, elaborator.defining)
    late = list(_late(elaborator, occurrences))
    besides = _undefined(late, occurrences)
    found = proposals(occurrences, elaborator.chains, besides)
    divisors = set(_terms_of_divisors(elaborator, occurrences))
    for proposal in found.values():
        if not _is_listed_only(proposal, occurrences, besides):
            yield _declaring(proposal, source, proposal.name in divisors)
    for defining in late:
        yield _repeating(defining, source)


def _late(elaborator: Elaborator, occurrences: Occurrences) -> Iterator[Defining]:
    """Definitions of names that the text before them uses, and that have no meaning there; one for each name."""
    names = names_by_place(elaborator.chains, occurrences)
    first = {name: start for start, name in sorted(names.items(), reverse=True)}
    diagnostics = [diagnostic for statement in elaborator.statements for diagnostic in statement.diagnostics]
    missed = {names.get(d.labels[0].span.start) for d in diagnostics if d.code == UNDECLARED and d.labels}
    seen: set[str] = set()
    for defining in occurrences.definitions:
        own = {name for head in defining.heads for name in names_of(head)}
        lacking = {name for name in own if name in missed or not elaborator.scope.knows(name)}
        late = any(first.get(name, defining.chain.span.start) < defining.chain.span.start for name in lacking)
        if late and not own & seen and not own & _uses(defining, occurrences):
            seen |= own
            yield defining


def _uses(defining: Defining, occurrences: Occurrences) -> set[str]:
    """The names that a definition rests on."""
    found: set[str] = set()
    pending = [defining.chain.sides[len(defining.heads)]]
    while pending:
        for name in names_in(pending.pop(), occurrences):
            if name not in found:
                found.add(name)
                pending += occurrences.bodies.get(name, ())
    return found


def _undefined(late: Many[Defining], occurrences: Occurrences) -> set[str]:
    """Names that late definitions define or use, to be declared: what the note says of them may stand further on."""
    repeated = {name for d in late for head in d.heads for name in names_of(head)}
    used = {name for d in late for name in names_in(d.chain.sides[len(d.heads)], occurrences)}
    return {name for name in (repeated | used) & occurrences.defined if not name.endswith("_")}


def _is_listed_only(proposal: Proposal, occurrences: Occurrences, declared: set[str]) -> bool:
    """Whether a family occurs only in the list that a name, which is declared itself, is said to be."""
    if not proposal.is_family:
        return False
    holders = {
        name for name, bodies in occurrences.bodies.items()
        if any(body.span.start <= span.start < body.span.end for body in bodies for span in proposal.uses)
    }  # fmt: skip
    return bool(holders) and holders <= declared and _are_inside(proposal.uses, holders, occurrences)


def _are_inside(uses: Many[Span], holders: set[str], occurrences: Occurrences) -> bool:
    bodies = [body.span for name in holders for body in occurrences.bodies[name]]
    return all(any(body.start <= use.start < body.end for body in bodies) for use in uses)


def _declaring(proposal: Proposal, source: SourceFile, divides: bool) -> Entry:
    reason = _reason(proposal, source)
    if divides and proposal.group == "scalar":
        bound = proposal.declarations[0].replace(r" \in \mathbb{R}", " > 0")
        reason += f"; if it is positive, ${bound}$ removes side conditions"
    return Entry(proposal.group, proposal.declaration, reason, len(proposal.uses), not proposal.settled)


def _terms_of_divisors(elaborator: Elaborator, occurrences: Occurrences) -> Iterator[str]:
    r"""The names that are added where something is divided by, or rooted: the ε of \sqrt{v + ε}."""
    for chain in elaborator.chains:
        for node in (node for side in chain.sides for node in walk(side)):
            below = node.arg if isinstance(node, Root) else node.denominator if isinstance(node, Fraction) else None
            if below is None:
                continue
            for _, term in (t for part in walk(below) if isinstance(part, Signed) for t in part.terms):
                found = occurrences.of(term) if isinstance(term, (Name, Script)) else None
                if found is not None:
                    yield found.name


def _repeating(defining: Defining, source: SourceFile) -> Entry:
    sides = defining.chain.sides[: len(defining.heads) + 1]
    text = " = ".join(_on_one_line(source.slice(side.span)) for side in sides)
    place = _place(defining.chain.span, source)
    return Entry("definition", f"${text}$", f"as at {place}, but before its first use", len(defining.heads) + 1)


def _reason(proposal: Proposal, source: SourceFile) -> str:
    """Where a name is used, what follows from its uses and what does not."""
    places = [_place(span, source) for span in proposal.uses]
    more = f" and {len(places) - _MOST_PLACES} more places" if len(places) > _MOST_PLACES else ""
    parts = [f"used at {', '.join(places[:_MOST_PLACES])}{more}" if places else "used as a size"]
    parts.append("inferred from its uses" if proposal.settled else "assumed: its uses would allow something else")
    if proposal.open:
        parts.append(f"nothing says what size {', '.join(f'${letter}$' for letter in proposal.open)} is")
    if proposal.clash is not None:
        clash = proposal.clash
        here, there = (_place(span, source) for span in clash.spans)
        parts.append(f"but used as {clash.here} at {here} and as {clash.there} at {there}")
    return "; ".join(parts)


def _on_one_line(text: str) -> str:
    """A side without the marks of its rows."""
    if r"\begin" not in text:
        text = text.replace("&", " ").replace(r"\\", " ")
    return " ".join(text.split())


def _place(span: Span, source: SourceFile) -> str:
    line, column = source.position(span.start)
    return f"{line}:{column}"


# Markdown -----------------------------------------------------------------------------------------------------------


def _rendered(source: SourceFile, entries: Many[Entry]) -> str:
    name = source.path.replace("\n", " ")
    if not entries:
        return f"# A preamble for {name}\n\nNothing is missing that a declaration would give.\n"
    lines = [
        f"# A preamble for {name}",
        "",
        "Proposed from how the note uses its names. Read it, correct it, then check",
    ]
    lines += ["the note with `--preamble` and this file.", ""]
    for group, heading in _HEADINGS.items():
        members = [entry for entry in entries if entry.group == group]
        if members:
            lines += [f"## {heading}", "", *(f"- {entry.markdown}: {entry.reason}." for entry in members), ""]
    return "\n".join(lines)
