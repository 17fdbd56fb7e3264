"""Alerts of known nature as arrays to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.features import feature_table
from fritz.classifiers.training.class_features import class_block
from fritz.classifiers.training.classes import CLASSES, class_of
from fritz.classifiers.training.realbogus_features import realbogus_block
from fritz.classifiers.training.standard_stamps import standard_stamps
from fritz.classifiers.triplets import triplets
from fritz.errors import Invalid

__all__ = [
    "FeatureSamples",
    "LabelledAlert",
    "RealbogusSamples",
    "feature_samples",
    "held_out",
    "realbogus_samples",
]

BATCH: Final = 64
"""Alerts prepared at once."""


@dataclass(frozen=True, slots=True)
class LabelledAlert:
    """An alert and what it is."""

    alert: AlertInputs
    object_id: str
    kind: str
    """As the simulator names it."""
    real: bool

    @property
    def class_name(self) -> str:
        """Its class, of `CLASSES`."""
        return class_of(self.kind, real=self.real)


@dataclass(frozen=True, slots=True)
class RealbogusSamples:
    """What the real/bogus network learns from."""

    stamps: NDArray[np.float16]
    """(N, 49, 49, 3), see `standard_stamps`; half precision halves the memory."""
    table: NDArray[np.float32]
    """(N, K) features, `MISSING` where a value is."""
    real: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FeatureSamples:
    """What the classifier of objects learns from."""

    table: NDArray[np.float32]
    """(N, K), `MISSING` where a value is."""
    classes: NDArray[np.int64]
    """(N,) positions in `CLASSES`."""


def realbogus_samples(alerts: Iterable[LabelledAlert]) -> RealbogusSamples:
    """Return stamps and features with labels; alerts without three good stamps are left out.

    Raises
    ------
    Invalid
        No alert is left.
    """
    block, stamps, tables, real = realbogus_block(), [], [], []
    for batch in _batches(alerts):
        given = [each.alert for each in batch]
        array, failures = triplets(given)
        table, bad = feature_table(given, block.names, dict(block.fill))
        kept = [i for i in range(len(batch)) if i not in failures and i not in bad]
        stamps.append(standard_stamps(array[kept]).astype(np.float16))
        tables.append(table[kept])
        real += [batch[i].real for i in kept]
    if not real:
        raise Invalid("no alerts with stamps to learn from")
    return RealbogusSamples(np.concatenate(stamps), np.concatenate(tables), np.array(real, bool))


def feature_samples(alerts: Iterable[LabelledAlert]) -> FeatureSamples:
    """Return features with classes; alerts without usable features are left out.

    Raises
    ------
    Invalid
        No alert is left.
    """
    block, tables, classes = class_block(), [], []
    for batch in _batches(alerts):
        table, failures = feature_table(
            [each.alert for each in batch], block.names, dict(block.fill)
        )
        kept = [i for i in range(len(batch)) if i not in failures]
        tables.append(table[kept])
        classes += [CLASSES.index(batch[i].class_name) for i in kept]
    if not classes:
        raise Invalid("no alerts with features to learn from")
    return FeatureSamples(np.concatenate(tables), np.array(classes, np.int64))


def held_out(object_id: str, share: float) -> bool:
    """Return whether an object is kept from training, the same for all its alerts.

    Examples
    --------
    >>> sum(held_out(f"ZTF26{i}", 0.1) for i in range(1000))
    93
    """
    digest = sha256(object_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _batches(alerts: Iterable[LabelledAlert]) -> Iterator[Sequence[LabelledAlert]]:
    batch: list[LabelledAlert] = []
    for each in alerts:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
