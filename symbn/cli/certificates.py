"""`symbn verify-certificate`: proofs that `check --certificate` wrote, checked by a program of their own."""

from __future__ import annotations

import click

from symbn.cli.endings import ended, tried
from symbn.source import SourceFile


@click.command("verify-certificate")
@click.argument("certificate", metavar="FILE")
@click.pass_context
def verify_certificate(context: click.Context, certificate: str) -> None:
    """Check the proofs in FILE, which `check --certificate` wrote, by a checker that shares no code with the prover.

    Exits 0 when every claim in it holds, 1 when one is rejected, 2 when FILE cannot be read.
    """
    from symbn.certificate import command  # slow to import, and --help must not wait for it

    context.exit(ended(lambda: tried(SourceFile(certificate, ""), lambda: command.verify_certificate(certificate))))
