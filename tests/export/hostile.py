r"""Notes whose authors try to have LaTeX do something: read a file, write one, redefine a command, stop or hang."""

from __future__ import annotations

SECRET = "root:x:0:0"
"""What stands in /etc/passwd: no document may hold it."""

FORMULAS = {
    "input": r"\input{/etc/passwd} = x",
    "input without braces": "\\input /etc/passwd = x",
    "include": r"x = \include{/etc/passwd}",
    "verbatiminput": r"x = \verbatiminput{/etc/passwd}",
    "write18": r"x = \write18{touch hacked} x",
    "immediate": r"\immediate\write18{touch hacked} x = x",
    "openout": r"\newwrite\f \openout\f=hacked x = x",
    "openin": r"\openin5=/etc/passwd \read5 to\x x = x",
    "catcode": r"\catcode`\%=12 x = x",
    "def": r"\def\x{y} x = x",
    "let": r"\let\frac\sqrt x = x",
    "renewcommand": r"\renewcommand{\frac}{\sqrt} x = x",
    "csname": r"\csname input\endcsname{/etc/passwd} = x",
    "expandafter": r"\expandafter\input\expandafter{/etc/passwd} = x",
    "double caret": r"x = ^^5cinput{/etc/passwd}",
    "caret caret": r"x^^M = x",
    "unclosed brace": r"x = { x",
    "stray brace": r"x = x }",
    "comment": "x = x % \\end{align}\\input{/etc/passwd}\n + 0",
    "end of the display": r"x = x \end{align}\input{/etc/passwd}\begin{align}",
    "end of the document": r"x = x \end{document}",
    "verb": r"x = \verb|x|",
    "end of the math": r"x = \text{$ \input{/etc/passwd} $}",
    "text": r"x = x \text{\input{/etc/passwd}}",
    "text with a dollar": r"x = \text{$} x",
    "operatorname": r"\operatorname{\input{/etc/passwd}} = x",
    "array": r"x = \begin{array}{@{\input{/etc/passwd}}c} x \end{array}",
    "environment": r"x = \begin{verbatim} x \end{verbatim}",
    "hspace": r"x = \hspace{\input{/etc/passwd}} x",
    "tag": r"x = x \tag{\jobname}",
    "label": r"x = x \label{\jobname}",
    "color": r"x = \color{\input{/etc/passwd}} x",
    "row height": r"x = x \\[\input{/etc/passwd}] = x",
    "loop": r"\loop\iftrue\repeat x = x",
    "parameter": r"x # x = x",
    "special": r"x = \special{psfile=/etc/passwd} x",
    "pdf": r"x = \pdfximage{/etc/passwd} x",
    "href": r"x = \href{file:///etc/passwd}{x}",
    "active": "x = x ~ ~ x \x01",
    "second script": r"x^2^2 = x_1_1",
    "left alone": r"\left( x = x",
    "right alone": r"x = x \right)",
    "nested": "x = " + "{" * 200 + "x" + "}" * 200,
    "roots": "x = " + r"\sqrt{" * 200 + "x" + "}" * 200,
    "par": "x =\n\\par x",
    "unicode": "x = \u202e\u4e2d x",
}

WORDS = {
    "input": r"\input{/etc/passwd}",
    "write18": r"\write18{touch hacked}",
    "catcode": r"\catcode`\%=12",
    "braces": r"}}}} {{{{",
    "percent": r"100 % of it \end{document}",
    "dollar": r"costs $ and $$ and \[",
    "signs": r"# & _ ^ ~ < > | \ ` ' \"",
    "caret": r"^^5cinput{/etc/passwd}",
    "html": r"<script>alert(1)</script>",
    "marker": r"% symbn: end commentary",
    "accents": "ŷ y\u0302 中 \u202e \U0001f600 ǅ Đ þ",
}


def note_with(formula: str) -> str:
    """A note that holds a formula, and an honest claim after it."""
    return f"$x \\in \\mathbb{{R}}^n$\n\n$${formula}$$\n\n$$x + x = 2 x$$ {{#eq:honest}}\n"


def titled(words: str) -> str:
    """A note that holds words wherever words can stand."""
    quoted = "'" + words.replace("'", "''") + "'"
    return (
        f"---\ntitle: {quoted}\nsource: {quoted}\n---\n\n# {words}\n\n{words}\n\n$x \\in \\mathbb{{R}}^n$\n\n"
        "$$x + x = 2 x$$ {#eq:honest}\n"
    )
