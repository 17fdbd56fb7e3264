"""Two model versions, or one and the survey's own score or people's labels, over past nights."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.alerts.packet import Record
from fritz.alerts.stamp_images import alert_strip_png
from fritz.archive.alert_queries import packet_location
from fritz.archive.scores import scores_kept_apart, scores_with_alerts, values_of
from fritz.classifiers.report import Example, comparison_page
from fritz.classifiers.report_numbers import ModelComparison, Scored, compare
from fritz.errors import Invalid, NotFound, Poison
from fritz.marshal.candidate import PacketPlace
from fritz.ports import ObjectStore, Statement, Warehouse
from fritz.services.packs import read_record

__all__ = ["ComparedAlerts", "ModelComparisons", "split_model"]

SURVEYS_OWN: Final = 0.5
"""From this ``drb`` on an alert counts as real where nobody labelled it."""
FACTS: Final = ("magpsf", "fid", "rb", "drb")


@dataclass(frozen=True, slots=True)
class ComparedAlerts:
    """Which alerts are compared."""

    nights: tuple[int, int]
    """First and last, both included, as YYYYMMDD."""
    programids: Collection[int]
    """What whoever asks may see."""
    survey: str = "ztf"


@dataclass(frozen=True, slots=True)
class ModelComparisons:
    """Compares what models said of past nights."""

    warehouse: Warehouse
    objects: ObjectStore

    def compare(
        self,
        alerts: ComparedAlerts,
        one: str,
        other: str | None = None,
        *,
        labels: Mapping[int, bool] | None = None,
        threshold: float = 0.5,
        most: int = 24,
    ) -> ModelComparison:
        """Return how one or two models fared.

        Parameters
        ----------
        alerts
            Of these.
        one, other
            ``name@version`` of a score, as in ``classifications``; the second may be left out.
        labels
            By candid; None: the survey's ``drb`` counts as the truth, where it gave one.
        threshold
            From this score on a model says true.
        most
            Disagreements that are listed.

        Raises
        ------
        Invalid
            A model is not written ``name@version``.
        NotFound
            No alert has a score of each.
        """
        models = [one] if other is None else [one, other]
        scores = [self._scores(alerts, *split_model(each)) for each in models]
        truth = self._of_survey(alerts) if labels is None else labels
        known = [each for each in scores[0] if labels is None or each in labels]
        candids = sorted(known)
        columns = [[each.get(candid, math.nan) for candid in candids] for each in scores]
        found = compare(
            candids,
            [Scored(label, column) for label, column in zip(models, columns, strict=True)],
            [float(truth[each]) if each in truth else math.nan for each in candids],
            truth_label=f"drb of at least {SURVEYS_OWN}" if labels is None else "labels",
            threshold=threshold,
            most=most,
        )
        if not found.alerts:
            raise NotFound(
                f"no alert of the nights {alerts.nights[0]} to {alerts.nights[1]} has a score of "
                f"{' and '.join(models)}"
            )
        return found

    def page(self, comparison: ModelComparison, alerts: ComparedAlerts, at: datetime) -> str:
        """Return the comparison as a page, with stamps of the disagreements that are listed."""
        first, last = alerts.nights
        return comparison_page(
            comparison,
            title=" and ".join(each.label for each in comparison.series),
            at=at,
            about={"Survey": alerts.survey, "Nights": f"{first} to {last}"},
            examples={
                each.candid: self._example(each.candid, alerts) for each in comparison.listed
            },
        )

    def _scores(self, alerts: ComparedAlerts, name: str, version: str) -> dict[int, float]:
        """Return scores by candid; one that was made again counts more than that of the day."""
        scores: dict[int, float] = {}
        for statement in (scores_with_alerts, scores_kept_apart):
            scores |= self._column(
                statement(name, version, alerts.nights, alerts.programids, survey=alerts.survey)
            )
        return scores

    def _of_survey(self, alerts: ComparedAlerts) -> dict[int, bool]:
        found = self._column(
            values_of("drb", alerts.nights, alerts.programids, survey=alerts.survey)
        )
        # A drb of exactly 0 is that of an alert which the survey's model did not see.
        return {candid: drb >= SURVEYS_OWN for candid, drb in found.items() if drb != 0}

    def _column(self, statement: Statement) -> dict[int, float]:
        rows: list[dict[str, Any]] = self.warehouse.run(statement).to_pylist()
        return {
            row["candid"]: row["score"]
            for row in rows
            if row["score"] is not None and math.isfinite(row["score"])
        }

    def _example(self, candid: int, alerts: ComparedAlerts) -> Example:
        """Return what can be shown of an alert; little if its packet is gone or bad."""
        rows: list[dict[str, Any]] = self.warehouse.run(
            packet_location(candid, alerts.programids, survey=alerts.survey, nights=alerts.nights)
        ).to_pylist()
        if not rows:
            return Example()
        place = PacketPlace.from_fields(rows[0])
        try:
            record = read_record(self.objects, place, candid, alerts.survey)
        except (NotFound, Poison):
            return Example()
        if record is None:
            return Example()
        try:
            return Example(alert_strip_png(record), _facts(record))
        except Poison:
            return Example(None, _facts(record))


def split_model(text: str) -> tuple[str, str]:
    """Return name and version of ``name@version``.

    Raises
    ------
    Invalid
        It is not written so.

    Examples
    --------
    >>> split_model("braai@d6_m9")
    ('braai', 'd6_m9')
    """
    name, _, version = text.partition("@")
    if not name or not version:
        raise Invalid(f"model {text!r}: name@version, as braai@d6_m9")
    return name, version


def _facts(record: Record) -> dict[str, str]:
    values = {name: record.candidate.get(name) for name in FACTS}
    shown = {
        name: f"{value:.2f}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if value is not None
    }
    return {"Object": record.object_id, **shown}
