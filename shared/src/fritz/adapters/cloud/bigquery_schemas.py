"""BigQuery's tables as they stand, and how they get new columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from google.api_core import exceptions as google
from google.cloud import bigquery
from typing_extensions import override

from fritz.adapters.cloud.vendor_errors import vendor_errors
from fritz.archive.evolution import TableSchemas
from fritz.archive.schema import Column, ColumnType, Table

__all__ = ["BigQuerySchemas"]

converting = vendor_errors("BigQuery")

_TYPES: Final[dict[str, ColumnType]] = {
    "INTEGER": "INT64",
    "FLOAT": "FLOAT64",
    "BOOLEAN": "BOOL",
    "RECORD": "STRUCT",
}


class BigQuerySchemas(TableSchemas):
    """Reads and extends the schemas of one dataset's tables. Terraform makes tables, not we."""

    def __init__(
        self, project: str, dataset: str, *, client: bigquery.Client | None = None
    ) -> None:
        self._dataset = bigquery.DatasetReference(project, dataset)
        self._client = client or bigquery.Client(project=project)

    @override
    @converting
    def found(self, table: Table) -> Sequence[Column] | None:
        try:
            standing = self._client.get_table(self._dataset.table(table.name))
        except google.NotFound:
            return None
        return [_column(each.to_api_repr()) for each in standing.schema]

    @override
    def extend(self, table: Table) -> Iterator[str]:
        yield self._extended(table)

    @converting
    def _extended(self, table: Table) -> str:
        """Give the table the columns that it lacks; those that it has beyond stay as they are."""
        standing = self._client.get_table(self._dataset.table(table.name))
        fields = [each.to_api_repr() for each in standing.schema]
        merged = _merged(table.bigquery_schema(), fields)
        standing.schema = [bigquery.SchemaField.from_api_repr(each) for each in merged]
        self._client.update_table(standing, ["schema"])  # its ETag makes it fail if others did
        return f"{len(merged)} columns, {len(fields)} before"

    def close(self) -> None:
        """Release connections."""
        self._client.close()


def _merged(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns in the order in which they stand, new ones behind."""
    by_name = {each["name"]: each for each in wanted}
    merged = []
    for old in found:
        new = by_name.pop(old["name"], old)
        if "fields" in old and "fields" in new:
            new = {**new, "fields": _merged(new["fields"], old["fields"])}
        merged.append(new)
    return [*merged, *by_name.values()]


def _column(field: dict[str, Any]) -> Column:
    return Column(
        field["name"],
        _TYPES.get(field["type"], field["type"]),
        field.get("description", ""),
        mode=field.get("mode", "NULLABLE"),
        fields=tuple(_column(each) for each in field.get("fields", ())),
    )
