r"""LaTeX math to syntax trees: a Pratt parser over `lexer` tokens, grammar in `syntax`.

Binding, loosest first:  relations;  + −;  \odot \oslash \otimes \circ;  / \cdot \times and juxtaposition;  scripts.
`/` takes what stands left of it in the product and one factor on its right: 1/n yᵀy is (1/n)yᵀy.
\sum, \prod, ∂/∂x and ∇ reach over the product that follows, up to the next + or −: \sum_i a_i \odot b_i is
\sum_i (a_i \odot b_i).  An unknown command is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

from symbn.diagnostics import fail
from symbn.notes.lexer import Token
from symbn.notes.operators import acts, derivation, marks_alike, nabla, numerator_place, partial
from symbn.notes.primaries import Primaries
from symbn.notes.reserved import is_constant
from symbn.notes.syntax import (
    Big,
    Binary,
    Colon,
    Commas,
    Evaluated,
    Group,
    Name,
    Numeral,
    Related,
    Script,
    Sequence,
    Signed,
    Syntax,
    juxtaposed,
)
from symbn.notes.vocabulary import LOOSE, OPENERS, TIGHT, relates
from symbn.source import Span


class Parser(Primaries):
    """Reads one expression after the other from a row; relations are left to `rows`."""

    def additive(self) -> Syntax:
        terms: list[tuple[str, Syntax]] = []
        sign = "+"
        first = start = self.current.span
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
        if len(terms) == 1 and terms[0][0] == "+":
            return terms[0][1]
        return Signed(tuple(terms), first.to(terms[-1][1].span))

    def loose(self, begun: Syntax | None = None) -> Syntax:
        left = self.product(begun)
        while self.current.kind == "command" and self.current.text in LOOSE:
            op = self.advance()
            right = self.product()
            left = Binary(op.text, left, right, left.span.to(right.span))
        return left

    def product(self, begun: Syntax | None = None) -> Syntax:
        items: list[Syntax] = [] if begun is None else [begun]
        while True:
            if items and acts(items[-1]):
                items += self._acted_on()
                if self._past_evaluation(items):
                    continue
                break
            if items and self._at_prose():
                break
            token = self.current
            if token.text in TIGHT and token.kind in ("command", "symbol") and not self._ends_script():
                if not items:
                    raise fail("P232", f"nothing stands left of this {token.text}", token.span)
                self.advance()
                above = numerator_place(items) if token.text == "/" else 0
                left = juxtaposed(items[above:])
                right = self.factor()
                if right is None:
                    raise fail("P233", f"nothing stands right of this {token.text}", token.span)
                if acts(right):
                    right = juxtaposed([right, *self._acted_on()])
                if token.text == "/" and marks_alike(left, right):
                    below = self.factor()
                    right = juxtaposed([right, below]) if below is not None else right
                op = "*" if token.text == r"\ast" else token.text
                span = left.span.to(right.span)
                quotient = derivation(left, right, span) if op == "/" else None
                if quotient is None and above:
                    left, span = juxtaposed(items), items[0].span.to(right.span)
                    above = 0
                items[above:] = [quotient or Binary(op, left, right, span)]
                continue
            factor = self.factor()
            if factor is not None:
                items.append(factor)
            elif not self._past_evaluation(items):
                break
        if not items:
            found = self.current
            what = "the formula ends here" if found is self.end else f"`{found.text}` cannot start an expression"
            raise fail("P234", f"an expression is missing: {what}", found.span, help="is something left out?")
        return juxtaposed(items)

    def _ends_script(self) -> bool:
        r"""At the dot of A_{i\cdot}, which has nothing to multiply."""
        return self.peek().is_("}") and self.current.is_(r"\cdot", "*", r"\ast")

    def _past_evaluation(self, items: list[Syntax]) -> bool:
        """Past a bar |_{x = a}, which makes one factor of the product before it; False if none stands here."""
        if not items or self.operands or not self.at_evaluation():
            return False
        self.advance()
        at = self.script_argument(self.advance())
        whole = juxtaposed(items)
        items[:] = [Evaluated(whole, at, self.since(whole.span))]
        return True

    def _acted_on(self) -> list[Syntax]:
        """What follows ∂/∂x or ∇, up to the next sign: its factors, or one product with an operator sign in it."""
        begun = None if self._at_prose() else self.factor()
        if begun is None:
            return []
        with self.deeper():
            self.operands += 1
            operand = self.loose(begun)
            self.operands -= 1
        return list(operand.items) if isinstance(operand, Sequence) else [operand]

    def _at_prose(self) -> bool:
        """At a word after a product that ends there."""
        if self.current.kind != "word":
            return False
        following = self.peek()
        return following is self.end or following.kind in ("quad", "prose") or following.is_(",", ".", ";")

    def factor(self) -> Syntax | None:
        primary = self.primary()
        return None if primary is None else self.scripts(primary)

    def scripts(self, base: Syntax) -> Syntax:
        sub: Syntax | None = None
        sup: Syntax | None = None
        primes = 0
        span = base.span
        if isinstance(base, Name) and is_constant(base.latex) and self._at_condition():
            return Script(base, self._condition(), None, 0, self.since(span))
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
            span = self.since(span)
        base, sup = _numbered(base, sup, span)
        if isinstance(base, Name) and base.latex == r"\nabla":
            if primes:
                raise fail("P263", "a prime on ∇ is not read", span, help=r"write \nabla^2 for the Hessian")
            return nabla(sub, sup, span)
        if isinstance(base, Name) and base.latex == r"\partial" and sub is not None and not primes:
            return partial(sub, sup, span)
        if isinstance(base, Name) and base.latex in SIGNS_OF_SUMS and isinstance(sub, Related) and sub.relation == "=":
            body = self.loose()
            return Big(SIGNS_OF_SUMS[base.latex], sub, sup, body, base.span.to(body.span))
        return Script(base, sub, sup, primes, span) if sub is not None or sup is not None or primes else base

    def script_argument(self, marker: Token) -> Syntax:
        token = self.current
        if token.is_("{"):
            with self.deeper():
                return self.script_content(self.advance())
        if token.is_("-", "+"):
            if self._stands_alone(self.peek()):
                self.advance()
                return Name(token.text, token.span)
            both, alone = (f"{marker.text}{{{script}}}" for script in (f"{token.text}1", token.text))
            raise fail(
                "P235", f"braces are missing after {marker.text}", token.span,
                help=f"write {both} if more than the sign belongs to it, else {alone}",
            )  # fmt: skip
        if token.kind == "number" and len(token.text) > 1:
            raise fail(
                "P236", f"{marker.text}{token.text} raises the first digit only", token.span,
                help=f"write {marker.text}{{{token.text}}}",
            )  # fmt: skip
        if token.is_(r"\circ", r"\odot", "*", r"\ast"):
            self.advance()
            return Name(r"\ast" if token.text == "*" else token.text, token.span)
        argument = self.primary()
        if argument is None:
            raise fail("P237", f"nothing stands after {marker.text}", marker.span, help="write the script in braces")
        return argument

    def _stands_alone(self, following: Token) -> bool:
        r"""Whether a sign before this is a whole script, as in \mathbb{R}_+^n, x_+ - x_-: no operand follows it."""
        if following is self.end or following.kind in ("quad", "prose", "word") or relates(following):
            return True
        return following.text in TIGHT | LOOSE or following.is_(
            "^", "_", "'", "+", "-", ",", ".", ";", ")", "]", "}", r"\}", "|", r"\|", r"\rangle"
        )

    def _at_condition(self) -> bool:
        r"""At the [i = j] of \mathbf 1[i = j], in any brackets."""
        closer = OPENERS.get(self.current.text, "")
        return self.current.kind == "symbol" and relates(self.peek(2)) and self.peek(4).is_(closer)

    def _condition(self) -> Related:
        """left = right in brackets, both sides a single sign."""
        opened = self.advance()
        left = self.primary()
        relation = self.advance()
        right = self.primary()
        self.expect(OPENERS[opened.text], opened)
        if left is None or right is None:
            raise fail("P237", "an index is missing in this condition", relation.span, help="write [i = j]")
        return Related(relation.text, left, right, left.span.to(right.span))

    def _at_every_position(self, items: Many[Syntax], pieces: Many[Syntax]) -> bool:
        r"""At the dot or star of A_{i\cdot}, A_{*j}, A_{i,*}, beside one index: it says what `:` says."""
        if not self.current.is_(r"\cdot", "*", r"\ast"):
            return False
        following = self.peek()
        if following.is_("}"):
            return bool(items or pieces)
        return not items and (following.is_(",") or following.kind == "letter")

    def script_content(self, opened: Token) -> Syntax:
        """What stands in the braces of a script: subscripts i, j: t=1, i:, a power's exponent, \\odot 2."""
        items: list[Syntax] = []
        pieces: list[Syntax] = []
        while not self.current.is_("}"):
            token = self.current
            if token is self.end:
                self.expect("}", opened)
            if token.is_(",", r"\\"):
                self.advance()
                if items:
                    pieces.append(juxtaposed(items))
                items = []
            elif token.is_(":") or self._at_every_position(items, pieces):
                self.advance()
                items.append(Colon(token.span))
            elif token.is_(r"\odot", r"\circ", r"\otimes", "+", "-") and (
                token.is_(r"\odot", r"\circ", r"\otimes") or self.peek().is_("}", "+", "-")
            ):
                self.advance()
                items.append(Name(token.text, token.span))
            elif not items and self._at_condition():
                items.append(self._condition())
            elif token.is_("*", r"\ast") and not items:
                self.advance()
                items.append(Name(r"\ast", token.span))
            elif relates(token):
                self.advance()
                right = self.additive()
                left = juxtaposed(items) if items else Name("", token.span)
                items = [Related(token.text, left, right, left.span.to(right.span))]
            elif token.kind in ("quad", "prose"):
                self.advance()
            elif token.is_(r"\substack") and self.peek().is_("{"):
                self.advance()
                items.append(self.script_content(self.advance()))
            else:
                items.append(self.additive())
        self.expect("}", opened)
        if pieces and items:
            pieces.append(juxtaposed(items))
        if pieces:
            return Commas(tuple(pieces), pieces[0].span.to(pieces[-1].span))
        if not items:
            raise fail("P238", "an empty script", opened.span, help="remove it")
        return juxtaposed(items)


SIGNS_OF_SUMS = {r"\Sigma": "sum", r"\Pi": "prod"}
"""Letters that are a big operator where a range stands below them, and nowhere else."""


def _numbered(base: Syntax, sup: Syntax | None, span: Span) -> tuple[Syntax, Syntax | None]:
    r"""x^{(i)} is x^{(\cdot)} with the index i, W^{[1]} is W^{[\cdot]} with the 1; what else stands above stays."""
    above = sup.items if isinstance(sup, Sequence) else (sup,)
    match above[0]:
        case Group(delimiter="(" | "[" as opens, content=(Name(word=False) | Numeral()) as number) if isinstance(
            base, Name
        ):
            closes = ")" if opens == "(" else "]"
            stem = Name(f"{base.latex}^{{{opens}\\cdot{closes}}}", base.span)
            rest = juxtaposed(above[1:]) if len(above) > 1 else None
            return Script(stem, number, None, 0, span), rest
    return base, sup
