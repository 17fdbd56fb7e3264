"""Whom a row is open to, as short words that are kept with it.

``g:12`` are the members of group 12, ``s:3`` the holders of stream 3, ``u:7`` is user 7, ``all``
everybody who is signed in. A row is open to whoever is one of its principals. Words joined by ``&``
are one principal that takes all of them: ``g:12&s:3`` are the members of the group who hold the
stream, which is what a candidate asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

__all__ = [
    "EVERYBODY",
    "all_of",
    "groups_of",
    "holds",
    "of_group",
    "of_stream",
    "of_user",
    "open_to",
    "parts_of",
    "streams_of",
]

EVERYBODY: Final = "all"

_AND: Final = "&"


def of_group(group_id: int) -> str:
    """Return the principal of a group's members.

    Examples
    --------
    >>> of_group(12)
    'g:12'
    """
    return f"g:{group_id}"


def of_stream(stream_id: int) -> str:
    """Return the principal of a stream's holders."""
    return f"s:{stream_id}"


def of_user(user_id: int) -> str:
    """Return the principal of one person."""
    return f"u:{user_id}"


def all_of(*principals: str) -> str:
    """Return the principal of whoever is each of these.

    Examples
    --------
    >>> all_of(of_group(12), of_stream(3))
    'g:12&s:3'
    """
    return _AND.join(principals)


def open_to(
    group_ids: Iterable[int] = (), stream_ids: Iterable[int] = (), user_id: int | None = None
) -> tuple[str, ...]:
    """Return the principals of a row that is open to any of these.

    Examples
    --------
    >>> open_to([12, 4], [3], user_id=7)
    ('g:4', 'g:12', 's:3', 'u:7')
    """
    groups = [of_group(each) for each in sorted(set(group_ids))]
    streams = [of_stream(each) for each in sorted(set(stream_ids))]
    owner = [] if user_id is None else [of_user(user_id)]
    return (*groups, *streams, *owner)


def parts_of(principal: str) -> tuple[str, ...]:
    """Return what one has to be, all of it, to be the principal.

    Examples
    --------
    >>> parts_of("g:12&s:3")
    ('g:12', 's:3')
    """
    return tuple(principal.split(_AND))


def groups_of(principals: Iterable[str]) -> tuple[int, ...]:
    """Return the groups that a row is open to, ascending.

    Examples
    --------
    >>> groups_of(("g:12", "g:4", "s:3", "u:7"))
    (4, 12)
    """
    return _numbers(principals, "g:")


def streams_of(principals: Iterable[str]) -> tuple[int, ...]:
    """Return the streams that a row is open to, ascending."""
    return _numbers(principals, "s:")


def _numbers(principals: Iterable[str], kind: str) -> tuple[int, ...]:
    named = (each for each in principals if each.startswith(kind) and _AND not in each)
    return tuple(sorted(int(each.removeprefix(kind)) for each in named))


def holds(own: Collection[str], principal: str) -> bool:
    """Return whether somebody who is `own` is the principal.

    Examples
    --------
    >>> holds({"g:12", "s:1"}, "g:12&s:3")
    False
    """
    return principal in own or (
        _AND in principal and all(each in own for each in parts_of(principal))
    )
