"""A model that is loaded and checked, and how it scores a few alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import AlertInputs, Failure
from fritz.classifiers.blocks import PreparedBatch
from fritz.classifiers.cards import ModelCard
from fritz.classifiers.runtime import ModelFailed, Session

__all__ = ["LoadedModel", "score_alerts"]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A card with its file's session."""

    card: ModelCard
    session: Session

    def score(self, batch: PreparedBatch) -> tuple[NDArray[np.float32], dict[int, Failure]]:
        """Return the scores of a batch, and why some alerts have none.

        One run of the session. If it fails, each alert runs alone, so that only those fail which
        make it fail.

        Returns
        -------
        (N, columns) array, NaN for alerts that failed. Failures by position: those of the blocks,
        ``run_failed``, ``output_shape``, ``nan_output``.
        """
        scores = np.full((len(batch.alerts), self.card.output.columns), np.nan, np.float32)
        feeds, failures = self._feeds(batch)
        usable = [i for i in range(len(batch.alerts)) if i not in failures]
        if not usable:
            return scores, failures
        if failures:
            feeds = {name: array[usable] for name, array in feeds.items()}
        found = self._run(feeds, len(usable))
        for row, index in enumerate(usable):
            outcome = found[row]
            if isinstance(outcome, Failure):
                failures[index] = outcome
            elif np.isfinite(outcome).all():
                scores[index] = outcome
            else:
                failures[index] = Failure("nan_output")
        return scores, failures

    def _feeds(
        self, batch: PreparedBatch
    ) -> tuple[dict[str, NDArray[np.float32]], dict[int, Failure]]:
        feeds: dict[str, NDArray[np.float32]] = {}
        failures: dict[int, Failure] = {}
        for each in self.card.inputs:
            feeds[each.name], failed = batch.block(each.block)
            failures = {**failed, **failures}
        return feeds, failures

    def _run(
        self, feeds: Mapping[str, NDArray[np.float32]], count: int
    ) -> Sequence[NDArray[np.float32] | Failure]:
        try:
            found = self.session.run(self.card.output.name, feeds)
        except ModelFailed as e:
            if count == 1:
                return [Failure("run_failed", str(e))]
            alone = [
                {name: array[i : i + 1] for name, array in feeds.items()} for i in range(count)
            ]
            return [self._run(each, 1)[0] for each in alone]
        if found.shape != (count, self.card.output.columns):
            return [Failure("output_shape", f"{found.shape} for {count} alerts")] * count
        return list(found)


def score_alerts(model: LoadedModel, alerts: Sequence[AlertInputs]) -> NDArray[np.float32]:
    """Return a model's scores of a few alerts, (N, columns); NaN for those that failed."""
    return model.score(PreparedBatch(alerts))[0]
