"""Files that hold of a segment only what people of one level may see, made when first wanted.

What somebody's SQL runs on then never held anything else: neither an error, nor the order in which
an engine evaluates, nor the bytes that it reads can tell of the rest. And histories are cut once,
not in every query.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
from sqlglot import exp

from fritz.adapters.embedded.durable import make_folder
from fritz.adapters.embedded.segments import Segment, Segments
from fritz.adapters.embedded.sqlite import literal
from fritz.archive.levels import Prepared
from fritz.archive.schema import Table

__all__ = ["PreparedFiles"]

FOLDER = "levels"
Source = Callable[[Table, Sequence[Segment]], str]
"""Makes the query that reads segments whole."""


class PreparedFiles:
    """Prepared files of all views below one folder.

    Parameters
    ----------
    segments : the tables' files
    tables : the tables by name
    views : what is prepared, by the view that reads it
    """

    def __init__(
        self, segments: Segments, tables: Mapping[str, Table], views: Mapping[str, Prepared]
    ) -> None:
        self._segments = segments
        self._tables = tables
        self.views = views

    def files(
        self,
        view: str,
        wanted: Iterable[Segment],
        source: Source,
        session: Callable[[], duckdb.DuckDBPyConnection],
    ) -> list[Path]:
        """Return the prepared files of segments; those that lack are made."""
        prepared = self.views[view]
        table = self._tables[prepared.table]
        made = []
        for segment in wanted:
            path = self._folder(view) / segment.path
            if not path.exists():
                with session() as engine:
                    self._make(engine, prepared, source(table, [segment]), path)
            made.append(path)
        return made

    def empty(self, view: str) -> Path:
        """Return a file without rows, of the table's schema."""
        return self._segments.vacant(self._tables[self.views[view].table])

    def sweep(self, table: str) -> None:
        """Delete prepared files of segments that are gone, or of views that were defined anew."""
        for view, prepared in self.views.items():
            if prepared.table != table:
                continue
            current = self._folder(view)
            for path in current.parent.glob("*/*/*/*.parquet"):
                origin = self._segments.folder / Path(*path.parts[-3:])
                if not origin.exists() or not path.is_relative_to(current):
                    path.unlink(missing_ok=True)

    def _folder(self, view: str) -> Path:
        prepared = self.views[view]
        schema = self._tables[prepared.table].fingerprint
        said = f"{prepared.rows.sql('duckdb')} {schema}"
        digest = hashlib.sha256(said.encode()).hexdigest()[:12]
        return self._segments.folder / FOLDER / view / digest

    def _make(
        self, engine: duckdb.DuckDBPyConnection, prepared: Prepared, source: str, path: Path
    ) -> None:
        make_folder(path.parent)
        temporary = path.with_name(f"{uuid.uuid4().hex}.part")
        name = exp.to_identifier(prepared.table, quoted=True).sql("duckdb")
        engine.execute(f"CREATE TEMP VIEW {name} AS {source}")
        rows = prepared.rows.sql("duckdb")
        engine.execute(
            f"COPY ({rows}) TO {literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
        )
        temporary.rename(path)
