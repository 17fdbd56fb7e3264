"""Back-tests of the real filters on the embedded archive: alerts/s, and what SQL spares."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COPIES = 4
"""Times that the real alerts stand in the archive, in one night."""
NIGHT = 20260801


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line per filter and one for all: alerts/s with and without pruning, in one run."""
    from tests.plugins.must_run import KIT

    pipelines = sorted((KIT / "data/filters/pipelines").glob("*.json"))
    if not pipelines:
        return
    with tempfile.TemporaryDirectory() as folder:
        warehouse, alerts = _archive(Path(folder), KIT / "data/alerts/ztf")
        spent = {"pruned_s": 0.0, "whole_s": 0.0}
        for path in pipelines:
            line = _measured(warehouse, path)
            for key in spent:
                spent[key] += line.pop(key)
            yield line
        warehouse.close()
    yield {
        "filter": "all",
        "alerts": alerts,
        "alerts_per_s": round(len(pipelines) * alerts / spent["pruned_s"]),
        "alerts_per_s_without_pruning": round(len(pipelines) * alerts / spent["whole_s"]),
        "times_faster": round(spent["whole_s"] / spent["pruned_s"], 2),
    }


def _measured(warehouse: Any, path: Path) -> dict[str, Any]:
    from fritz.filters import compile_filter
    from fritz.filters.sql import Pushed
    from fritz.services.backtest import Backtest

    boom = path.stem.startswith("boom") and path.stem != "boom_ztf_prv"
    compiled = compile_filter(path.read_text(), dialect="boom" if boom else "kowalski")
    run = Backtest(warehouse, loops=False).run
    wanted: dict[str, Any] = {"nights": (NIGHT, NIGHT), "programids": (1,)}
    began = time.perf_counter()
    report = run(compiled, **wanted)
    pruned_s = time.perf_counter() - began
    began = time.perf_counter()
    whole = run(compiled, pushdown=False, **wanted)
    whole_s = time.perf_counter() - began
    if (whole.candidates, whole.failed) != (report.candidates, report.failed):
        raise AssertionError(f"{path.stem}: pruning changed the result")
    clauses = [clause.pushed for clause in report.clauses]
    return {
        "filter": path.stem,
        "alerts": report.alerts,
        "candidates": report.candidates,
        "pruned": round(report.pruned / report.alerts, 3),
        "clauses": {each.value: clauses.count(each) for each in Pushed},
        "alerts_per_s": round(report.alerts / pruned_s),
        "alerts_per_s_without_pruning": round(report.alerts / whole_s),
        "pruned_s": pruned_s,
        "whole_s": whole_s,
    }


def _archive(folder: Path, packets: Path) -> tuple[Any, int]:
    """Return a warehouse with several copies of the real alerts, and their number."""
    from fritz.adapters.embedded.objects import FolderObjects
    from fritz.adapters.embedded.warehouse import ParquetWarehouse
    from fritz.archive.tables import TABLES
    from fritz.cli.platforms import opened
    from tests.support.backtesting import ingested, row_of

    with opened(folder / "platform") as platform:
        documents = ingested(platform, [each.read_bytes() for each in packets.glob("*.avro")])
    warehouse = ParquetWarehouse(folder / "warehouse", FolderObjects(folder / "objects"), TABLES)
    rows = [row_of(document) | {"night": NIGHT} for document in documents.values()]
    for copy in range(COPIES):
        first = copy * len(rows) + 1
        warehouse.append("alerts", [row | {"candid": n} for n, row in enumerate(rows, first)])
    return warehouse, COPIES * len(rows)
