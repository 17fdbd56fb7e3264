"""Lists in pages: a part of the rows, and the address of the same list with something changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from flask import request

__all__ = ["SIZE", "Page", "addressed", "here", "paged"]

Row = TypeVar("Row")

SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page, of so many in all."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; one if there is nothing."""
        return max(1, -(-self.total // self.size))


def paged(rows: Sequence[Row], number: int, size: int = SIZE) -> Page[Row]:
    """Return a page of all rows, the last one where there are not so many.

    Examples
    --------
    >>> paged("abcde", 9, 2)
    Page(rows='e', number=3, total=5, size=2)
    """
    last = Page(rows, 1, len(rows), size).pages
    shown = min(number, last)
    return Page(rows[(shown - 1) * size : shown * size], shown, len(rows), size)


def here(**changed: Any) -> str:
    """Return the URL of the page that is asked for with something changed; None takes it away."""
    dropped = {"pageNumber", *changed}
    kept = [(name, each) for name, each in request.args.items(multi=True) if name not in dropped]
    given = [(name, value) for name, value in changed.items() if value is not None]
    return addressed(request.path, [*kept, *given])


def addressed(path: str, query: Iterable[tuple[str, Any]]) -> str:
    """Return a path with a query string, whatever its names: `url_for` takes some for itself.

    Examples
    --------
    >>> addressed("/users", [("_scheme", "x"), ("role", "Full user")])
    '/users?_scheme=x&role=Full+user'
    """
    written = urlencode(list(query))
    return f"{path}?{written}" if written else path
