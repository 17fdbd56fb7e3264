"""How fast filters run and compile: the public ones on the kit's alerts, in one process.

Times are the processor's, the best of a few rounds. mingo is compared in the same run where it is
installed: ``npm install --prefix .tools/node mingo@7``.
"""

import gzip
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fritz.filters import FilterError, compile_filter
from tests.plugins.must_run import KIT

ROUNDS = 5
MINGO = Path(__file__).parents[2] / ".tools" / "node"


def bench() -> Iterator[dict[str, Any]]:
    """Yield one line per filter, then totals."""
    folder = KIT / "data" / "filters"
    if not folder.exists():
        yield {"skipped": "the kit's filters are not beside the checkout"}
        return
    with gzip.open(folder / "documents.ndjson.gz") as lines:
        documents = [json.loads(line) for line in lines]
    seconds, evaluations = 0.0, 0
    filters = sorted((folder / "pipelines").glob("*.json"))
    for path in filters:
        pipeline = json.loads(path.read_text())
        took = _run_time(pipeline, documents)
        seconds, evaluations = seconds + took, evaluations + len(documents)
        yield {
            "filter": path.stem,
            "evaluations_per_s": round(len(documents) / took),
            "us_per_evaluation": round(took / len(documents) * 1e6, 2),
            "compile_ms": round(_best(lambda: compile_filter(pipeline)) * 1e3, 2),  # noqa: B023  called at once
        }
    yield {
        "filter": "all",
        "filters": len(filters),
        "documents": len(documents),
        "evaluations_per_s": round(evaluations / seconds),
    }
    yield from _hundred(filters, documents)
    yield from _mingo(filters, documents)


def _run_time(pipeline: list[Any], documents: list[dict[str, Any]]) -> float:
    run = compile_filter(pipeline).run

    def once() -> None:
        for document in documents:
            try:
                run(document)
            except FilterError:
                continue

    return _best(once)


def _hundred(filters: list[Path], documents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the time of 100 filters on 1,500 alerts, an exposure's worth."""
    pipelines = [json.loads(path.read_text()) for path in filters]
    runs = [compile_filter(pipelines[i % len(pipelines)]).run for i in range(100)]
    alerts = [documents[i % len(documents)] for i in range(1500)]
    began = time.process_time()
    for alert in alerts:
        for run in runs:
            try:
                run(alert)
            except FilterError:
                continue
    yield {"filters": 100, "alerts": 1500, "cpu_s": round(time.process_time() - began, 2)}


def _mingo(filters: list[Path], documents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what mingo does with the same filters and alerts (candids as doubles)."""
    if shutil.which("node") is None or not (MINGO / "node_modules" / "mingo").exists():
        yield {"mingo": "not installed"}
        return
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as alerts:
        alerts.writelines(json.dumps(document) + "\n" for document in documents)
        alerts.flush()
        script = Path(__file__).with_name("mingo.mjs")
        command = ["node", str(script), str(MINGO), alerts.name, *map(str, filters)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = 0.0
    for line in map(json.loads, done.stdout.splitlines()):
        seconds += line["seconds"]
        yield {
            "mingo": Path(line["file"]).stem,
            "evaluations_per_s": round(len(documents) / line["seconds"]),
            "raised": line["raised"],
        }
    evaluations = len(filters) * len(documents)
    yield {"mingo": "all", "evaluations_per_s": round(evaluations / seconds)}


def _best(action: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    return min(times)
