"""Milliseconds an alert for each model and size of a run, on one thread; then all together.

Counted is the processor's time, so that other processes matter less. Real alerts and weights of the
kit; without it one line says so.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tests.plugins.must_run import KIT

Work: TypeAlias = Callable[[], object]

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
ALERTS = 256
ROUNDS = 4


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for each model and size, one for the stamps, and the totals."""
    if not (KIT / "data/models").is_dir():
        yield {"skipped": "../shared/data/models and ../shared/data/alerts are not there"}
        return
    from fritz.classifiers.alert_inputs import alert_inputs

    records = _records()
    models = _models()
    alerts = [alert_inputs(record) for record in records]
    line = {"alerts": ALERTS, "threads": 1}
    (decode,) = _ms({0: lambda: [alert_inputs(record) for record in records]}).values()
    yield {**line, "stage": "decode stamps", "ms_per_alert": decode}
    for size, spent in _ms({n: _prepared(alerts, n) for n in SIZES}).items():
        yield {**line, "stage": "triplets", "run": size, "ms_per_alert": spent}
    for model in models:
        for size, spent in _ms({n: _session(model, alerts, n) for n in SIZES}).items():
            yield {**line, "model": model.card.id, "run": size, "ms_per_alert": spent}
    totals = _ms({n: _service(models, alerts, n) for n in SIZES})
    for size, spent in totals.items():
        yield {**line, "stage": "braai and five acai", "run": size, "ms_per_alert": spent}
    best = min(totals, key=totals.__getitem__)
    yield {**line, "stage": "best", "run": best, "ms_per_alert": totals[best],
           "with_decode": round(totals[best] + decode, 3), "target": 0.9}  # fmt: skip


def _records() -> list[Any]:
    from fritz.alerts.packet import read_packet

    found = []
    for path in sorted((KIT / "data/alerts/ztf").glob("*.avro"), reverse=True):
        found += [r for r in read_packet(path.read_bytes()).records if r.stamp("science")]
        if len(found) >= ALERTS:
            break
    return found[:ALERTS]


def _models() -> list[Any]:
    from fritz.adapters.onnx import OnnxRuntime
    from fritz.classifiers.known import known_cards
    from fritz.classifiers.probe import load_model
    from fritz.classifiers.verification import file_sha256

    paths = (KIT / "data/models").glob("*.onnx")
    files = {file_sha256(data): data for data in (path.read_bytes() for path in paths)}
    runtime = OnnxRuntime(threads=1)
    return [load_model(card, files[card.sha256], runtime) for card in known_cards().values()]


def _batches(alerts: Sequence[Any], size: int) -> list[Any]:
    from fritz.classifiers.blocks import PreparedBatch

    return [PreparedBatch(alerts[i : i + size]) for i in range(0, len(alerts), size)]


def _prepared(alerts: Sequence[Any], size: int) -> Work:
    from fritz.classifiers.blocks import TripletBlock

    return lambda: [each.block(TripletBlock()) for each in _batches(alerts, size)]


def _session(model: Any, alerts: Sequence[Any], size: int) -> Work:
    """Return the runs alone: the blocks are prepared before."""
    batches = _batches(alerts, size)
    for batch in batches:
        for each in model.card.inputs:
            batch.block(each.block)
    return lambda: [model.score(batch) for batch in batches]


def _service(models: Sequence[Any], alerts: Sequence[Any], size: int) -> Work:
    from fritz.services.live_models import LiveModel
    from fritz.services.scoring import ScoringService

    class _Fixed:
        def current(self) -> list[LiveModel]:
            return [LiveModel(model, shadow=False) for model in models]

    service = ScoringService(_Fixed(), size)
    return lambda: service.score(alerts)


def _ms(works: Mapping[int, Work]) -> dict[int, float]:
    """Return the shortest time of each of several works over a few rounds, ms an alert."""
    shortest = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            began = time.process_time()
            work()
            shortest[name] = min(shortest[name], time.process_time() - began)
    return {name: round(spent / ALERTS * 1e3, 4) for name, spent in shortest.items()}
