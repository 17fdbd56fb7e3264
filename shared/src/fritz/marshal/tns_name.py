"""Names of the Transient Name Server, as people write them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["spellings"]

PREFIXES: Final = ("SN", "AT", "TDE", "FRB")
"""Supernovae, transients that nobody classified, tidal disruptions, radio bursts."""
_NAME: Final = re.compile(r"(?:(?:SN|AT|TDE|FRB)\s*)?((?:19|20)\d{2})([a-z]{1,7})", re.IGNORECASE)
_ONE_LETTER: Final = 1


def spellings(text: str) -> tuple[str, ...]:
    """Return every way in which the name may stand in an object; none if it is no such name.

    The prefix is of no account: it changes when an object is classified. Names of one letter
    have it in upper case (SN 1987A).

    Examples
    --------
    >>> spellings("at2026ABC")[:3]
    ('2026abc', 'SN 2026abc', 'SN2026abc')
    >>> spellings("ZTF26aaaaaaa")
    ()
    """
    found = _NAME.fullmatch(text.strip())
    if found is None:
        return ()
    year, letters = found.groups()
    bare = year + (letters.upper() if len(letters) == _ONE_LETTER else letters.lower())
    return (bare, *(f"{p}{gap}{bare}" for p in PREFIXES for gap in (" ", "")))
