"""`python -m symbn` is `symbn`."""

from symbn.cli import main

main()
