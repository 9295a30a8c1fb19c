r"""Samples as they are written: x_1, …, x_n; \{x_i\}_{i=1}^n; \{(x_i, y_i)\}_{i=1}^n; \{(x_1, y_1), …, (x_n, y_n)\}.

A sample says what its members are called, which letter numbers them, and how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass, replace

from symbn.notes.scope import composite, spelled
from symbn.notes.syntax import (
    Binary,
    Chain,
    Commas,
    Dots,
    Group,
    Link,
    Name,
    Numeral,
    Related,
    Script,
    Syntax,
    without_spans,
)
from symbn.notes.vocabulary import EQUALITIES

BELONGING = frozenset([r"\in", r"\subset", r"\subseteq"])
"""The relations that say where the members of a sample are from."""


@dataclass(frozen=True)
class Sample:
    """Members with their index, x_i and y_i, or the last of them, x_n and y_n; `last` is None where there is no end.

    letter: of the index, if it is written.  first: where it begins.
    """

    members: tuple[Syntax, ...]
    letter: str | None
    first: Syntax
    last: Syntax | None


def stem_of(member: Script) -> str | None:
    """The x of x_i, the x^⋆ of x_i^⋆."""
    return composite(replace(member, sub=None)) or spelled(member.base)


def declared_name(subject: Syntax) -> str | None:
    """What a subject of ∈ names: itself, or the x of x_1, …, x_n; None for an expression."""
    if not isinstance(subject, Commas):
        return spelled(subject)
    last = subject.items[-1]
    return stem_of(last) if isinstance(last, Script) else None


def limits(listed: Syntax) -> tuple[Syntax, Syntax | None] | None:
    r"""Where \{1, …, n\} or [n] begins and ends; None for what is no range."""
    match listed:
        case Group(delimiter=r"\{", content=Commas(items=items)) if any(isinstance(item, Dots) for item in items):
            return items[0], None if isinstance(items[-1], Dots) else items[-1]
        case Group(delimiter="[", content=Name() | Numeral() | Script() as size):
            return Numeral("1", listed.span), size
    return None


def sample_of(syntax: Syntax) -> Sample | None:
    """What is written as a sample; None for what is none."""
    match syntax:
        case Group(delimiter=r"\{", content=Commas(items=items)) if any(isinstance(item, Dots) for item in items):
            return _counted(items)
        case Commas(items=items):
            return _counted(items)
        case Script(base=Group(delimiter=r"\{" | "(" as delimiter, content=content), sub=sub, sup=sup, primes=0):
            numbered = _numbered(sub, sup)
            if numbered is None:
                return None
            letter, first, last = numbered
            members = _components(content if delimiter == r"\{" else Group("(", content, syntax.span))
            if all(isinstance(m, Script) and m.sub is not None and spelled(m.sub) == letter for m in members):
                return Sample(members, letter, first, last)
    return None


def _numbered(sub: Syntax | None, sup: Syntax | None) -> tuple[str, Syntax, Syntax | None] | None:
    r"""The letter of `i=1` below and n above, or of i = 1, …, n or i \in [n] below; where it begins and ends."""
    match sub:
        case Related(relation="=", left=Name(latex=letter), right=first):
            return letter, first, sup
        case Related(relation=r"\in", left=Name(latex=letter), right=listed) if sup is None:
            ends = limits(listed)
            return None if ends is None else (letter, *ends)
        case Commas(items=(Related(relation="=", left=Name(latex=letter), right=first), *rest)) if sup is None:
            return letter, first, None if isinstance(rest[-1], Dots) else rest[-1]
    return None


def _components(member: Syntax) -> tuple[Syntax, ...]:
    """x_i and y_i of (x_i, y_i)."""
    match member:
        case Group(delimiter="(", content=Commas(items=items)):
            return items
        case Group(delimiter="(", content=content):
            return (content,)
    return (member,)


def _counted(items: Many[Syntax]) -> Sample | None:
    """x_1, x_2, …, x_n, or pairs of such: numbered from the first one on, each by its place."""
    dots = next((place for place, item in enumerate(items) if isinstance(item, Dots)), 0)
    if dots == 0 or dots != len(items) - 2:
        return None
    *begun, last = (_components(item) for item in (*items[:dots], items[-1]))
    first, size = _number(begun[0]), _number(last)
    if first is None or size is None or not isinstance(first, Numeral) or not first.text.isdigit():
        return None
    for place, members in enumerate(begun):
        number = _number(members)
        if number is None or spelled(number) != str(int(first.text) + place) or _stems(members) != _stems(last):
            return None
    return Sample(last, None, first, size)


def _number(members: Many[Syntax]) -> Syntax | None:
    """The one subscript that components have."""
    numbers = [member.sub for member in members if isinstance(member, Script)]
    if len(numbers) == len(members) and all(without_spans(n) == without_spans(numbers[0]) for n in numbers):
        return numbers[0]
    return None


def _stems(members: Many[Syntax]) -> list[str | None]:
    return [stem_of(member) for member in members if isinstance(member, Script)]


def joined(subjects: Many[Syntax]) -> list[Syntax]:
    """The names of a list, with each x_1, …, x_n among them as one."""
    found: list[Syntax] = []
    for item in subjects:
        before = found[-1] if found else None
        if isinstance(item, Dots) and isinstance(before, Script):
            run = [item, found.pop()]
            stem = stem_of(before)
            while found and isinstance(found[-1], Script) and stem_of(found[-1]) == stem:
                run.append(found.pop())
            run.reverse()
            found.append(Commas((*run[:-1], item), run[0].span.to(item.span)))
        elif isinstance(before, Commas) and isinstance(before.items[-1], Dots):
            found[-1] = Commas((*before.items, item), before.span.to(item.span))
        else:
            found.append(item)
    return found


def memberships(chain: Chain) -> Iterator[Chain]:
    r"""x_i \in A, y_i \in B for \{(x_i, y_i)\}_{i=1}^n \subset A \times B, and for (x_i, y_i) \in A \times B."""
    left, space = chain.sides[0], chain.sides[1]
    sample = sample_of(left)
    if len(chain.sides) > 2 or chain.subjects or not (sample is not None or _is_pair(left) or _holds_member(left)):
        return
    members = sample.members if sample is not None else _components(_inside(left))
    spaces = _factors(space) if len(members) > 1 else [space]
    if len(spaces) == 1:
        spaces *= len(members)
    if len(spaces) != len(members):
        return
    listed = isinstance(left, Group) and sample is not None
    for member, own in zip(members, spaces, strict=True):
        subject = _list_of(left, member) if listed else member
        link = Link(r"\in", chain.links[0].span, chain.links[0].label)
        yield replace(chain, sides=(subject, own), links=(link,), span=member.span.to(own.span))


def _inside(side: Syntax) -> Syntax:
    r"""x_i of \{x_i\}."""
    return side.content if isinstance(side, Group) and side.delimiter == r"\{" else side


def _is_pair(side: Syntax) -> bool:
    side = _inside(side)
    return isinstance(side, Group) and side.delimiter == "(" and isinstance(side.content, Commas)


def _holds_member(side: Syntax) -> bool:
    r"""Whether a side is \{x_i\}, whose range stands elsewhere."""
    inside = _inside(side)
    return inside is not side and isinstance(inside, Script) and isinstance(inside.sub, Name) and not inside.sub.word


def _list_of(listed: Syntax, last: Syntax) -> Syntax:
    r"""x_1, …, x_n of \{(x_1, y_1), …, (x_n, y_n)\}, by its last member."""
    assert isinstance(listed, Group) and isinstance(listed.content, Commas)
    items = listed.content.items
    place = next(k for k, own in enumerate(_components(items[-1])) if own is last)
    return Commas(
        tuple(item if isinstance(item, Dots) else _components(item)[place] for item in items), listed.content.span
    )


def _factors(space: Syntax) -> list[Syntax]:
    if isinstance(space, Binary) and space.op == r"\times":
        return [*_factors(space.left), *_factors(space.right)]
    return [space]


def is_collection(side: Syntax) -> bool:
    r"""Whether a side is a set of things, \{x_i\}_{i=1}^n or \{a, b\}, or a list of tuples, and no expression."""
    match side:
        case Group(delimiter=r"\{", content=Commas()):
            return True
        case Group(delimiter=r"\{", content=Group(delimiter="(", content=Commas())):
            return True
        case Script(base=Group(delimiter=r"\{")):
            return sample_of(side) is not None
        case Script(base=Group(delimiter="(", content=Commas())):
            return sample_of(side) is not None
    return False


def collects(chain: Chain) -> bool:
    r"""Whether a chain says what a collection consists of: \mathcal D = \{…\}, \mathcal D = \{…\} \subset A."""
    relations = [link.relation for link in chain.links]
    return (
        relations[0] in EQUALITIES
        and all(r in EQUALITIES or r in BELONGING for r in relations)
        and any(map(is_collection, chain.sides[1:]))
    )
