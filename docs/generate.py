"""Write the generated pages of docs/, and Terraform's tables: ``python -m docs.generate``.

`PAGES` maps each page to what it should say; a test compares that with the files.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fritz.archive.schema import NIGHTS, Column, Table
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.catalogs.definition import MatchRule
from fritz.catalogs.library import catalogs
from fritz.settings import Settings

__all__ = ["PAGES", "catalogs_page", "settings_page", "tables_page", "write_pages"]

DOCS = Path(__file__).parent
_NOTICE = "<!-- Written by `python -m docs.generate`; edit the code, not this page. -->"

_ABOUT_TABLES = (
    "The same definition (`fritz.archive.tables`) makes the tables of BigQuery and those of the "
    "embedded warehouse. ZTF's own field names are kept."
)
_ABOUT_CATALOGS = (
    "Definitions stand in `shared/src/fritz/catalogs/definitions/`, one file each. Bring one in "
    "with `fritz catalogs load NAME FILE…`; alerts are matched with those that are loaded and have "
    "a rule."
)
_ABOUT_SETTINGS = (
    "Every deployable reads these from its environment (`fritz.settings`). The clients of the "
    "cloud backend also heed Google's own `*_EMULATOR_HOST` variables."
)


def tables_page() -> str:
    """Return the page of the warehouse's tables and views, in Markdown."""
    lines = ["# Tables of the warehouse", "", _NOTICE, ""]
    lines += [_ABOUT_TABLES, ""]
    for name, table in TABLES.items():
        lines += [] if name.startswith("catalog_") else _table(table)
    lines += ["## Views", ""]
    for name, tree in VIEWS.items():
        lines += [f"### {name}", "", "```sql", tree.sql("bigquery", pretty=True), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def catalogs_page() -> str:
    """Return the page of the external catalogs, in Markdown."""
    lines = ["# External catalogs", "", _NOTICE, "", _ABOUT_CATALOGS, ""]
    lines += ["| catalog | what | rows | matched within | licence |", "|---|---|---|---|---|"]
    lines += [
        f"| [{each.name}](#{each.table.lower()}) | {each.title} | {each.rows:,} "
        f"| {_rule(each.match)} | {each.licence} |"
        for each in catalogs().values()
    ]
    for each in catalogs().values():
        lines += ["", f"## {each.table}", "", f"{each.title}: <{each.source}>. {each.citation}."]
        lines += ["", "| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [_row(column.name, column) for column in TABLES[each.table].columns]
    return "\n".join(lines) + "\n"


def _rule(rule: MatchRule | None) -> str:
    if rule is None:
        return "not matched as alerts come"
    if rule.distance is None:
        return f"{rule.radius_arcsec:g}″"
    return (
        f"{rule.reach_kpc:g} kpc by {rule.distance_column}, {rule.near_arcsec:g}″ if near, "
        f"at most {rule.radius_arcsec:g}″"
    )


def settings_page() -> str:
    """Return the page of the settings, in Markdown."""
    lines = ["# Settings", "", _NOTICE, ""]
    lines += [_ABOUT_SETTINGS, "", "| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = f"FRITZ_{name.upper()}"
        lines.append(f"| `{variable}` | {_default(field.default)} | {field.description} |")
    return "\n".join(lines) + "\n"


def tables_json() -> str:
    """Return what Terraform makes BigQuery's tables and views of, as JSON."""
    found = {
        "tables": {table.name: _terraform(table) for table in TABLES.values()},
        "views": {name: tree.sql("bigquery", pretty=True) for name, tree in VIEWS.items()},
    }
    return json.dumps(found, indent=1) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/catalogs.md": catalogs_page,
    "reference/tables.md": tables_page,
    "settings.md": settings_page,
    "../infra/terraform/tables.json": tables_json,
}
"""What each generated page should say, by its path below docs/."""


def write_pages(folder: Path = DOCS) -> None:
    """Write every generated page below `folder`."""
    for name, page in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")


def _default(value: Any) -> str:
    return "unset" if value is None else f"`{value}`"


def _table(table: Table) -> list[str]:
    lines = [f"## {table.name}", "", table.description, ""]
    if table.partition:
        lines.append(_partition(table))
    if table.cluster:
        names = ", ".join(f"`{name}`" for name in table.cluster)
        lines.append(f"Clustered by {names}.")
    lines += ["", "| column | type | unit | meaning |", "|---|---|---|---|"]
    lines += [_row(column.name, column) for column in table.columns]
    lines.append("")
    for column in table.columns:
        if column.fields:
            lines += [f"### {table.name}.{column.name}", ""]
            lines += ["| field | type | unit | meaning |", "|---|---|---|---|"]
            lines += [_row(path, part) for path, part in _fields(column)]
            lines.append("")
    return lines


def _terraform(table: Table) -> dict[str, Any]:
    """Return the arguments of ``google_bigquery_table`` that describe a table."""
    parts = table.bigquery_partitioning()
    numbers = {name: int(value) for name, value in parts["range"].items()} if parts else {}
    return {
        "description": table.description,
        "schema": table.bigquery_schema(),
        "range_partitioning": {"field": parts["field"], "range": numbers} if parts else None,
        "clustering": list(table.cluster),
        "require_partition_filter": table.needs_partition,
    }


def _partition(table: Table) -> str:
    parts = "by month; embedded: by night" if table.partition_range == NIGHTS else "by each value"
    needed = " Statements must name a range of it." if table.needs_partition else ""
    return f"Partitioned by `{table.partition}` (BigQuery: {parts}).{needed}"


def _fields(column: Column, above: str = "") -> Iterator[tuple[str, Column]]:
    for part in column.fields:
        yield f"{above}{part.name}", part
        yield from _fields(part, f"{above}{part.name}.")


def _row(path: str, column: Column) -> str:
    kind = f"ARRAY<{column.type}>" if column.mode == "REPEATED" else column.type
    required = ", required" if column.mode == "REQUIRED" else ""
    meaning = column.description.replace("|", "\\|")
    return f"| `{path}` | {kind}{required} | {column.unit} | {meaning} |"


if __name__ == "__main__":
    write_pages()
