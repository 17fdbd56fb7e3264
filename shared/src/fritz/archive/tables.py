"""Every table of the warehouse: alerts, what became of packets, how filters fared, scores.

Those of objects, of ZTF's light curves and of external catalogs stand in `object_tables`,
`source_tables` and `catalog_tables`.
"""

from collections.abc import Mapping

from fritz.archive.catalog_tables import CATALOG_TABLES
from fritz.archive.feature_tables import OBJECT_FEATURES
from fritz.archive.object_tables import DETECTIONS, FORCED_PHOTOMETRY, OBJECTS
from fritz.archive.schema import Column, Table
from fritz.archive.source_tables import (
    ZTF_SOURCE_CLASSIFICATIONS,
    ZTF_SOURCE_FEATURES,
    ZTF_SOURCES,
)
from fritz.archive.ztf_columns import CANDIDATE, FP_HIST, PRV_CANDIDATE

__all__ = ["ALERTS", "FILTER_RUNS", "LEDGER", "SCORES", "TABLES", "Column", "Table"]

_NIGHT = Column(
    "night", "INT64", "UTC date of the observation as YYYYMMDD, ZTF's naming", mode="REQUIRED"
)

ALERTS = Table(
    "alerts",
    (
        Column("candid", "INT64", "Id of the detection, unique in its survey", mode="REQUIRED"),
        Column("objectId", "STRING", "The object that the detection belongs to", mode="REQUIRED"),
        Column("survey", "STRING", "Which survey, in lower case: ztf", mode="REQUIRED"),
        _NIGHT,
        Column("healpix", "INT64", "Nested HEALPix cell of order 29", mode="REQUIRED"),
        Column("programid", "INT64", "Data rights, as candidate.programid", mode="REQUIRED"),
        Column("schemavsn", "STRING", "Version of the alert schema"),
        Column("publisher", "STRING", "Who published the packet"),
        Column("candidate", "STRUCT", "The detection that raised the alert", fields=CANDIDATE),
        Column(
            "prv_candidates",
            "STRUCT",
            "Earlier detections and limits, each with its own programid",
            mode="REPEATED",
            fields=PRV_CANDIDATE,
        ),
        Column(
            "fp_hists",
            "STRUCT",
            "Forced photometry, each epoch with its own programid",
            mode="REPEATED",
            fields=FP_HIST,
        ),
        Column(
            "classifications",
            "STRUCT",
            "Scores of our models",
            mode="REPEATED",
            fields=(
                Column("name", "STRING", "The model, as braai", mode="REQUIRED"),
                Column("version", "STRING", "The model's version"),
                Column("score", "FLOAT64", "The score; mostly 0 to 1"),
            ),
        ),
        Column(
            "coordinates",
            "STRUCT",
            "Positions derived from the detection's",
            fields=(
                Column("l", "FLOAT64", "Galactic longitude", "deg"),
                Column("b", "FLOAT64", "Galactic latitude", "deg"),
            ),
        ),
        Column(
            "packet",
            "STRUCT",
            "Where the packet stands as it was published, stamps included",
            fields=(
                Column("pack", "STRING", "Key in the object store"),
                Column("offset", "INT64", "First byte of the packet", "byte"),
                Column("length", "INT64", "Length of the packet", "byte"),
            ),
        ),
        Column("ingested_at", "TIMESTAMP", "When the row was written", mode="REQUIRED"),
    ),
    "One row per alert; a crash may repeat rows, so read through the view `alerts_once`.",
    partition="night",
    cluster=("night", "healpix", "objectId"),
    needs_partition=True,
)

LEDGER = Table(
    "ledger",
    (
        Column("packet_id", "STRING", "The publisher's id of the packet", mode="REQUIRED"),
        Column("record", "INT64", "Which record of the packet, from 0", mode="REQUIRED"),
        Column("survey", "STRING", "Which survey, in lower case", mode="REQUIRED"),
        Column(
            "night",
            "INT64",
            "Night of the observation as YYYYMMDD; of arrival where that is unreadable",
            mode="REQUIRED",
        ),
        Column("candid", "INT64", "Id of the detection; null where it is unreadable"),
        Column("outcome", "STRING", "accepted, quarantined or dead_lettered", mode="REQUIRED"),
        Column("reason", "STRING", "Short constant: why the record was not accepted"),
        Column("detail", "STRING", "What exactly was wrong"),
        Column("object_key", "STRING", "Where a packet that was not accepted is kept"),
        Column("at", "TIMESTAMP", "When the outcome was settled", mode="REQUIRED"),
    ),
    "One row per record of a packet; redelivery may repeat rows. What became of a packet follows "
    "from all of its rows: see `fritz.archive.ledger`.",
    partition="night",
    cluster=("night", "packet_id"),
)

FILTER_RUNS = Table(
    "filter_runs",
    (
        Column("filter_id", "INT64", "The filter", mode="REQUIRED"),
        Column("fid", "STRING", "The version of it that ran", mode="REQUIRED"),
        Column("survey", "STRING", "Which survey, in lower case", mode="REQUIRED"),
        _NIGHT,
        Column("seen", "INT64", "Alerts that the filter's stream grants", mode="REQUIRED"),
        Column("passed", "INT64", "Those that became candidates", mode="REQUIRED"),
        Column("errors", "INT64", "Those on which an operator failed", mode="REQUIRED"),
        Column("budget_exceeded", "INT64", "Those that took too much work", mode="REQUIRED"),
        Column("saved", "INT64", "Sources that were saved by themselves", mode="REQUIRED"),
        Column(
            "times",
            "STRUCT",
            "How long the evaluations took, as a histogram",
            mode="REPEATED",
            fields=(
                Column("us", "INT64", "At most this long", "us"),
                Column("alerts", "INT64", "Evaluations"),
            ),
        ),
        Column("at", "TIMESTAMP", "When the batch was done", mode="REQUIRED"),
    ),
    "One row per filter, night and batch of alerts; redelivered alerts count again.",
    partition="night",
    cluster=("night", "filter_id"),
)

SCORES = Table(
    "scores",
    (
        Column("candid", "INT64", "Id of the detection, unique in its survey", mode="REQUIRED"),
        Column("survey", "STRING", "Which survey, in lower case", mode="REQUIRED"),
        _NIGHT,
        Column("programid", "INT64", "Data rights, those of the alert", mode="REQUIRED"),
        Column("name", "STRING", "The score, as in classifications: braai", mode="REQUIRED"),
        Column("version", "STRING", "The version of its model", mode="REQUIRED"),
        Column("score", "FLOAT64", "The score; mostly 0 to 1", mode="REQUIRED"),
        Column(
            "state",
            "STRING",
            "The model's when it scored: shadow, active, retired",
            mode="REQUIRED",
        ),
        Column("scored_at", "TIMESTAMP", "When the model scored", mode="REQUIRED"),
    ),
    "Scores that are not part of the alert: of models in shadow, and of archives scored anew. An "
    "interrupted job may repeat rows, so read through the view `scores_latest`.",
    partition="night",
    cluster=("night", "name", "version"),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        ALERTS,
        OBJECTS,
        DETECTIONS,
        FORCED_PHOTOMETRY,
        LEDGER,
        FILTER_RUNS,
        SCORES,
        OBJECT_FEATURES,
        ZTF_SOURCES,
        ZTF_SOURCE_FEATURES,
        ZTF_SOURCE_CLASSIFICATIONS,
        *CATALOG_TABLES.values(),
    )
}
"""Every table by name."""
