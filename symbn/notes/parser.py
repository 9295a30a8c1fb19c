r"""LaTeX math to syntax trees: a Pratt parser over `lexer` tokens, grammar in `syntax`.

Binding, loosest first:  relations;  + −;  \odot \oslash \otimes \circ;  / \cdot \times and juxtaposition;  scripts.
`/` takes what stands left of it in the product and one factor on its right: 1/n yᵀy is (1/n)yᵀy.
\sum and \prod reach over the rest of their product.  An unknown command is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.notes.lexer import Token
from symbn.notes.syntax import (
    Big,
    Binary,
    Chain,
    Colon,
    Commas,
    Derivation,
    Dots,
    Fraction,
    Group,
    Hole,
    Link,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Related,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
)
from symbn.source import Span

RELATIONS = frozenset(
    [r"=", r":=", r"\coloneqq", r"\triangleq", r"\approx", r"\propto", r"\le", r"\ge", r"<", r">", r"\in", r"\ne",
     r"\sim", r"\simeq", r"\cong", r"\equiv", r"\to", ":", r"\ll", r"\gg", r"\subset", r"\subseteq", r"\doteq",
     r"\Rightarrow", r"\implies", r"\iff", r"\mapsto", r"\leftarrow", r"\gets", r"\succ", r"\succeq", r"\prec",
     r"\preceq", r"\neq", r"\Leftrightarrow"]
)  # fmt: skip
IN_RANGE = "in range"
"""The relation of `i = 1, …, m` beside an equation: it says where i runs there, and declares nothing."""

_LOOSE = frozenset([r"\odot", r"\oslash", r"\otimes", r"\circ", r"\oplus"])
_TIGHT = frozenset([r"\cdot", r"\times", "/", "*", r"\ast"])
_ACCENTS = frozenset(
    r"""\hat \widehat \tilde \widetilde \bar \overline \underline \vec \dot \ddot \check \breve \acute \grave
    \mathring""".split()
)
_FONTS = frozenset(
    r"""\mathbf \boldsymbol \bm \mathrm \mathsf \mathcal \mathbb \mathit \mathfrak \mathscr \mathtt \pmb \symbf
    \bf""".split()
)
_WORDS = frozenset(
    r"""\log \ln \exp \sin \cos \tan \sinh \cosh \tanh \det \max \min \arg \tr \Tr \diag \lim \sup \inf \dim \ker
    \Pr \gcd \coth \cot \sec \csc \arcsin \arccos \arctan""".split()
)
_LETTERS = frozenset(
    r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi \pi
    \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi
    \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \imath \jmath \hbar \Re \Im \aleph \infty \top \intercal \bot \ast \star
    \prime \varnothing \emptyset \forall \exists \degree \wp \dag""".split()
)
_DOTS = frozenset([r"\dots", r"\cdots", r"\vdots", r"\ddots", r"\iddots"])
_OPENERS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
_MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array cases".split())
_ROW_ENVIRONMENTS = frozenset(
    "equation align aligned alignat gather gathered eqnarray multline split displaymath math".split()
)
_SPELLINGS = {r"\boldsymbol": r"\boldsymbol", r"\bm": r"\boldsymbol", r"\pmb": r"\boldsymbol", r"\symbf": r"\mathbf"}
_DEEPEST = 120


def parse_block(tokens: Many[Token], whole: Span) -> tuple[list[Chain], list[Diagnostic]]:
    """The chains of one formula, and what could not be read; a row that cannot be read does not take down others."""
    chains: list[Chain] = []
    problems: list[Diagnostic] = []
    pending: _Open | None = None
    try:
        rows = _rows(tokens, whole)
    except NoteError as error:
        return [], [error.diagnostic]
    labels = [label for _, label in rows if label is not None]
    block_label = labels[0] if len(labels) == 1 else None
    for row, label in rows:
        if not row:
            if pending is not None and label is not None and pending.label is None:
                pending.label = label
            continue
        own = label if len(labels) > 1 else None
        try:
            pending = _Parser(row).row(pending, own, chains)
        except NoteError as error:
            problems.append(error.diagnostic)
            pending = None
    if pending is not None:
        try:
            chains.append(pending.close())
        except NoteError as error:
            problems.append(error.diagnostic)
    if block_label is not None:
        chains = _labelled(chains, block_label)
    return chains, problems


