"""Pieces of generated source."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from fritz.filters.bson_order import MISSING
from fritz.filters.kinds import ANY, kind_of

__all__ = ["ABSENT", "Code", "Emitter"]


class Code(NamedTuple):
    """An expression in generated source."""

    text: str
    kinds: int = ANY
    """What it may yield (`fritz.filters.kinds`)."""
    atomic: bool = False
    """A name or a literal: may be repeated freely."""
    constant: Any = ...
    """Its value if known when compiling, else `...`."""
    hint: str = "float"
    """The Python type that a number or string of unknown kind most likely is."""


ABSENT: Final = Code("M", kind_of(MISSING), atomic=True, constant=MISSING)


class Emitter:
    """Lines of one function, and the constants that they name."""

    def __init__(self, constants: dict[str, Any]) -> None:
        self.lines: list[tuple[int, str, str]] = []
        """Depth, text, and the place in the pipeline that the line stands for."""
        self.depth = 1
        self.at = ""
        self._constants = constants
        self._names: dict[Any, str] = {}
        self._temporaries = 0

    def emit(self, text: str) -> None:
        """Add a line."""
        self.lines.append((self.depth, text, self.at))

    def name(self) -> str:
        """Return a fresh local name."""
        self._temporaries += 1
        return f"v{self._temporaries}"

    def constant(self, value: Any) -> str:
        """Return the table name of a constant."""
        key = (type(value), value) if type(value) in (str, frozenset) else id(value)
        name = self._names.get(key)
        if name is None:
            name = f"k{len(self._constants)}"
            self._constants[name] = value
            self._names[key] = name
        return name

    def literal(self, value: Any) -> Code:
        """Return a constant: numbers, null and booleans as literals, all else from the table."""
        kinds = kind_of(value)
        if value is MISSING:
            return ABSENT
        if value is None or value is True or value is False:
            return Code(repr(value), kinds, atomic=True, constant=value)
        if type(value) is int or (type(value) is float and math.isfinite(value)):
            text = repr(value)
            return Code(f"({text})" if text[0] == "-" else text, kinds, True, value)
        return Code(self.constant(value), kinds, atomic=True, constant=value)

    def bind(self, code: Code) -> Code:
        """Return a name or literal for the code, storing it in a local if need be."""
        if code.atomic:
            return code
        name = self.name()
        self.emit(f"{name} = {code.text}")
        return Code(name, code.kinds, atomic=True, constant=code.constant, hint=code.hint)

    @contextmanager
    def indented(self, head: str) -> Iterator[None]:
        """Put what is emitted inside a block; a block left empty gets a `pass`."""
        self.emit(head)
        before = len(self.lines)
        self.depth += 1
        yield
        if len(self.lines) == before:
            self.emit("pass")
        self.depth -= 1

    @contextmanager
    def standing_at(self, at: str) -> Iterator[None]:
        """Mark what is emitted as coming from a place in the pipeline."""
        before, self.at = self.at, at
        yield
        self.at = before
