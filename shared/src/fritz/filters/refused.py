"""What a deployment refuses on purpose, and why: the one list.

A filter sees one alert at a time and must give the same answer each time, on the stream and years
later on the archive. Whatever reads elsewhere, runs foreign code, or rolls dice cannot.
"""

from __future__ import annotations

from typing import Final

__all__ = ["REFUSED_EXPRESSIONS", "REFUSED_QUERIES", "REFUSED_STAGES"]

_SCRIPT: Final = "runs server-side JavaScript"
_DICE: Final = "is not reproducible"
_ELSEWHERE: Final = "reads another collection, outside the permission gate"
_WRITES: Final = "writes to a collection"
_ADMIN: Final = "is an administrator's stage"
_ONE: Final = "always yields a document, so every alert would pass"
_DATES: Final = "computes with dates or decimals; alerts carry julian dates and doubles"
_INDEX: Final = "needs an index of a stored collection"

REFUSED_STAGES: Final[dict[str, str]] = {
    "$lookup": _ELSEWHERE,
    "$graphLookup": _ELSEWHERE,
    "$unionWith": _ELSEWHERE,
    "$out": _WRITES,
    "$merge": _WRITES,
    "$facet": _ONE,
    "$bucket": "groups over many alerts; a filter sees one",
    "$bucketAuto": "groups over many alerts; a filter sees one",
    "$sortByCount": "groups over many alerts; a filter sees one",
    "$sample": _DICE,
    "$documents": _ELSEWHERE,
    "$geoNear": _INDEX,
    "$search": _INDEX,
    "$searchMeta": _INDEX,
    "$vectorSearch": _INDEX,
    "$redact": "is not on the list of stages that filters may use",
    "$fill": "works over many alerts; a filter sees one",
    "$densify": "works over many alerts; a filter sees one",
    "$setWindowFields": "works over many alerts; a filter sees one",
    "$changeStream": _ADMIN,
    "$changeStreamSplitLargeEvent": _ADMIN,
    "$collStats": _ADMIN,
    "$currentOp": _ADMIN,
    "$indexStats": _ADMIN,
    "$listLocalSessions": _ADMIN,
    "$listSampledQueries": _ADMIN,
    "$listSearchIndexes": _ADMIN,
    "$listSessions": _ADMIN,
    "$planCacheStats": _ADMIN,
    "$querySettings": _ADMIN,
    "$queryStats": _ADMIN,
    "$shardedDataDistribution": _ADMIN,
}

REFUSED_EXPRESSIONS: Final[dict[str, str]] = {
    "$function": _SCRIPT,
    "$accumulator": _SCRIPT,
    "$rand": _DICE,
    "$sampleRate": _DICE,
    "$meta": _INDEX,
    "$encStrContains": _INDEX,
    "$binarySize": "alerts carry no binary data here",
    "$bsonSize": "depends on the storage format",
    "$toHashedIndexKey": _INDEX,
    "$toObjectId": "alerts carry no object ids",
    **dict.fromkeys(
        (
            "$toDate",
            "$toDecimal",
            "$tsIncrement",
            "$tsSecond",
            "$year",
            "$month",
            "$week",
            "$dayOfMonth",
            "$dayOfWeek",
            "$dayOfYear",
            "$hour",
            "$minute",
            "$second",
            "$millisecond",
            "$isoDayOfWeek",
            "$isoWeek",
            "$isoWeekYear",
            "$dateAdd",
            "$dateDiff",
            "$dateFromParts",
            "$dateFromString",
            "$dateSubtract",
            "$dateToParts",
            "$dateToString",
            "$dateTrunc",
        ),
        _DATES,
    ),
}

REFUSED_QUERIES: Final[dict[str, str]] = {
    "$where": _SCRIPT,
    "$function": _SCRIPT,
    "$rand": _DICE,
    "$sampleRate": _DICE,
    "$text": _INDEX,
    "$jsonSchema": "is not on the list of query operators that filters may use",
    "$near": _INDEX,
    "$nearSphere": _INDEX,
    "$geoWithin": "is not on the list; use the coordinates in an $expr",
    "$geoIntersects": "is not on the list; use the coordinates in an $expr",
    "$bitsAllClear": "is not on the list; use $bitAnd in an $expr",
    "$bitsAllSet": "is not on the list; use $bitAnd in an $expr",
    "$bitsAnyClear": "is not on the list; use $bitAnd in an $expr",
    "$bitsAnySet": "is not on the list; use $bitAnd in an $expr",
}
