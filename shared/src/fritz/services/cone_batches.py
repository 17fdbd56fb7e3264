"""Cone searches of up to a million positions at once: one join, its result kept to be paged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlglot import exp

from fritz.archive.collections import Collection, collection_of
from fritz.archive.cones import DISTANCE, POSITION, Place, cone_statement, of_source
from fritz.archive.expressions import parameter
from fritz.archive.levels import Level, level_of, readable
from fritz.errors import Invalid, NotFound
from fritz.ports import ObjectStore, Statement, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["MOST_POSITIONS", "ConeBatch", "ConeBatches"]

MOST_POSITIONS: Final = 1_000_000
_ALERT_COLUMNS: Final = ("candid", "objectId", "night", "programid", "ra", "dec", "jd", "fid")
_ALERT_COLUMNS_BELOW: Final = frozenset({"ra", "dec", "jd", "fid", "magpsf", "sigmapsf", "drb"})
"""Columns of alerts that stand in `candidate`."""


@dataclass(frozen=True, slots=True)
class ConeBatch:
    """A result that is kept."""

    id: str
    rows: int
    positions: int
    positions_with_rows: int


@dataclass(frozen=True, slots=True)
class ConeBatches:
    """Runs batches and keeps their results, each for whoever asked."""

    warehouse: Warehouse
    objects: ObjectStore
    of_level: Callable[[Level], Warehouse] | None = None
    """Where the views of each level stand, if not in the warehouse itself."""

    def run(
        self,
        catalog: str,
        positions: tuple[NDArray[np.float64], NDArray[np.float64]],
        radius_arcsec: float,
        *,
        user_id: int,
        programids: frozenset[int],
        batch_id: str,
        columns: Sequence[str] | None = None,
    ) -> ConeBatch:
        """Return what was found around positions: rows of one catalog, nearest first.

        Parameters
        ----------
        catalog
            A collection with positions.
        positions
            Right ascensions and declinations, (N,) degrees each.
        user_id
            Whose result it is.
        programids
            What they may see.
        batch_id
            A name for the result that nobody guesses.
        columns
            What to return of each row; None for the usual.

        Raises
        ------
        NotFound
            There is no such catalog.
        Invalid
            It has no positions or lacks a column, or there are too many positions.
        """
        ra, dec = positions
        if not 0 < len(ra) <= MOST_POSITIONS:
            raise Invalid(f"{len(ra)} positions, not from 1 to {MOST_POSITIONS}")
        statement = self._statement(catalog, ra, dec, radius_arcsec, programids, columns)
        level = level_of(programids)
        found = (self.warehouse if self.of_level is None else self.of_level(level)).run(statement)
        found = found.sort_by([(POSITION, "ascending"), (DISTANCE, "ascending")])
        self.objects.create(_key(user_id, batch_id), _parquet(found))
        distinct = len(np.unique(found.column(POSITION).to_numpy()))
        return ConeBatch(batch_id, found.num_rows, len(ra), distinct)

    def result(self, user_id: int, batch_id: str) -> pa.Table:
        """Return a kept result; `NotFound` if the user has none of that name."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - only batches need it

        try:
            data = self.objects.get(_key(user_id, batch_id))
        except NotFound as e:
            raise NotFound(f"no result {batch_id}") from e
        return pq.read_table(BytesIO(data))

    def _statement(
        self,
        catalog: str,
        ra: NDArray[np.float64],
        dec: NDArray[np.float64],
        radius_arcsec: float,
        programids: frozenset[int],
        columns: Sequence[str] | None,
    ) -> Statement:
        collection = collection_of(catalog)
        if collection is None:
            raise NotFound(f"no catalog {catalog}")
        where, values = _of_release(collection)
        return cone_statement(
            _source(collection, programids),
            ra,
            dec,
            radius_arcsec,
            columns=_columns(collection, columns),
            place=_place(collection),
            where=where,
            parameters=values,
        )


def _source(collection: Collection, programids: frozenset[int]) -> str:
    """Return what is read: the view of the asker's level, or a table that is public."""
    name, level = collection.table.name, level_of(programids)
    try:
        return readable(level)[name]
    except KeyError as e:
        raise Invalid(f"{collection.name} is not searched by position") from e


def _place(collection: Collection) -> Place:
    if collection.kind == "alerts":
        return Place(("candidate", "ra"), ("candidate", "dec"))
    if collection.kind != "rows" or collection.position is None:
        raise Invalid(f"{collection.name} has no positions")
    ra, dec = collection.position
    return Place((ra,), (dec,), (collection.cell,))


def _columns(collection: Collection, wanted: Sequence[str] | None) -> list[exp.Expr]:
    if collection.kind == "alerts":
        known = {each.name for each in collection.table.columns} | _ALERT_COLUMNS_BELOW
        names = list(_ALERT_COLUMNS if wanted is None else wanted)
    else:
        hidden = collection.hidden
        usual = [each.name for each in collection.table.columns if each.name not in hidden]
        known, names = set(usual), usual if wanted is None else list(wanted)
    if unknown := set(names) - known:
        raise Invalid(f"{collection.name} has no column {', '.join(sorted(unknown))}")
    return [_column(collection, name) for name in dict.fromkeys(names)]


def _column(collection: Collection, name: str) -> exp.Expr:
    if collection.kind == "alerts" and name in _ALERT_COLUMNS_BELOW:
        return exp.alias_(of_source("candidate", name), name, quoted=True)
    return of_source(name)


def _of_release(collection: Collection) -> tuple[list[exp.Expr], dict[str, Any]]:
    if collection.release is None:
        return [], {}
    mine = exp.EQ(this=of_source("release"), expression=parameter("release"))
    return [mine], {"release": collection.release}


def _key(user_id: int, batch_id: str) -> str:
    if not batch_id.isalnum() or not batch_id.isascii():
        raise NotFound(f"no result {batch_id}")
    return f"results/{user_id}/{batch_id}.parquet"


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    sink = BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
