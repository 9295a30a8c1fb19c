"""One target a module: how a kernel becomes source code."""
