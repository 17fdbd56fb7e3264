"""Writes what is known of a source as files: tables in ECSV, and an archive of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["PHOTOMETRY", "SPECTRUM", "Column", "archive", "ecsv"]

NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file in an archive, so that the same data make the same bytes."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    dtype: str
    """As numpy spells it; of texts, ``str``."""
    unit: str | None = None


PHOTOMETRY: Final = (
    Column("id", "i8"),
    Column("mjd", "f8", "d"),
    Column("filter", "str"),
    Column("mag", "f8", "mag"),
    Column("magerr", "f8", "mag"),
    Column("limiting_mag", "f8", "mag"),
    Column("magsys", "str"),
    Column("flux", "f8", "uJy"),
    Column("fluxerr", "f8", "uJy"),
    Column("ra", "f8", "deg"),
    Column("dec", "f8", "deg"),
    Column("instrument_name", "str"),
    Column("origin", "str"),
)
SPECTRUM: Final = (
    Column("wavelength", "f8", "Angstrom"),
    Column("flux", "f8"),
    Column("error", "f8"),
)
"""A flux may have any of several units, and none that is known: the table's head names it."""


def ecsv(
    columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], meta: Mapping[str, Any]
) -> bytes:
    """Return rows as a table that `astropy.table.Table.read` reads back, units and head included.

    Parameters
    ----------
    rows : values by the names of columns; what is None or left out is masked.
    meta : what stands in the head: plain values.
    """
    from astropy.table import MaskedColumn, Table  # noqa: PLC0415 - seconds of import

    table = Table(meta=dict(meta))
    for each in columns:
        values = [row.get(each.name) for row in rows]
        empty: Any = "" if each.dtype == "str" else 0
        table[each.name] = MaskedColumn(
            [empty if value is None else value for value in values],
            mask=[value is None for value in values],
            dtype=each.dtype,
            unit=each.unit,
        )
    written = io.StringIO()
    table.write(written, format="ascii.ecsv")
    return written.getvalue().encode()


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive; the same files make the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(zipfile.ZipInfo(name, NO_TIME), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
