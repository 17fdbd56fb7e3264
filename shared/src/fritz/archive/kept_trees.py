"""Trees of statements that are asked again and again, made once for each shape.

Making, copying and printing a tree takes longer than most look-ups. Values are bound when a
statement runs, programids among them, so that a tree says nothing of who asks for what: what is
kept are shapes alone. A kept tree is shared and must not be changed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final, Generic, TypeVar

from sqlglot import exp
from typing_extensions import override

__all__ = ["Kept", "WhenAsked", "shape"]

T = TypeVar("T")
_MOST: Final = 256
_LARGEST: Final = 2000
"""Parts of a shape; larger ones hardly come twice and would fill the memory."""


class Kept(Generic[T]):
    """The latest that were made, by key; for any number of threads.

    Parameters
    ----------
    most : how many are kept
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for an equal key, else make it."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


class WhenAsked(Mapping[str, T]):
    """A mapping whose values are made when they are first asked for.

    Parameters
    ----------
    make : what makes each of the values, by key
    """

    def __init__(self, make: Mapping[str, Callable[[], T]]) -> None:
        self._make = make
        self._made: dict[str, T] = {}

    @override
    def __getitem__(self, key: str) -> T:
        if key not in self._made:
            self._made[key] = self._make[key]()
        return self._made[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    @override
    def __len__(self) -> int:
        return len(self._make)


def shape(*trees: exp.Expr | None) -> tuple[Hashable, ...] | None:
    """Return what is equal for equal trees and no others; None if they are very large.

    sqlglot's own comparison takes no notice of case.
    """
    parts: list[Any] = []
    waiting: list[Any] = list(reversed(trees))
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Expression):
            args = [(name, value) for name, value in node.args.items() if value is not None]
            parts += [type(node), len(args), *(name for name, _ in args)]
            waiting += [value for _, value in reversed(args)]
        elif isinstance(node, list | tuple):
            parts += [list, len(node)]
            waiting += reversed(node)
        else:
            parts += [type(node), node]
        if len(parts) > _LARGEST:
            return None
    return tuple(parts)
