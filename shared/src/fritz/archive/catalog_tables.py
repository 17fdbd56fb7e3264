"""Tables of external catalogs, of the sky that alerts are matched with, and of the matches."""

from __future__ import annotations

from collections.abc import Mapping

from fritz.archive.schema import Column, Table
from fritz.catalogs.definition import Catalog
from fritz.catalogs.library import catalogs

__all__ = ["CATALOG_TABLES", "CROSS_MATCHES", "SKY", "catalog_table"]


def catalog_table(catalog: Catalog) -> Table:
    """Return the table that holds a catalog."""
    epoch = f" at {catalog.epoch}" if catalog.epoch else ""
    return Table(
        catalog.table,
        (
            Column("_id", "STRING", "Name or number in the catalog", mode="REQUIRED"),
            Column("ra", "FLOAT64", f"Right ascension{epoch}", "deg", mode="REQUIRED"),
            Column("dec", "FLOAT64", f"Declination{epoch}", "deg", mode="REQUIRED"),
            Column("healpix", "INT64", "Nested HEALPix cell of order 29", mode="REQUIRED"),
            *(
                Column(each.name, each.kind, each.description, each.unit)
                for each in catalog.columns
            ),
        ),
        f"{catalog.title} ({catalog.citation}).",
        cluster=("healpix",),
    )


SKY = Table(
    "sky",
    (
        Column("cell", "INT64", "HEALPix cell and its order as one number", mode="REQUIRED"),
        Column("catalog", "STRING", "Which catalog", mode="REQUIRED"),
        Column("id", "STRING", "Name or number in the catalog", mode="REQUIRED"),
        Column("ra", "FLOAT64", "Right ascension at 2024.0", "deg", mode="REQUIRED"),
        Column("dec", "FLOAT64", "Declination at 2024.0", "deg", mode="REQUIRED"),
        Column(
            "reach_arcsec",
            "FLOAT64",
            "How far from its place the row may match",
            "arcsec",
            mode="REQUIRED",
        ),
        Column("pmra", "FLOAT64", "Proper motion in right ascension, times cos(dec)", "mas/yr"),
        Column("pmdec", "FLOAT64", "Proper motion in declination", "mas/yr"),
        Column("values", "STRING", "What a match shows, as a JSON array", mode="REQUIRED"),
    ),
    "What alerts are matched with as they come, of all catalogs together: BigQuery bills at least "
    "10 MB for each table that a query reads. Cells are of an order that suits the row's reach.",
    cluster=("cell", "catalog"),
)

CROSS_MATCHES = Table(
    "cross_matches",
    (
        Column("objectId", "STRING", "The object", mode="REQUIRED"),
        Column("survey", "STRING", "Which survey, in lower case", mode="REQUIRED"),
        Column("night", "INT64", "UTC date of the match as YYYYMMDD", mode="REQUIRED"),
        Column("programid", "INT64", "Data rights, those of the alert matched", mode="REQUIRED"),
        Column("healpix", "INT64", "Nested cell of order 29 of the position", mode="REQUIRED"),
        Column("ra", "FLOAT64", "Right ascension that was matched", "deg", mode="REQUIRED"),
        Column("dec", "FLOAT64", "Declination that was matched", "deg", mode="REQUIRED"),
        Column("catalogs", "STRING", "Catalogs that were searched", mode="REPEATED"),
        Column(
            "matches",
            "STRUCT",
            "Rows that match, nearest first within a catalog",
            mode="REPEATED",
            fields=(
                Column("catalog", "STRING", "Which catalog", mode="REQUIRED"),
                Column("id", "STRING", "Name or number in the catalog"),
                Column("distance_arcsec", "FLOAT64", "Distance from the position", "arcsec"),
                Column("distance_kpc", "FLOAT64", "The same at the row's distance", "kpc"),
                Column("row", "STRING", "The match as filters see it, JSON", mode="REQUIRED"),
            ),
        ),
        Column("matched_at", "TIMESTAMP", "When it was matched", mode="REQUIRED"),
    ),
    "One row each time an object was matched: as it was first seen, and again by night. An alert "
    "carries the latest that was made before it came.",
    partition="night",
    cluster=("night", "objectId"),
)

CATALOG_TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (SKY, CROSS_MATCHES, *(catalog_table(each) for each in catalogs().values()))
}
"""By name."""
