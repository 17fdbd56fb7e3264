"""Alerts as rows of the archive, and pipelines over them by every way there is."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlglot import exp

from fritz.alerts.document import coordinates
from fritz.alerts.night import night_of
from fritz.alerts.rights import grant
from fritz.archive.documents import document_from_row
from fritz.archive.expressions import column
from fritz.archive.rows import alert_row
from fritz.archive.tables import ALERTS
from fritz.filters import CompiledFilter, FilterError
from fritz.filters.sql import Scope, SqlPrefix, rows_statement
from fritz.ports import Message, Statement
from fritz.services.envelopes import Envelope
from fritz.wiring import Platform, ingest_service

__all__ = [
    "NIGHTS",
    "NOW",
    "SCOPE",
    "ingested",
    "random_rows",
    "row_of",
    "stop_of",
    "stops_statement",
]

NOW = datetime(2026, 8, 2, tzinfo=UTC)
NIGHTS = (20100101, 20401231)
SCOPE = Scope(NIGHTS, (1, 2))


def row_of(document: Mapping[str, Any], healpix: int = 5) -> dict[str, Any]:
    """Return the archive's row of an enriched document."""
    return alert_row(
        document,
        healpix=healpix,
        packet={"pack": "a.pack", "offset": document["candid"], "length": 20},
        ingested_at=NOW,
        night=night_of(document["candidate"]["jd"]),
    )


def stop_of(
    compiled: CompiledFilter, row: Mapping[str, Any], programids: Iterable[int]
) -> int | str | None:
    """Return the stage at which the evaluator stops a row, "error", or None if it passes them all.

    Each stage is run with all those before it, from the alert on.
    """
    visible = grant(document_from_row(row), frozenset(programids))
    assert visible is not None
    for index in range(len(compiled.stages)):
        try:
            if not _first(compiled, compiled.stages[: index + 1]).outputs(visible):
                return index
        except FilterError:
            return "error"
    return None


def _first(compiled: CompiledFilter, stages: Sequence[Any]) -> CompiledFilter:
    return CompiledFilter(
        tuple(stages), dialect=compiled.dialect, budget=compiled.budget, clock=None
    )


def stops_statement(prefix: SqlPrefix, scope: Scope = SCOPE) -> Statement:
    """Return the statement for `candid` and `stop` of each row."""
    rows = rows_statement(replace(prefix, stop=None), scope, prefix.columns)
    stop = prefix.stop or exp.cast(exp.null(), exp.DataType.Type.BIGINT)
    tree = rows.tree.copy()
    tree.set("expressions", [column("candid"), exp.alias_(stop, "stop")])
    return Statement(tree, {**rows.parameters, **prefix.parameters})


def random_rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Return rows of made-up alerts, of each field the usual values and the unusual ones."""
    dice = random.Random(seed)
    return [_row(dice, number) for number in range(1, count + 1)]


SPECIAL = [0.0, -0.0, 1.0, -1.0, 5.0, 2.5, 99.0, -999.0, 1e-70, 1e70, math.nan, math.inf]
WHOLE = [0, 1, 2, 3, 5, -1, 2**46, 2**53 + 1, -(2**63)]
USUAL = {"magpsf": 18.5, "drb": 0.75, "rb": 0.5, "distpsnr1": 3.0, "sgscore1": 0.5, "fid": 1}
WORDS = {"isdiffpos": ["t", "f", "1", "0"], "procstatus": ["0", "0", "0", "61"]}


def _row(dice: random.Random, number: int) -> dict[str, Any]:
    jd = 2459000.0 + dice.randrange(40) / 8
    candidate = _record(dice, "candidate")
    always = {"jd": jd, "ra": 150.0, "dec": dice.choice([-90.0, 0.5]), "fid": dice.randint(1, 3)}
    candidate |= always | {"programid": dice.randint(1, 2), "candid": number}
    return {
        "candid": number,
        "objectId": dice.choice(["ZTF20abc", "ZTF21xyz"]),
        "survey": "ztf",
        "night": night_of(jd),
        "healpix": dice.randrange(2**61),
        "programid": candidate["programid"],
        "schemavsn": dice.choice(["3.0", "3.3", "4.02", None]),
        "publisher": "test",
        "candidate": candidate,
        "prv_candidates": _points(dice, "prv_candidates", jd),
        "fp_hists": _points(dice, "fp_hists", jd) if dice.random() < 0.6 else [],
        "classifications": _scores(dice),
        "coordinates": _lb(candidate),
        "packet": {"pack": "a.pack", "offset": number, "length": 1},
        "ingested_at": NOW,
    }


def _points(dice: random.Random, source: str, jd: float) -> list[dict[str, Any]]:
    points = []
    for _ in range(dice.randrange(5)):
        point = _record(dice, source)
        point |= {"jd": jd - dice.choice([-1.0, 0.0, 0.5, 2.0, 8.0, 364.0, 365.0])}
        point |= {"programid": dice.choice([1, 1, 2, 3]), "fid": dice.randint(1, 3)}
        points.append(point)
    return points


def _record(dice: random.Random, name: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for field in ALERTS.column(name).fields:
        chance = dice.random()
        if chance < 0.25:
            continue
        if field.name in WORDS:
            record[field.name] = dice.choice(WORDS[field.name])
        elif field.type == "STRING":
            record[field.name] = dice.choice(["", "null", "it's"])
        elif chance < 0.4:
            record[field.name] = dice.choice(SPECIAL if field.type == "FLOAT64" else WHOLE)
        elif field.name in USUAL:
            record[field.name] = USUAL[field.name]
        else:
            record[field.name] = dice.choice([0.25, 3.0, 17.5]) if field.type == "FLOAT64" else 3
    return record


def _scores(dice: random.Random) -> list[dict[str, Any]]:
    names = dice.sample(["braai", "acai_h", "acai_n"], dice.randrange(4))
    return [{"name": name, "version": "v1", "score": dice.choice([0.1, 0.9])} for name in names]


def _lb(candidate: Mapping[str, Any]) -> dict[str, float]:
    found = coordinates(candidate["ra"], candidate["dec"])
    return {"l": found["l"], "b": found["b"]}


def ingested(
    platform: Platform, packets: Sequence[bytes], batch: int = 256
) -> dict[int, dict[str, Any]]:
    """Ingest packets on a platform; return the published documents by candid."""
    published: dict[int, dict[str, Any]] = {}
    publish = platform.bus.publish

    def kept(topic: str, messages: Sequence[Message]) -> list[str]:
        if topic == "alerts":
            documents = (orjson.loads(message.data) for message in messages)
            published.update({document["candid"]: document for document in documents})
        return publish(topic, messages)

    platform.bus.publish = kept  # type: ignore[method-assign]
    service = ingest_service(platform)
    for start in range(0, len(packets), batch):
        now = platform.clock()
        service.ingest(
            [
                Envelope(data, {"survey": "ztf", "packet_id": f"past/{n}"}, str(n), now)
                for n, data in enumerate(packets[start : start + batch], start)
            ]
        )
    platform.bus.publish = publish  # type: ignore[method-assign]
    return published
