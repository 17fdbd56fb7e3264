"""Every model is tried on five made-up alerts before it may score real ones.

That tells a conversion of known weights from other weights, and catches models that return NaN or
whose score of one alert depends on the others of the batch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.blocks import PreparedBatch
from fritz.classifiers.cards import ModelCard
from fritz.classifiers.model import LoadedModel
from fritz.classifiers.probe_alerts import probe_alerts
from fritz.classifiers.runtime import Runtime
from fritz.classifiers.verification import check_file, check_signature
from fritz.errors import Invalid

__all__ = ["TOLERANCE", "check_probe", "load_model", "probe_scores"]

TOLERANCE: Final = 1e-4
"""Conversions and processors differ by less than 1e-5, other weights by tenths."""


def probe_scores(model: LoadedModel) -> NDArray[np.float32] | None:
    """Return a model's scores of the five alerts, (5, columns); None if its features differ.

    Raises
    ------
    Invalid
        The model fails on them, returns NaN, or scores them differently one at a time.
    """
    card = model.card
    alerts = [replace(each, survey=card.surveys[0]) for each in probe_alerts()]
    batch = PreparedBatch(alerts)
    if any(batch.block(each.block)[1] for each in card.inputs):
        return None
    together, failures = model.score(batch)
    if failures:
        index = min(failures)
        why = f"{failures[index].reason} {failures[index].detail}".strip()
        raise Invalid(f"model {card.id} fails on probe alert {index}: {why}")
    alone = np.concatenate([model.score(PreparedBatch([each]))[0] for each in alerts])
    if not np.allclose(alone, together, rtol=0, atol=TOLERANCE, equal_nan=True):
        raise Invalid(f"model {card.id}: the score of an alert depends on the rest of the batch")
    return together


def check_probe(model: LoadedModel) -> None:
    """Check that a model scores the five alerts, and as its card says if it says so.

    Raises
    ------
    Invalid
        It does not; the message shows both.
    """
    found, card = probe_scores(model), model.card
    if not card.probe:
        return
    shown = None if found is None else [round(float(each), 5) for each in found.ravel()]
    wanted = np.array(card.probe)
    if found is None or found.size != wanted.size or abs(found.ravel() - wanted).max() > TOLERANCE:
        raise Invalid(f"model {card.id}: probe scores {shown}, the card says {list(card.probe)}")


def load_model(card: ModelCard, data: bytes, runtime: Runtime) -> LoadedModel:
    """Return a model that passed every check: file, signature, probe.

    Raises
    ------
    Invalid
        The file is not what the card says.
    """
    check_file(card, data)
    session = runtime.load(data)
    check_signature(card, session)
    model = LoadedModel(card, session)
    check_probe(model)
    return model
