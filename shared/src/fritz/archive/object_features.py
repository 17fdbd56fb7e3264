"""Features of objects' light curves: the rows of `object_features`, and whose they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlglot import exp

from fritz.archive.expressions import column, parameter, table
from fritz.ports import Statement

__all__ = ["feature_rows", "objects_of_night"]


def feature_rows(
    *,
    object_id: str,
    survey: str,
    night: int,
    fid: int,
    programids: Sequence[int],
    points: int,
    values: Mapping[str, float],
    source: str,
    at: datetime,
) -> list[dict[str, Any]]:
    """Return the row of a set of features.

    Parameters
    ----------
    programids
        Whose points the features are of.
    values
        Finite numbers by name.
    source
        Package and version.
    """
    return [
        {
            "objectId": object_id,
            "survey": survey,
            "night": night,
            "fid": fid,
            "public": list(programids) == [1],
            "programids": sorted(programids),
            "points": points,
            "features": [{"name": name, "value": value} for name, value in values.items()],
            "source": source,
            "computed_at": at,
        }
    ]


def objects_of_night(night: int, survey: str) -> Statement:
    """Return the statement for the objects of a night and the `jd` of the last alert of each.

    Nobody's rights are asked: what the job writes says of which programs it is.
    """
    last = exp.alias_(exp.Max(this=column("candidate", "jd")), "jd", quoted=True)
    tree = (
        exp.select(column("objectId"), last)
        .from_(table("alerts"))
        .where(
            exp.EQ(this=column("survey"), expression=parameter("survey")),
            exp.EQ(this=column("night"), expression=parameter("night")),
        )
        .group_by(column("objectId"))
    )
    return Statement(tree, {"survey": survey, "night": night})
