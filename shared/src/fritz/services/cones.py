"""Cone searches over the warehouse: many positions around which rows are wanted, in one join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from fritz.archive.cones import DISTANCE, POSITION, cone_statement, of_source
from fritz.archive.schema import Table
from fritz.errors import Invalid, NotFound
from fritz.ports import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import ArrayLike

__all__ = ["ConeService"]


@dataclass(frozen=True, slots=True)
class ConeService:
    """Searches around positions in tables that have `ra`, `dec` and `healpix`.

    Parameters
    ----------
    warehouse
        Where the tables stand.
    tables
        Their definitions by name; whoever asks must be allowed to read them whole.
    """

    warehouse: Warehouse
    tables: Mapping[str, Table]

    def search(
        self,
        table: str,
        ra: ArrayLike,
        dec: ArrayLike,
        radius_arcsec: float,
        *,
        columns: Sequence[str] | None = None,
        where: Sequence[exp.Expr] = (),
        parameters: Mapping[str, Any] | None = None,
    ) -> pa.Table:
        """Return the rows around each position, nearest first within a position.

        Parameters
        ----------
        table
            Such as ``catalog_Gaia_DR3``.
        ra, dec
            (N,) degrees.
        radius_arcsec
            Of all cones.
        columns
            Which of the table's to return; None for all.
        where, parameters
            Further conditions on the rows, and the values that they name.

        Returns
        -------
        `position` (index of the asker's), `distance_arcsec`, then the columns.

        Raises
        ------
        NotFound
            There is no such table.
        Invalid
            It has no positions or lacks a column, or the positions or the radius are out of range.
        """
        names = self._columns(table, columns)
        statement = cone_statement(
            table,
            ra,
            dec,
            radius_arcsec,
            columns=[of_source(name) for name in names],
            where=where,
            parameters=dict(parameters or {}),
        )
        found = self.warehouse.run(statement)
        return found.sort_by([(POSITION, "ascending"), (DISTANCE, "ascending")])

    def _columns(self, table: str, wanted: Sequence[str] | None) -> list[str]:
        try:
            known = [each.name for each in self.tables[table].columns]
        except KeyError as e:
            raise NotFound(f"no table {table}") from e
        if missing := {"ra", "dec", "healpix"} - set(known):
            raise Invalid(f"table {table} has no {', '.join(sorted(missing))} to search around")
        if unknown := set(wanted or ()) - set(known):
            raise Invalid(f"table {table} has no column {', '.join(sorted(unknown))}")
        return list(wanted) if wanted is not None else known
