"""The demo groups' filters: small pipelines in the language that people write."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["BRIGHT_TRANSIENTS", "FAST_RISERS", "MOVING_OBJECTS", "NUCLEAR", "VARIABLE_STARS"]

Pipeline = tuple[dict[str, Any], ...]

_POSITIVE: Final = {"candidate.isdiffpos": {"$in": ["t", "1", 1, True]}}
"""The object is brighter than in the reference image; spelled differently over the years."""

_NOT_A_STAR: Final = {
    "$or": [
        {"candidate.sgscore1": {"$lt": 0.76}},
        {"candidate.distpsnr1": {"$gt": 2.0}},
        {"candidate.distpsnr1": {"$lt": 0.0}},
        {"candidate.distpsnr1": None},
    ]
}
"""The nearest PS1 source is not star-like or not near (Tachibana & Miller 2018)."""

_NOT_MOVING: Final = {
    "$or": [
        {"candidate.ssdistnr": None},
        {"candidate.ssdistnr": {"$lt": 0.0}},
        {"candidate.ssdistnr": {"$gt": 12.0}},
    ]
}
"""No known Solar-system object stands near, in arcsec."""

_REAL: Final = {
    "$or": [
        {"candidate.drb": {"$gt": 0.8}},
        {"candidate.drb": None, "candidate.rb": {"$gt": 0.65}},
    ]
}
"""The deep real-bogus score says real; before it existed, the random forest's."""

BRIGHT_TRANSIENTS: Final[Pipeline] = (
    {
        "$match": {
            "$and": [
                _POSITIVE,
                _NOT_A_STAR,
                _NOT_MOVING,
                _REAL,
                {
                    "candidate.magpsf": {"$lt": 19.0},
                    "candidate.ndethist": {"$gte": 2, "$lte": 100},
                },
            ]
        }
    },
    {
        "$project": {
            "annotations": {
                "drb": {"$round": ["$candidate.drb", 3]},
                "mag": {"$round": ["$candidate.magpsf", 2]},
                "detections": "$candidate.ndethist",
                "nearest_ps1_arcsec": {"$round": ["$candidate.distpsnr1", 2]},
                "age_days": {
                    "$round": [{"$subtract": ["$candidate.jd", "$candidate.jdstarthist"]}, 2]
                },
            }
        }
    },
)

NUCLEAR: Final[Pipeline] = (
    {
        "$match": {
            "$and": [
                _NOT_MOVING,
                _REAL,
                {
                    "candidate.sgscore1": {"$gte": 0.0, "$lt": 0.5},
                    "candidate.distpsnr1": {"$gte": 0.0, "$lt": 0.8},
                    "candidate.ndethist": {"$gte": 5},
                },
            ]
        }
    },
    {
        "$project": {
            "annotations": {
                "nuclear_offset_arcsec": {"$round": ["$candidate.distpsnr1", 2]},
                "star_score": {"$round": ["$candidate.sgscore1", 2]},
                "detections": "$candidate.ndethist",
                "brighter": {"$in": ["$candidate.isdiffpos", ["t", "1", 1, True]]},
            }
        }
    },
)

FAST_RISERS: Final[Pipeline] = (
    {
        "$match": {
            "$and": [
                _POSITIVE,
                _NOT_A_STAR,
                _NOT_MOVING,
                _REAL,
                {"candidate.ndethist": {"$gte": 2, "$lte": 20}},
            ]
        }
    },
    {
        "$project": {
            "magpsf": "$candidate.magpsf",
            "drb": "$candidate.drb",
            "age": {"$subtract": ["$candidate.jd", "$candidate.jdstarthist"]},
        }
    },
    {"$match": {"age": {"$gt": 0.01, "$lt": 10.0}}},
    {
        "$project": {
            "annotations": {
                "age_days": {"$round": ["$age", 2]},
                "mag": {"$round": ["$magpsf", 2]},
                "drb": {"$round": ["$drb", 3]},
            }
        }
    },
)

MOVING_OBJECTS: Final[Pipeline] = (
    {
        "$match": {
            "$and": [
                _REAL,
                {
                    "candidate.ssdistnr": {"$gte": 0.0, "$lt": 2.0},
                    "candidate.ssmagnr": {"$gt": 0.0},
                    "candidate.magpsf": {"$lt": 19.0},
                },
            ]
        }
    },
    {
        "$project": {
            "annotations": {
                "name": "$candidate.ssnamenr",
                "distance_arcsec": {"$round": ["$candidate.ssdistnr", 2]},
                "predicted_mag": {"$round": ["$candidate.ssmagnr", 2]},
                "brighter_by_mag": {
                    "$round": [{"$subtract": ["$candidate.ssmagnr", "$candidate.magpsf"]}, 2]
                },
            }
        }
    },
)

VARIABLE_STARS: Final[Pipeline] = (
    {
        "$match": {
            "$and": [
                _REAL,
                {
                    "candidate.sgscore1": {"$gt": 0.9},
                    "candidate.distpsnr1": {"$gte": 0.0, "$lt": 1.0},
                    "candidate.ndethist": {"$gte": 20},
                    "candidate.magpsf": {"$lt": 16.8},
                },
            ]
        }
    },
    {
        "$project": {
            "annotations": {
                "detections": "$candidate.ndethist",
                "difference_mag": {"$round": ["$candidate.magpsf", 2]},
                "reference_mag": {"$round": ["$candidate.magnr", 2]},
                "brighter": {"$in": ["$candidate.isdiffpos", ["t", "1", 1, True]]},
            }
        }
    },
)
