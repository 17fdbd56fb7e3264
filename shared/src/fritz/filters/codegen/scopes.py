"""What stands in which local, block by block, while the lines of one function are made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from fritz.filters.codegen.code import Code, Emitter

__all__ = ["Lines", "Scopes"]

Lines: TypeAlias = list[tuple[int, str, str]]
"""Depth, text, and the place in the pipeline of each line."""


class Scopes:
    """Remembers in which local each value stands, as long as the block that computed it runs."""

    def __init__(self, constants: dict[str, Any]) -> None:
        self.out = Emitter(constants)
        self._memo: list[dict[object, Code]] = [{}]
        self._outer: list[tuple[Lines, int]] = []
        """Lines and depth outside each block that is being collected."""

    def recall(self, key: object) -> Code | None:
        """Return the code made earlier for the same value, if it is valid here."""
        for memo in reversed(self._memo):
            found: Code | None = memo.get(key)
            if found is not None:
                return found
        return None

    def remember(self, key: object, code: Code) -> Code:
        """Keep code for reuse in this block and those inside it."""
        self._memo[-1][key] = code
        return code

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Forget at the end what was remembered inside: the code may not have run."""
        self._memo.append({})
        yield
        self._memo.pop()

    def attempt(self) -> tuple[Lines, int]:
        """Start collecting lines apart from those before; `collected` returns them."""
        state = self.out.lines, self.out.depth
        self._outer.append(state)
        self.out.lines = []
        return state

    def collected(self, state: tuple[Lines, int]) -> Lines:
        """Return the lines since `attempt`, restoring those before."""
        lines = self.out.lines
        self.out.lines = state[0]
        self._outer.pop()
        return lines

    @contextmanager
    def hoisted(self) -> Iterator[None]:
        """Put what is emitted before the outermost block, where all later code can use it.

        Only if `may_hoist`.
        """
        lines, depth, memo, outer = self.out.lines, self.out.depth, self._memo, self._outer
        self.out.lines, self.out.depth = outer[0]
        self._memo, self._outer = memo[:1], []
        yield
        self.out.lines, self.out.depth, self._memo, self._outer = lines, depth, memo, outer

    @property
    def may_hoist(self) -> bool:
        """Return whether a block of the function's own body is being collected."""
        return bool(self._outer) and self._outer[0][1] == 1
