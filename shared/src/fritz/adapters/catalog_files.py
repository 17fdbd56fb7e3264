"""Published catalogs as they come: FITS, VOTable, CSV, Parquet, HATS; read a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from fritz.errors import Invalid

__all__ = ["FileOnDisk", "catalog_files"]

CHUNK_ROWS: Final = 500_000
CSV_BLOCK: Final = 64 * 2**20
NO_VALUE: Final = ["", "null", "NULL", "NaN", "nan", "\\N", "--", "N/A"]
KINDS: Final = {
    ".fits": "fits", ".fit": "fits", ".fts": "fits", ".vot": "votable", ".xml": "votable",
    ".votable": "votable", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """One file of a catalog."""

    path: Path
    kind: str
    """fits, votable, csv, tsv or parquet."""

    @property
    def name(self) -> str:
        """The file's name, with its folder's."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    def chunks(self) -> Iterator[pa.Table]:
        """Yield the file's rows; columns that hold more than one value a row are left out.

        Raises
        ------
        Invalid
            The file is not what its name says.
        """
        readers = {"fits": _fits, "votable": _votable, "parquet": _parquet}
        try:
            if self.kind in readers:
                yield from readers[self.kind](self.path)
            else:
                yield from _csv(self.path, "\t" if self.kind == "tsv" else ",")
        except (pa.ArrowException, ValueError, TypeError, KeyError, IndexError) as e:
            raise Invalid(f"{self.path} cannot be read as {self.kind}: {e}") from e


def catalog_files(path: Path) -> list[FileOnDisk]:
    """Return the files of a catalog: the one that is named, or all of a HATS or other folder.

    Raises
    ------
    Invalid
        It is neither, or of a kind that is not known.
    """
    if path.is_dir():
        folder = path / "dataset" if (path / "dataset").is_dir() else path
        found = [each for each in sorted(folder.rglob("*")) if _is_data(each)]
        if not found:
            raise Invalid(f"{path} holds no file of a catalog")
        return [each for one in found for each in catalog_files(one)]
    if not path.is_file():
        raise Invalid(f"there is no file {path}")
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = KINDS.get(suffixes[-1]) if suffixes else None
    if kind is None:
        known = ", ".join(KINDS)
        raise Invalid(f"{path.name} ends in none of {known} (.gz after them is fine)")
    return [FileOnDisk(path, kind)]


def _is_data(path: Path) -> bool:
    """Return whether a file of a folder holds rows; HATS keeps others beside them."""
    plain = not path.name.startswith(("_", ".")) and path.name != "point_map.fits"
    return path.is_file() and plain and bool(KINDS.keys() & {s.lower() for s in path.suffixes})


def _parquet(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        flat = [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]
        for batch in file.iter_batches(CHUNK_ROWS, columns=flat):
            yield pa.Table.from_batches([batch])


def _csv(path: Path, delimiter: str) -> Iterator[pa.Table]:
    """Yield rows as text: a column's type is the catalog's, not the first rows'."""
    parsing = pc_csv.ParseOptions(delimiter=delimiter)
    head = pc_csv.open_csv(path, pc_csv.ReadOptions(block_size=CSV_BLOCK), parsing)
    names = head.schema.names
    head.close()
    converting = pc_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=NO_VALUE,
        strings_can_be_null=True,
    )
    reading = pc_csv.ReadOptions(block_size=CSV_BLOCK)
    with pc_csv.open_csv(path, reading, parsing, converting) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _fits(path: Path) -> Iterator[pa.Table]:
    from astropy.io import fits  # noqa: PLC0415 - a third of a second that others need not pay

    with fits.open(path, memmap=path.suffix != ".gz") as found:
        tables = [each for each in found if isinstance(each, fits.BinTableHDU | fits.TableHDU)]
        if not tables:
            raise Invalid(f"{path} holds no table")
        table = tables[0]
        nulls = {column.name: column.null for column in table.columns}
        for first in range(0, len(table.data), CHUNK_ROWS):
            rows = table.data[first : first + CHUNK_ROWS]
            columns = {
                name: _array(np.asarray(rows[name]), nulls[name])
                for name in table.columns.names
                if np.asarray(rows[name][:1]).ndim == 1
            }
            yield pa.table(columns)


def _votable(path: Path) -> Iterator[pa.Table]:
    """Yield the first table; the format leaves no way but to read it whole."""
    from astropy.io.votable import parse_single_table  # noqa: PLC0415 - as above

    table = parse_single_table(path).to_table(use_names_over_ids=True)
    for first in range(0, len(table), CHUNK_ROWS):
        part = table[first : first + CHUNK_ROWS]
        columns = {}
        for name in part.colnames:
            values = part[name]
            if values.ndim == 1:
                mask = np.asarray(getattr(values, "mask", np.zeros(len(values), bool)))
                columns[name] = _array(np.asarray(values), None, mask)
        yield pa.table(columns)


def _array(
    values: np.ndarray[Any, Any], null: int | None, mask: np.ndarray[Any, Any] | None = None
) -> Any:
    """Return a column in the machine's byte order, text without padding."""
    if values.dtype.kind in "SUO":
        texts = [_text(each) for each in values.tolist()]
        empty = mask if mask is not None else np.zeros(len(texts), bool)
        return pa.array(
            [None if gone or not text else text for text, gone in zip(texts, empty, strict=True)],
            pa.string(),
        )
    if null is not None and values.dtype.kind in "iu":
        mask = values == null if mask is None else mask | (values == null)
    return pa.array(values.astype(values.dtype.newbyteorder("=")), mask=mask)


def _text(value: object) -> str:
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip()
