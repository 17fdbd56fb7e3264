"""The table of features of objects' light curves."""

from typing import Final

from fritz.archive.schema import Column, Table

__all__ = ["OBJECT_FEATURES"]

OBJECT_FEATURES: Final = Table(
    "object_features",
    (
        Column("objectId", "STRING", "The object", mode="REQUIRED"),
        Column("survey", "STRING", "Which survey, in lower case", mode="REQUIRED"),
        Column(
            "night", "INT64", "The night after which it was computed, YYYYMMDD", mode="REQUIRED"
        ),
        Column("fid", "INT64", "The band of the light curve", mode="REQUIRED"),
        Column(
            "public", "BOOL", "Whether it is of public points alone, for everybody", mode="REQUIRED"
        ),
        Column(
            "programids",
            "INT64",
            "Data rights: programs of the points; who lacks one of these may not see the row",
            mode="REPEATED",
        ),
        Column("points", "INT64", "Detections in the light curve", mode="REQUIRED"),
        Column(
            "features",
            "STRUCT",
            "Statistics of the signed difference flux in microjansky",
            mode="REPEATED",
            fields=(
                Column("name", "STRING", "As the package names it: amplitude", mode="REQUIRED"),
                Column("value", "FLOAT64", "A finite number", mode="REQUIRED"),
            ),
        ),
        Column("source", "STRING", "Package and version that computed it", mode="REQUIRED"),
        Column("computed_at", "TIMESTAMP", "When the row was computed", mode="REQUIRED"),
    ),
    "One row per object, band and set of points, after each night in which the object was seen; a "
    "job that is run again repeats rows, of which the last computed counts.",
    partition="night",
    cluster=("night", "objectId"),
)
