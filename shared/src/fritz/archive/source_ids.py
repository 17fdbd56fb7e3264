"""What ids of light curves say of the field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

__all__ = ["possible_fields"]

ID_BASE: Final = 10**13
RELEASE_UNIT: Final = 10**12
FIELDS: Final = range(2000)


def possible_fields(ids: Iterable[int]) -> list[int]:
    """Return the fields that light curves may be of, as their ids say, sorted.

    Matchfiles and public data releases number differently; an id does not always tell which it is.

    Examples
    --------
    >>> possible_fields([10245362000007]), possible_fields([250101100000001])
    ([10, 245], [250])
    """
    found = {field for each in ids for field in ((each - ID_BASE) // 10**9, each // RELEASE_UNIT)}
    return sorted(found & set(FIELDS))
