"""Spectra as text: columns of numbers below header lines that begin with ``#``."""

from __future__ import annotations

import math
import re
from typing import Final

from fritz.errors import Invalid, TooLarge
from fritz.marshal.spectrum import FEWEST_PIXELS, Pixels

__all__ = ["LARGEST_TEXT", "read_ascii", "read_header"]

LARGEST_TEXT: Final = 10_000_000
MOST_CARDS: Final = 1000
MOST_COLUMNS: Final = 100

_CARD = re.compile(r"#\s*([A-Za-z][\w.\- ]{0,60}?)\s*(?:=|:)\s*(.*)")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_SEPARATOR = re.compile(r"[\s,;]+")


def read_header(text: str) -> dict[str, str | float | int]:
    r"""Return what the header says: ``# KEY: VALUE``, or FITS cards ``# KEY = 'VALUE' / comment``.

    Examples
    --------
    >>> read_header("# EXPTIME = 600.0 / s\n# OBSERVER: Tycho\n# a remark\n4000 1.0")
    {'EXPTIME': 600.0, 'OBSERVER': 'Tycho'}
    """
    header: dict[str, str | float | int] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            continue
        card = _CARD.match(line)
        if card and len(header) < MOST_CARDS:
            header[card.group(1)] = _value(card.group(2), fits="=" in line.split(":", 1)[0])
    return header


def read_ascii(
    text: str, wave_column: int = 0, flux_column: int = 1, fluxerr_column: int | None = None
) -> Pixels:
    """Return the values of a spectrum; a pixel without a finite value is left out.

    Parameters
    ----------
    wave_column, flux_column, fluxerr_column
        Which columns, counted from 0; errors are read only from a column that is named, since a
        third column may be anything.

    Raises
    ------
    Invalid
        A row has too few columns, or another number of them than the first, or holds no number;
        the message names the line.
    TooLarge
        The text is too long.
    """
    if len(text) > LARGEST_TEXT:
        raise TooLarge(f"the text has more than {LARGEST_TEXT} letters")
    chosen = [wave_column, flux_column, *([] if fluxerr_column is None else [fluxerr_column])]
    if any(not 0 <= each < MOST_COLUMNS for each in chosen) or len(set(chosen)) < len(chosen):
        raise Invalid("wave_column, flux_column and fluxerr_column are different columns from 0 on")
    rows = _rows(text, max(chosen))
    kept = [row for row in ([row[each] for each in chosen] for row in rows) if _finite(row)]
    if len(kept) < FEWEST_PIXELS:
        raise Invalid(f"a spectrum has at least {FEWEST_PIXELS} pixels")
    columns = list(zip(*kept, strict=True))
    return Pixels(columns[0], columns[1], columns[2] if fluxerr_column is not None else None, text)


def _rows(text: str, last_column: int) -> list[list[float]]:
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pieces = _SEPARATOR.split(line.strip())
        try:
            row = [float(each) for each in pieces]
        except ValueError as e:
            if not rows and all(not _is_number(each) for each in pieces):
                continue  # names of the columns
            raise Invalid(f"line {number}: not numbers: {line[:60]!r}") from e
        if len(row) < max(FEWEST_PIXELS, last_column + 1):
            raise Invalid(f"line {number}: {len(row)} columns; at least two, and those chosen")
        if rows and len(row) != len(rows[0]):
            raise Invalid(f"line {number}: {len(row)} columns, not {len(rows[0])} as before")
        rows.append(row)
    return rows


def _finite(row: list[float]) -> bool:
    return all(math.isfinite(each) for each in row)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _value(text: str, *, fits: bool) -> str | float | int:
    quoted = _QUOTED.match(text.strip())
    if quoted:
        return quoted.group(1).replace("''", "'").strip()
    plain = (text.split(" /", maxsplit=1)[0] if fits else text).strip()
    if re.fullmatch(r"[+-]?\d{1,15}", plain):
        return int(plain)
    if _is_number(plain) and math.isfinite(float(plain)):
        return float(plain)
    return plain
