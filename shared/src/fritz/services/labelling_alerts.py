"""The archive as labellers see it: a sample of the last nights, and single alerts by their ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any, Final

from sqlglot import exp

from fritz.archive.alert_queries import alerts_of_nights
from fritz.archive.expressions import column, parameter
from fritz.marshal.labelling import Option, shuffle_key
from fritz.marshal.visibility import Viewer, programids
from fritz.ports import Statement, Warehouse
from fritz.services.past_alerts import PastAlerts

__all__ = ["EVER", "AlertsToLabel", "option_of"]

POOL: Final = 2000
"""Alerts among which a choice is made."""
EVER: Final = (0, 99_999_999)
"""All nights."""
_PRIME: Final = 1_000_003

_SHOWN: Final = ("jd", "ra", "dec", "fid", "magpsf", "sigmapsf", "isdiffpos", "rb", "drb")
_FEATURES: Final = ("magpsf", "fwhm", "classtar", "distpsnr1", "sgscore1", "nbad", "ndethist")


@dataclass(frozen=True, slots=True)
class AlertsToLabel:
    """Alerts with their scores; every method shows only what the viewer may see."""

    warehouse: Warehouse

    def pool(self, viewer: Viewer, survey: str, nights: int, seed: int) -> list[dict[str, Any]]:
        """Return at most `POOL` alerts of the last nights, as `seed` shuffles them."""
        last = PastAlerts(self.warehouse).last_nights(nights, survey)
        if not last:
            return []
        granted = programids(viewer, survey)
        found = _narrow(alerts_of_nights((last[0], last[-1]), granted, survey=survey))
        prime = exp.Literal.number(_PRIME)
        product = exp.Mul(
            this=exp.Mod(this=column("candid"), expression=prime.copy()),
            expression=parameter("factor"),
        )
        shuffled = exp.Mod(this=exp.Paren(this=product), expression=prime.copy())
        tree = found.tree.order_by(shuffled, column("candid"), append=False).limit(POOL)
        factor = 1 + shuffle_key(seed, 0) % (_PRIME - 1)
        return self._read(Statement(tree, {**found.parameters, "factor": factor}))

    def named(
        self,
        viewer: Viewer,
        candids: Collection[int],
        survey: str = "ztf",
        nights: tuple[int, int] = EVER,
    ) -> dict[int, dict[str, Any]]:
        """Return those of the alerts that the viewer may see, by candid."""
        if not candids:
            return {}
        found = _narrow(alerts_of_nights(nights, programids(viewer, survey), survey=survey))
        listed = exp.In(
            this=column("candid"), unnest=exp.Unnest(expressions=[parameter("candids")])
        )
        values = {**found.parameters, "candids": sorted(set(candids))}
        return {
            row["candid"]: row for row in self._read(Statement(found.tree.where(listed), values))
        }

    def _read(self, statement: Statement) -> list[dict[str, Any]]:
        rows = self.warehouse.run(statement).to_pylist()
        return [{**row, "scores": _scores(row)} for row in rows]


def _narrow(statement: Statement) -> Statement:
    """Return the statement with only the columns that labelling needs; its gate stays."""
    top = [column(name) for name in ("candid", "objectId", "survey", "night", "programid")]
    parts = [
        exp.alias_(column("candidate", name), name, quoted=True)
        for name in dict.fromkeys((*_SHOWN, *_FEATURES))
    ]
    tree = statement.tree
    if not isinstance(tree, exp.Select):
        raise TypeError(type(tree).__name__)
    narrowed = tree.select(*top, *parts, column("classifications"), append=False)
    narrowed.set("order", None)
    return Statement(narrowed.order_by(column("candid")), statement.parameters)


def _scores(row: Mapping[str, Any]) -> dict[str, float]:
    """Return the scores in [0, 1]; the survey's own comes as ``drb``, or ``rb`` in its place."""
    found = {each["name"]: each["score"] for each in row["classifications"] or ()}
    own = row["drb"] if row["drb"] is not None else row["rb"]
    scores = {"drb": own} | found
    return {
        name: float(value)
        for name, value in scores.items()
        if value is not None and isfinite(value) and 0.0 <= value <= 1.0
    }


def option_of(alert: Mapping[str, Any], models: tuple[str, ...] | None) -> Option:
    """Return an alert as it is compared with others.

    Parameters
    ----------
    models : the scores that count; None for all.
    """
    scores = alert["scores"]
    compared = {n: each for n, each in scores.items() if models is None or n in models}
    features = (alert[name] for name in _FEATURES)
    known = tuple(nan if each is None else float(each) for each in features)
    return Option(alert["candid"], compared, known)
