"""The notes that take longest to check with repairs and derivations: in the gate some tests leave them out.

With SYMBN_ALL_NOTES=1 in the environment nothing is left out.
"""

from __future__ import annotations

import os

LONG = (
    frozenset()
    if os.environ.get("SYMBN_ALL_NOTES")
    else frozenset(["attention", "batchnorm_hessian", "logistic_regression", "lstm_cell", "mlp_backward"])
)
