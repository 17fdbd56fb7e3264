"""SQL of people on the archive: looked at, priced, paid from a quota, and only then run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from fritz.archive.levels import Level, level_of, readable
from fritz.archive.user_sql import read_sql
from fritz.errors import Invalid, TooMany
from fritz.ports import DocumentStore, Increment, Merge, Statement, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Price", "SqlQueries"]

COLLECTION: Final = "sql_usage"
LEAST_BYTES: Final = 10 * 2**20
"""What the smallest query counts for, as BigQuery bills; others count in whole steps of it."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a query would read, and what its asker has left today."""

    tables: tuple[str, ...]
    """Tables that it names, as its asker calls them."""
    level: Level
    bytes: int
    """Rounded up to steps of 10 MiB."""
    used_today: int
    per_day: int

    @property
    def left(self) -> int:
        """Bytes that the asker may still read today."""
        return max(self.per_day - self.used_today, 0)


@dataclass(frozen=True, slots=True)
class SqlQueries:
    """Prices and runs statements; every method wants the asker and their programids."""

    warehouse: Warehouse
    documents: DocumentStore
    now: Callable[[], datetime]
    bytes_per_day: int
    timeout_s: float = 60.0
    of_level: Callable[[Level], Warehouse] | None = None
    """Where the views of each level stand, if not in the warehouse itself."""

    def price(
        self,
        text: str,
        user_id: int,
        programids: Collection[int],
        parameters: Mapping[str, Any] | None = None,
    ) -> Price:
        """Return what a statement would read, without reading it.

        Raises
        ------
        Invalid
            It is no query that may be run.
        """
        return self._priced(*self._read(text, programids, parameters), user_id)

    def _where(self, level: Level) -> Warehouse:
        return self.warehouse if self.of_level is None else self.of_level(level)

    def run(
        self,
        text: str,
        user_id: int,
        programids: Collection[int],
        parameters: Mapping[str, Any] | None = None,
        most_rows: int | None = None,
    ) -> tuple[pa.Table, Price]:
        """Return a statement's result and its price, which is taken from the quota.

        Parameters
        ----------
        most_rows
            Rows to return at most; None for all.

        Raises
        ------
        Invalid
            It is no query that may be run, or it failed.
        TooMany
            It would read more than is left of the quota.
        """
        statement, level = self._read(text, programids, parameters)
        price = self._priced(statement, level, user_id)
        if price.bytes > price.left:
            raise TooMany(
                f"the query would read {price.bytes:,} bytes; {price.left:,} are left of today's "
                f"{price.per_day:,}",
                self._until_midnight(),
            )
        self._take(user_id, price.bytes)
        if most_rows is not None:
            statement = _cut(statement, most_rows)
        return self._where(level).run(statement), price

    def _read(
        self, text: str, programids: Collection[int], parameters: Mapping[str, Any] | None
    ) -> tuple[Statement, Level]:
        level, values = level_of(programids), _checked(parameters or {})
        tree = read_sql(text, readable(level), values)
        return Statement(tree, values, timeout_s=self.timeout_s), level

    def _priced(self, statement: Statement, level: Level, user_id: int) -> Price:
        size = self._where(level).dry_run(statement)
        steps = max(-(-size // LEAST_BYTES), 1)
        views = {view: name for name, view in readable(level).items()}
        named = {node.name for node in statement.tree.find_all(exp.Table)}
        tables = tuple(sorted(views[name] for name in named & views.keys()))
        return Price(tables, level, steps * LEAST_BYTES, self._used(user_id), self.bytes_per_day)

    def _used(self, user_id: int) -> int:
        found = self.documents.get(COLLECTION, self._day(user_id))
        return int(found.data["bytes"]) if found else 0

    def _take(self, user_id: int, size: int) -> None:
        """Count bytes before they are read: a query that fails has cost them, too."""
        taken = {"user_id": user_id, "bytes": Increment(size), "queries": Increment(1)}
        self.documents.commit([Merge(COLLECTION, self._day(user_id), taken)])

    def _day(self, user_id: int) -> str:
        return f"{user_id}-{self.now().astimezone(UTC):%Y%m%d}"

    def _until_midnight(self) -> int:
        now = self.now().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return int((midnight - now).total_seconds()) + 1


def _cut(statement: Statement, most: int) -> Statement:
    inner = statement.tree.copy()
    name = exp.to_identifier("result", quoted=True)
    tree = exp.select(exp.Star()).from_(inner.subquery(name, copy=False)).limit(most)
    return Statement(tree, statement.parameters, timeout_s=statement.timeout_s)


def _checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that a statement may bind: numbers, text, truth, and lists of one of these."""
    for name, value in parameters.items():
        if not name.isidentifier() or not name.isascii():
            raise Invalid(f"{name!r} is no name of a parameter")
        parts = value if isinstance(value, list) else [value]
        kinds = {type(part) for part in parts}
        if not parts or not kinds <= {bool, int, float, str} or len(kinds) > 1:
            raise Invalid(f"@{name}: a number, text, true or false, or a list of like values")
    return dict(parameters)