def _labelled(chains: list[Chain], label: str) -> list[Chain]:
    if len(chains) == 1:
        chain = chains[0]
        return [Chain(chain.sides, chain.links, chain.subjects, label, chain.span)]
    return [Chain(c.sides, c.links, c.subjects, label, c.span) for c in chains]


def _rows(tokens: Many[Token], whole: Span) -> list[tuple[list[Token], str | None]]:
    """Tokens split at top-level row ends; the environments that only arrange rows are taken off."""
    rows: list[tuple[list[Token], str | None]] = []
    row: list[Token] = []
    label: str | None = None
    inside: list[Token] = []
    braces = 0
    apart = False
    for token in tokens:
        if token.kind == "begin" and token.text in _ROW_ENVIRONMENTS and not inside:
            continue
        if token.kind == "end" and token.text in _ROW_ENVIRONMENTS and not inside:
            continue
        if token.kind == "begin":
            inside.append(token)
        elif token.kind == "end":
            if not inside or inside[-1].text != token.text:
                raise fail(
                    "P211", f"\\end{{{token.text}}} closes nothing that is open here", token.span,
                    help=f"open it with \\begin{{{token.text}}}, or remove it",
                )  # fmt: skip
            inside.pop()
        elif token.is_("{"):
            braces += 1
        elif token.is_("}"):
            braces -= 1
        if token.kind in ("label", "tag"):
            label = token.text
        elif token.is_(r"\\") and not inside and braces <= 0:
            rows.append((row, label))
            row, label = [], None
        elif not (token.is_("&") and not inside):
            row.append(Token("prose", token.text, token.span) if apart and token.kind == "word" else token)
        apart = token.is_("&") and not inside
    if inside:
        opened = inside[-1]
        raise fail(
            "P210", f"\\begin{{{opened.text}}} is never closed", opened.span,
            help=f"close it with \\end{{{opened.text}}}",
        )  # fmt: skip
    rows.append((row, label))
    return rows


