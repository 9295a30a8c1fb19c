"""Reports as JSON values and back: what is read is what was written, or it is refused.

dataclass  {"field": value, …}, every field, no other        tuple, list  [value, …]
dict       {"key": value, …}                                 None, bool, int, float, str  themselves
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> Any:
    """A value of what a report is made of, as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: to_json(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(of) for of in value]
    assert value is None or isinstance(value, bool | int | float | str), f"{type(value).__name__} in a report"
    return value


def from_json(kind: type[T], value: object) -> T:
    """The dataclass that was written.  Raises ValueError for anything else."""
    read = _read(kind, value)
    assert isinstance(read, kind)
    return read


def _read(kind: Any, value: object) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _first_that_fits(arguments, value)
    if origin is Literal:
        return _checked(value, any(value == one and type(value) is type(one) for one in arguments))
    if origin is tuple:
        listed = _checked(value, isinstance(value, list))
        if arguments[-1] is Ellipsis:
            return tuple(_read(arguments[0], of) for of in listed)
        _checked(value, len(listed) == len(arguments))
        return tuple(_read(one, of) for one, of in zip(arguments, listed, strict=True))
    if origin is list:
        return [_read(arguments[0], of) for of in _checked(value, isinstance(value, list))]
    if origin is dict:
        return {key: _read(arguments[1], of) for key, of in _checked(value, isinstance(value, dict)).items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        given = _checked(value, isinstance(value, dict) and value.keys() == hints.keys())
        return kind(**{name: _read(hint, given[name]) for name, hint in hints.items()})
    if kind in (NoneType, bool, int, float, str):
        return _checked(value, type(value) is kind)
    raise TypeError(f"{kind} in a report")


def _first_that_fits(kinds: tuple[Any, ...], value: object) -> Any:
    for kind in kinds:
        try:
            return _read(kind, value)
        except ValueError:
            continue
    raise ValueError(f"unexpected {type(value).__name__}")


def _checked(value: Any, fits: bool) -> Any:
    if not fits:
        raise ValueError(f"unexpected {type(value).__name__}")
    return value


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
