"""The functions of a module made from derivations/batchnorm_layer.md, called by what their signatures say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from types import ModuleType
from typing import Any

import numpy as np

from symbn.library import batchnorm

SHAPES = {"X": "np", "W": "mp", "Y": "nm", "gamma": "m", "beta": "m", "grad_Z": "nm", "grad_Y_hat": "nm"}
"""What each array's name says of its shape."""

OPTIONS: dict[str, Any] = {"eps": 1e-3, "ddof": 1}

NAMES: list[str] = batchnorm.__all__


def arguments(name: str) -> dict[str, str]:
    """The arrays that a function takes, in order, with the letters of their shapes."""
    parameters = signature(getattr(batchnorm, name)).parameters.values()
    return {p.name: SHAPES[p.name] for p in parameters if p.kind is Parameter.POSITIONAL_OR_KEYWORD}


def options(name: str) -> dict[str, Any]:
    """The numbers that it takes."""
    return {option: OPTIONS[option] for option in signature(getattr(batchnorm, name)).parameters if option in OPTIONS}


def drawn(name: str, dtype: str, sizes: Mapping[str, int]) -> list[np.ndarray[Any, Any]]:
    """Arrays for a function, the same every time."""
    random = np.random.default_rng(11)
    shapes = [[sizes[letter] for letter in letters] for letters in arguments(name).values()]
    return [(random.standard_normal(shape) + 1).astype(dtype) for shape in shapes]


def tuples(module: ModuleType, name: str, **given: Any) -> Callable[..., tuple[Any, ...]]:
    """The function of arrays alone, its results in a tuple even where there is one."""
    numbers = options(name) | given

    def call(*arrays: Any) -> tuple[Any, ...]:
        returned = getattr(module, name)(*arrays, **numbers)
        return returned if isinstance(returned, tuple) else (returned,)

    return call


def difference(found: Any, expected: Any) -> float:
    """The largest difference over the largest entry."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    return float(abs(found - expected).max() / abs(expected).max())