class _Open:
    """A chain that a following row may go on with."""

    def __init__(self) -> None:
        self.sides: list[Syntax] = []
        self.links: list[Link] = []
        self.subjects: list[Syntax] = []
        self.label: str | None = None
        self.dangling: Token | None = None

    def close(self) -> Chain:
        if self.dangling is not None and len(self.links) >= len(self.sides):
            raise fail("P220", f"nothing stands right of this {self.dangling.text}", self.dangling.span)
        span = self.sides[0].span
        for side in (*self.sides, *self.subjects):
            span = span.to(side.span)
        return Chain(tuple(self.sides), tuple(self.links), tuple(self.subjects), self.label, span)


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0
        self.bars = 0
        end = tokens[-1].span.end
        self._end = Token("end of row", "", Span(end, end))

    # Tokens -----------------------------------------------------------------------------------------------

    @property
    def current(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self._end

    def peek(self, ahead: int = 1) -> Token:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else self._end

    def advance(self) -> Token:
        token = self.current
        self.place += 1
        return token

    def expect(self, closer: str, opened: Token) -> Token:
        if self.current.is_(closer):
            return self.advance()
        found = self.current
        what = "the formula ends" if found is self._end else f"`{found.text}` stands"
        raise NoteError(
            Diagnostic(
                "P212",
                f"`{opened.text}` is not closed: {what} where `{closer}` is due",
                (Label(opened.span, "opened here", False), Label(found.span, f"`{closer}` expected")),
                help=f"close it with `{closer}`",
            )
        )

    # Rows and chains --------------------------------------------------------------------------------------

    def row(self, before: _Open | None, label: str | None, done: list[Chain]) -> _Open | None:
        """Read one row; finished chains go to `done`, one that may go on is returned."""
        chain = before
        starts_new = not (
            before is not None
            and (
                (self.current.text in RELATIONS and self.current.kind in ("command", "symbol"))
                or before.dangling is not None
                or self.current.is_("+", "-", r"\pm")
            )
        )
        if starts_new:
            if before is not None:
                done.append(before.close())
            chain = _Open()
        assert chain is not None
        continues = not starts_new and chain.dangling is None and self.current.is_("+", "-", r"\pm")
        first = True
        while self.current is not self._end:
            token = self.current
            written = len(chain.sides) > len(chain.links)
            if (
                token.kind in ("quad", "prose")
                or (token.kind == "word" and written)
                or token.is_(",", ";", ".", r"\forall")
            ):
                if token.is_(r"\forall"):
                    break
                self.advance()
                if token.kind == "prose" and not chain.sides and not chain.links:
                    continue
                if (
                    token.is_(",")
                    and _begins_range(chain)
                    and self.current.kind == "command"
                    and self.current.text in _DOTS
                ):
                    self.range(chain)
                    continue
                if self.current is self._end or self._at_piece_end(chain):
                    continue
                if chain.links and len(chain.sides) > len(chain.links):
                    done.append(chain.close())
                    chain = _Open()
                elif chain.sides and not chain.links:
                    chain.subjects.append(chain.sides.pop())
                continue
            if token.kind in ("command", "symbol") and token.text in RELATIONS:
                self.advance()
                chain.links.append(Link(token.text, token.span, label))
                chain.dangling = token
                first = False
                if not chain.sides:
                    raise fail(
                        "P221", f"nothing stands left of this {token.text}", token.span,
                        help="write the left side, or let the row before it end without a full stop",
                    )  # fmt: skip
                continue
            if len(chain.sides) > len(chain.links) and not (continues and first):
                raise fail("P222", f"`{token.text}` is not expected here", token.span, help="is a relation missing?")
            side = self.additive()
            if continues and first:
                side = _continued(chain.sides.pop(), side)
            chain.sides.append(side)
            chain.dangling = None
            first = False
        if label is not None and chain.label is None and not any(link.label for link in chain.links):
            chain.label = label
        if not chain.sides:
            return None
        return chain

    def range(self, chain: _Open) -> None:
        """The rest of `i = 1, …, m`: the range of an index, said as i ∈ {1, …, m}."""
        dots = self.advance()
        if self.current.is_(","):
            self.advance()
        last = self.additive()
        listed = Commas((chain.sides[1], Dots(dots.text, dots.span), last), chain.sides[1].span.to(last.span))
        chain.sides[1] = Group(r"\{", listed, listed.span)
        chain.links[0] = Link(IN_RANGE, chain.links[0].span, chain.links[0].label)

    def _at_piece_end(self, chain: _Open) -> bool:
        """Whether what follows a comma or a wide space still belongs to the same chain."""
        return (
            self.current.kind == "quad"
            or self.current.is_(",", ".", ";")
            or (self.current.text in RELATIONS and self.current.kind in ("command", "symbol") and bool(chain.sides))
        )

    # Expressions ------------------------------------------------------------------------------------------

    def additive(self) -> Syntax:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise fail(
                "P230",
                f"nested more than {_DEEPEST} deep",
                self.current.span,
                help="name an inner part and use the name",
            )
        terms: list[tuple[str, Syntax]] = []
        sign = "+"
        start = self.current.span
        if self.current.is_("+", "-", r"\pm", r"\mp"):
            sign = self.advance().text
        while True:
            if sign in (r"\pm", r"\mp"):
                raise fail("P231", f"{sign} says two things at once", start, help="write the two statements")
            terms.append((sign, self.loose()))
            if not self.current.is_("+", "-", r"\pm", r"\mp") or self.at_trailing_rule():
                break
            start = self.current.span
            sign = self.advance().text
        self.depth -= 1
        if len(terms) == 1 and terms[0][0] == "+":
            return terms[0][1]
        return Signed(tuple(terms), start.to(terms[-1][1].span).to(terms[0][1].span))

    def loose(self) -> Syntax:
        left = self.product()
        while self.current.kind == "command" and self.current.text in _LOOSE:
            op = self.advance()
            right = self.product()
            left = Binary(op.text, left, right, left.span.to(right.span))
        return left

    def product(self) -> Syntax:
        items: list[Syntax] = []
        while True:
            token = self.current
            if (
                token.kind == "word"
                and items
                and (
                    self.peek() is self._end or self.peek().kind in ("quad", "prose") or self.peek().is_(",", ".", ";")
                )
            ):
                break  # a word after a product that ends there is prose
            if token.text in _TIGHT and token.kind in ("command", "symbol"):
                if not items:
                    raise fail("P232", f"nothing stands left of this {token.text}", token.span)
                self.advance()
                left = _sequence(items)
                right = self.factor()
                if right is None:
                    raise fail("P233", f"nothing stands right of this {token.text}", token.span)
                if token.text == "/" and _is_partial(left) and isinstance(right, Name) and right.latex == r"\partial":
                    below = self.factor()
                    right = _sequence([right, below]) if below is not None else right
                op = "/" if token.text == "/" else token.text
                op = r"\cdot" if op in ("*", r"\ast") else op
                span = left.span.to(right.span)
                derivation = _derivation(left, right, span) if op == "/" else None
                items = [derivation or Binary(op, left, right, span)]
                continue
            factor = self.factor()
            if factor is None:
                break
            items.append(factor)
        if not items:
            found = self.current
            what = "the formula ends here" if found is self._end else f"`{found.text}` cannot start an expression"
            raise fail("P234", f"an expression is missing: {what}", found.span, help="is something left out?")
        return _sequence(items)

    def factor(self) -> Syntax | None:
        primary = self.primary()
        return None if primary is None else self.scripts(primary)

    def scripts(self, base: Syntax) -> Syntax:
        sub: Syntax | None = None
        sup: Syntax | None = None
        primes = 0
        span = base.span
        while True:
            token = self.current
            if token.is_("'", "’"):
                primes += 1
                self.advance()
            elif token.is_("ᵀ"):
                self.advance()
                sup = Name(r"\top", token.span)
            elif token.is_("_"):
                self.advance()
                if sub is not None:
                    raise fail("P242", "a second subscript", token.span, help="join them in one pair of braces")
                sub = self.script_argument(token)
            elif token.is_("^"):
                self.advance()
                if sup is not None:
                    raise fail(
                        "P242", "a second superscript", token.span, help="put parentheses around the first power"
                    )
                argument = self.script_argument(token)
                if isinstance(argument, Name) and argument.latex == r"\prime":
                    primes += 1
                else:
                    sup = argument
            else:
                break
            span = Span(span.start, self.tokens[self.place - 1].span.end)
        if isinstance(base, Name) and base.latex == r"\nabla":
            return _nabla(base, sub, sup, span)
        return Script(base, sub, sup, primes, span) if sub is not None or sup is not None or primes else base

    def script_argument(self, marker: Token) -> Syntax:
        token = self.current
        if token.is_("{"):
            opened = self.advance()
            return self.script_content(opened)
        if token.is_("-", "+"):
            raise fail("P235", f"braces are missing after {marker.text}", token.span, help=f"write {marker.text}{{-1}}")
        if token.kind == "number" and len(token.text) > 1:
            raise fail(
                "P236", f"{marker.text}{token.text} raises the first digit only", token.span,
                help=f"write {marker.text}{{{token.text}}}",
            )  # fmt: skip
        if token.is_(r"\circ", r"\odot"):
            self.advance()
            return Name(token.text, token.span)
        argument = self.primary()
        if argument is None:
            raise fail("P237", f"nothing stands after {marker.text}", marker.span, help="write the script in braces")
        return argument

    def script_content(self, opened: Token) -> Syntax:
        """What stands in the braces of a script: subscripts i, j: t=1, i:, a power's exponent, \\odot 2."""
        items: list[Syntax] = []
        pieces: list[Syntax] = []
        while not self.current.is_("}"):
            token = self.current
            if token is self._end:
                self.expect("}", opened)
            if token.is_(","):
                self.advance()
                pieces.append(_sequence(items)) if items else None
                items = []
            elif token.is_(":"):
                self.advance()
                items.append(Colon(token.span))
            elif token.is_(r"\odot", r"\circ", r"\otimes", "+", "-") and (
                token.is_(r"\odot", r"\circ", r"\otimes") or self.peek().is_("}", "+", "-")
            ):
                self.advance()
                items.append(Name(token.text, token.span))
            elif token.kind in ("command", "symbol") and token.text in RELATIONS:
                self.advance()
                right = self.additive()
                left = _sequence(items) if items else Name("", token.span)
                items = [Related(token.text, left, right, left.span.to(right.span))]
            elif token.kind in ("quad", "prose"):
                self.advance()
            else:
                items.append(self.additive())
        self.expect("}", opened)
        if pieces and items:
            pieces.append(_sequence(items))
        if pieces:
            return Commas(tuple(pieces), pieces[0].span.to(pieces[-1].span))
        if not items:
            raise fail("P238", "an empty script", opened.span, help="remove it")
        return _sequence(items)

    # Primaries --------------------------------------------------------------------------------------------

    def primary(self) -> Syntax | None:
        token = self.current
        if token.kind == "number":
            self.advance()
            return Numeral(token.text, token.span)
        if token.kind == "letter":
            self.advance()
            return Name(token.text, token.span)
        if token.kind == "word":
            self.advance()
            return Name(token.text, token.span, word=True)
        if token.kind == "begin":
            return self.matrix()
        if token.kind == "command":
            return self.command()
        if token.kind == "symbol":
            if token.text in ("(", "[", r"\{"):
                return self.group()
            if token.text == "{":
                return self.braces()
            if token.text == "|" and self.bars == 0:
                return self.barred("|")
            if token.text == r"\|" and self.bars == 0:
                return self.barred(r"\|")
            if token.text == "?":
                self.advance()
                return Hole(token.span)
        return None

    def braces(self) -> Syntax:
        opened = self.advance()
        if self.current.is_("}"):
            self.advance()
            following = self.factor()
            if following is None:
                raise fail("P239", "empty braces", opened.span, help="remove them")
            return following
        bars, self.bars = self.bars, 0
        content = self.additive()
        self.bars = bars
        closed = self.expect("}", opened)
        if isinstance(content, (Name, Numeral)):
            return content
        return Group("{", content, opened.span.to(closed.span))

    def group(self) -> Syntax:
        opened = self.advance()
        closer = _OPENERS[opened.text]
        bars, self.bars = self.bars, 0
        content = self.list_content(closer, opened)
        self.bars = bars
        closed = self.expect(closer, opened)
        return Group(opened.text, content, opened.span.to(closed.span))

    def list_content(self, closer: str, opened: Token) -> Syntax:
        items: list[Syntax] = []
        while not self.current.is_(closer):
            token = self.current
            if token.is_(r"\dots", r"\cdots", r"\vdots", r"\ddots"):
                self.advance()
                items.append(Dots(token.text, token.span))
            elif token.is_("|") and items:
                raise fail(
                    "P240", "a conditional `|` is not read", token.span,
                    help="define the quantity under a name of its own",
                )  # fmt: skip
            else:
                items.append(self.additive())
            if self.current.is_(",", ";"):
                self.advance()
            elif not self.current.is_(closer):
                self.expect(closer, opened)
        if not items:
            raise fail("P241", "nothing stands in these parentheses", opened.span, help="remove them")
        if len(items) == 1:
            return items[0]
        return Commas(tuple(items), items[0].span.to(items[-1].span))

    def barred(self, bar: str) -> Syntax:
        opened = self.advance()
        self.bars += 1
        content = self.additive()
        self.bars -= 1
        closed = self.expect(bar, opened)
        return Group(bar, content, opened.span.to(closed.span))

    def command(self) -> Syntax | None:
        token = self.current
        name = token.text
        if name in _LETTERS or name in (r"\partial", r"\nabla"):
            self.advance()
            return Name(name, token.span)
        if name in _WORDS:
            self.advance()
            return Name(name[1:], token.span, word=True)
        if name in _ACCENTS or name in _FONTS:
            return self.decorated()
        if name in (r"\operatorname", r"\operatorname*", r"\mathop"):
            return self.operator_name()
        if name in (r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"):
            return self.fraction()
        if name == r"\sqrt":
            return self.root()
        if name in (r"\sum", r"\prod"):
            return self.big()
        if name in _DOTS:
            self.advance()
            return Dots(name, token.span)
        if name in (r"\underbrace", r"\overbrace", r"\boxed", r"\ensuremath", r"\mathstrut"):
            self.advance()
            content = self.argument(token)
            if name in (r"\underbrace", r"\overbrace") and self.current.is_("_", "^"):
                self.advance()
                if self.current.is_("{"):
                    self.skip_braces()
                else:
                    self.advance()
            return content
        if name == r"\langle":
            return self.group()
        if name in (r"\mathrm{d}", r"\dd", r"\differential"):
            self.advance()
            return Name(r"\mathrm{d}", token.span)
        if name in RELATIONS or name in _LOOSE or name in _TIGHT or name in (r"\pm", r"\mp", r"\rangle", r"\mid"):
            return None
        raise fail(
            "P250", f"unknown command {name}", token.span,
            help="symbn reads the commands of the language's reference only; "
            f"is {name} a macro? Write what it stands for",
        )  # fmt: skip

    def skip_braces(self) -> None:
        opened = self.advance()
        depth = 1
        while depth:
            if self.current is self._end:
                self.expect("}", opened)
            depth += self.current.is_("{") - self.current.is_("}")
            self.advance()

    def argument(self, command: Token) -> Syntax:
        """A command's argument: braces or a single token."""
        if self.current.is_("{"):
            opened = self.advance()
            if self.current.is_("}"):
                raise fail("P251", f"{command.text} has an empty argument", command.span, help="write it in the braces")
            bars, self.bars = self.bars, 0
            content = self.additive()
            self.bars = bars
            self.expect("}", opened)
            return content
        if self.current.kind == "number" and len(self.current.text) > 1:
            token = self.current
            first = Token("number", token.text[0], Span(token.span.start, token.span.start + 1))
            rest = Token("number", token.text[1:], Span(token.span.start + 1, token.span.end))
            self.tokens = [*self.tokens[: self.place], first, rest, *self.tokens[self.place + 1 :]]
        content_or_none = self.primary()
        if content_or_none is None:
            raise fail("P252", f"{command.text} has no argument", command.span, help="write it in braces")
        return content_or_none

    def raw_letters(self, opened: Token) -> str:
        text = ""
        while not self.current.is_("}"):
            if self.current is self._end:
                self.expect("}", opened)
            text += self.advance().text
        self.advance()
        return text

    def decorated(self) -> Syntax:
        r"""\hat{y}, \mathbf 1, \mathrm{BN}: a name with a canonical spelling."""
        command = self.advance()
        start = command.span
        spelling = _SPELLINGS.get(command.text, command.text)
        if command.text in _FONTS and self.current.is_("{"):
            inside = self.peek()
            after = self.peek(2)
            if inside.kind in ("letter", "number") and not after.is_("}") and self._only_letters():
                opened = self.advance()
                word = self.raw_letters(opened)
                return Name(word, Span(start.start, self.tokens[self.place - 1].span.end), word=True)
        content = self.argument(command)
        span = Span(start.start, self.tokens[self.place - 1].span.end)
        if isinstance(content, (Name, Numeral)):
            inner = content.latex if isinstance(content, Name) else content.text
            if command.text in (r"\mathrm", r"\mathit", r"\mathsf") and isinstance(content, Name) and content.word:
                return Name(inner, span, word=True)
            return Name(f"{spelling}{{{inner}}}", span)
        if isinstance(content, Script) and isinstance(content.base, Name):
            inside_name = Name(f"{spelling}{{{content.base.latex}}}", content.base.span)
            return Script(inside_name, content.sub, content.sup, content.primes, span)
        if isinstance(content, Sequence) and all(isinstance(i, Name) for i in content.items):
            joined = " ".join(i.latex for i in content.items if isinstance(i, Name))
            return Name(f"{spelling}{{{joined}}}", span)
        raise fail(
            "P253", f"{command.text} over something that is no name", span, help=f"put {command.text} on one letter"
        )

    def _only_letters(self) -> bool:
        place = self.place + 1
        while place < len(self.tokens) and self.tokens[place].kind in ("letter", "number"):
            place += 1
        return place < len(self.tokens) and self.tokens[place].is_("}")

    def operator_name(self) -> Syntax:
        command = self.advance()
        if not self.current.is_("{"):
            raise fail("P254", f"{command.text} without its name", command.span, help=r"write \operatorname{name}")
        opened = self.advance()
        word = ""
        while not self.current.is_("}"):
            if self.current is self._end:
                self.expect("}", opened)
            token = self.advance()
            if token.kind in ("letter", "number", "word") or token.is_("-"):
                word += token.text
            elif (token.kind == "command" and token.text in _FONTS | {r"\mathrm"}) or token.is_("{"):
                if token.is_("{"):
                    word += self.raw_letters(token)
            else:
                raise fail("P255", f"`{token.text}` in an operator's name", token.span, help="use letters only")
        self.advance()
        return Name(word, Span(command.span.start, self.tokens[self.place - 1].span.end), word=True)

    def fraction(self) -> Syntax:
        command = self.advance()
        numerator = self.argument(command)
        denominator = self.argument(command)
        span = Span(command.span.start, self.tokens[self.place - 1].span.end)
        return _derivation(numerator, denominator, span) or Fraction(numerator, denominator, span)

    def root(self) -> Syntax:
        command = self.advance()
        degree: Syntax | None = None
        if self.current.is_("["):
            opened = self.advance()
            degree = self.additive()
            self.expect("]", opened)
        arg = self.argument(command)
        return Root(arg, degree, Span(command.span.start, self.tokens[self.place - 1].span.end))

    def big(self) -> Syntax:
        command = self.advance()
        sub: Syntax | None = None
        sup: Syntax | None = None
        while self.current.is_("_", "^"):
            marker = self.advance()
            if marker.text == "_":
                sub = self.script_argument(marker)
            else:
                sup = self.script_argument(marker)
        body = self.product()
        return Big(command.text[1:], sub, sup, body, command.span.to(body.span))

    def matrix(self) -> Syntax:
        opened = self.advance()
        if opened.text not in _MATRICES:
            raise fail(
                "P256", f"the environment {opened.text} is not read inside a formula", opened.span,
                help="use pmatrix or bmatrix for matrices",
            )  # fmt: skip
        rows: list[list[Syntax | None]] = [[]]
        cell: Syntax | None = None
        bars, self.bars = self.bars, 1
        while self.current.kind != "end":
            token = self.current
            if token is self._end:
                raise fail("P210", f"\\begin{{{opened.text}}} is never closed", opened.span)
            if token.is_("&"):
                self.advance()
                rows[-1].append(cell)
                cell = None
            elif token.is_(r"\\"):
                self.advance()
                rows[-1].append(cell)
                rows.append([])
                cell = None
            elif (
                token.is_("|", r"\|")
                or token.kind in ("quad", "prose")
                or (
                    token.is_("-")
                    and (self.peek().is_("&", r"\\", "-", "|") or self.peek().kind == "end" or self.rule())
                )
            ):
                self.advance()
            elif cell is not None:
                if token.is_(","):
                    self.advance()
                    rows[-1].append(cell)
                    cell = None
                else:
                    raise fail("P257", f"`{token.text}` is not expected in this cell", token.span)
            else:
                cell = self.additive()
                if self.at_trailing_rule():
                    self.advance()
        closed = self.advance()
        self.bars = bars
        rows[-1].append(cell)
        kept = tuple(tuple(row) for row in rows if any(c is not None for c in row))
        if not kept:
            raise fail("P258", "an empty matrix", opened.span.to(closed.span), help="write its entries")
        return Matrix(kept, opened.span.to(closed.span))

    def rule(self) -> bool:
        """Whether a `-` at a cell's start is a drawn rule around a row: - a -."""
        if (
            self.place
            and not self.tokens[self.place - 1].is_("&", r"\\")
            and self.tokens[self.place - 1].kind != "begin"
        ):
            return False
        depth, place = 0, self.place + 1
        while place < len(self.tokens):
            token = self.tokens[place]
            if token.is_("{", "(") or token.kind == "begin":
                depth += 1
            elif token.is_("}", ")") or (token.kind == "end" and depth):
                depth -= 1
            elif depth == 0 and (token.is_("&", r"\\") or token.kind == "end"):
                return self.tokens[place - 1].is_("-")
            place += 1
        return False

    def at_trailing_rule(self) -> bool:
        return self.current.is_("-") and (self.peek().is_("&", r"\\") or self.peek().kind == "end")


# Small builders -------------------------------------------------------------------------------------------


def _begins_range(chain: _Open) -> bool:
    return (
        [link.relation for link in chain.links] == ["="]
        and len(chain.sides) == 2
        and isinstance(chain.sides[0], Name)
        and isinstance(chain.sides[1], Numeral)
    )


def _sequence(items: list[Syntax]) -> Syntax:
    if len(items) == 1:
        return items[0]
    return Sequence(tuple(items), items[0].span.to(items[-1].span))


def _continued(left: Syntax, right: Syntax) -> Syntax:
    """A side that goes on in the next row with a sign."""
    before = left.terms if isinstance(left, Signed) else (("+", left),)
    after = right.terms if isinstance(right, Signed) else (("+", right),)
    return Signed((*before, *after), left.span.to(right.span))


def _items(syntax: Syntax) -> list[Syntax]:
    if isinstance(syntax, Group) and syntax.delimiter == "{":
        return _items(syntax.content)
    return list(syntax.items) if isinstance(syntax, Sequence) else [syntax]


def _partial_order(syntax: Syntax) -> int | None:
    r"""The k of a leading \partial^k; None if this is none."""
    if isinstance(syntax, Name) and syntax.latex in (r"\partial", r"\mathrm{d}", "d"):
        return 1
    if isinstance(syntax, Script) and syntax.sub is None and _partial_order(syntax.base) == 1:
        return int(syntax.sup.text) if isinstance(syntax.sup, Numeral) else None
    return None


def _is_partial(syntax: Syntax) -> bool:
    order = _partial_order(_items(syntax)[0])
    return order is not None and _leads_with(syntax, r"\partial")


def _leads_with(syntax: Syntax, latex: str) -> bool:
    first = _items(syntax)[0]
    first = first.base if isinstance(first, Script) else first
    return isinstance(first, Name) and first.latex == latex


def _derivation(numerator: Syntax, denominator: Syntax, span: Span) -> Derivation | None:
    r"""∂f/∂x and the like, if both sides begin with ∂ (or both with an upright or plain d)."""
    above, below = _items(numerator), _items(denominator)
    order = _partial_order(above[0])
    if order is None or _partial_order(below[0]) is None:
        return None
    mark = above[0].base if isinstance(above[0], Script) else above[0]
    assert isinstance(mark, Name)
    if not _leads_with(denominator, mark.latex) or len(below) < 2:
        return None
    variables: list[Syntax] = []
    current: list[Syntax] = []
    for item in below[1:]:
        if _partial_order(item) == 1 and isinstance(item, Name) and item.latex == mark.latex:
            variables.append(_sequence(current))
            current = []
        else:
            current.append(item)
    if not current:
        raise fail("P260", "nothing stands after this ∂", below[-1].span, help="write the variable")
    variables.append(_sequence(current))
    if len(variables) == 1 and order > 1:
        variable = variables[0]
        if isinstance(variable, Script) and isinstance(variable.sup, Numeral) and int(variable.sup.text) == order:
            plain: Syntax = (
                Script(variable.base, variable.sub, None, variable.primes, variable.span)
                if variable.sub is not None or variable.primes
                else variable.base
            )
            variables = [plain] * order
    if len(variables) != order:
        raise fail(
            "P261", f"∂ of order {order} by {len(variables)} variable(s)", span,
            help=r"write \frac{\partial^2 f}{\partial x \partial y}, with as many ∂ below as above",
        )  # fmt: skip
    body = _sequence(above[1:]) if len(above) > 1 else None
    return Derivation(body, tuple(variables), order, span)


def _nabla(base: Name, sub: Syntax | None, sup: Syntax | None, span: Span) -> Syntax:
    order = 1
    rest: Syntax | None = sup
    if isinstance(sup, Numeral):
        order, rest = int(sup.text), None
    elif isinstance(sup, Sequence) and isinstance(sup.items[0], Numeral):
        order, rest = int(sup.items[0].text), _sequence(list(sup.items[1:]))
    nabla = Nabla(sub, order, span)
    return nabla if rest is None else Script(nabla, None, rest, 0, span)
