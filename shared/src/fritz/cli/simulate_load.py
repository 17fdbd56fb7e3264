"""`fritz simulate-load`: what nights of ZTF and LSST would take, by a discrete-event model."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from fritz.catalogs.definition import Catalog
from fritz.catalogs.library import matched_catalogs
from fritz.cli.checkout import functions
from fritz.cli.options import Json
from fritz.cli.output import print_json, print_table
from fritz.errors import Invalid
from fritz.load.arrivals import SCENARIOS
from fritz.load.engine import Service
from fritz.load.plots import night_svg
from fritz.load.simulation import (
    Outcome,
    cloud_services,
    cost_lines,
    simulated,
    waiting_line,
)

__all__ = ["simulate_load"]

COLUMNS = (
    "scenario", "p50, s", "p95, s", "p99, s", "slowest, s", "within 60 s, %",
    "ingest instances", "filter instances", "alerts a batch", "instances, $", "all, $",
)  # fmt: skip


def simulate_load(
    scenario: Annotated[
        list[str] | None, typer.Argument(help=f"Some of {', '.join(SCENARIOS)}; all by default.")
    ] = None,
    most_instances: Annotated[
        int, typer.Option(help="Instances of one function at most; 0: as declared.", min=0)
    ] = 0,
    concurrency: Annotated[
        int, typer.Option(help="Requests that an instance takes at once; 0: as declared.", min=0)
    ] = 0,
    warm: Annotated[
        int, typer.Option(help="Instances of each function that wait all night.", min=0)
    ] = 0,
    documents: Annotated[
        float,
        typer.Option(help="Documents a second that Firestore takes at once; 0: of new traffic."),
    ] = 0.0,
    wait: Annotated[
        float, typer.Option(help="How long a message waits for others, seconds.")
    ] = 0.25,
    batch: Annotated[int, typer.Option(help="Alerts of a batch at most.", min=1)] = 256,
    plots: Annotated[Path | None, typer.Option(help="Folder that gets a plot of each.")] = None,
    as_json: Json = False,
) -> None:
    """Predict latency, instances and dollars of nights from measured costs and Google's limits.

    What stages take was measured here (`fritz/load/measured.toml`), what Google documents and what
    is assumed stands in `limits.toml`, prices are those of `fritz cost`.
    """
    names = scenario or list(SCENARIOS)
    if unknown := set(names) - set(SCENARIOS):
        raise Invalid(f"no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    cpus = {each.name: each.cpu for each in functions() if each.name in {"ingest", "filter"}}
    catalogs = matched_catalogs("ztf")
    ingest, filters = (
        replace(
            each,
            concurrency=concurrency or each.concurrency,
            max_instances=most_instances or each.max_instances,
            batch_size=batch,
            batch_wait_s=wait,
        )
        for each in _declared(catalogs)
    )
    found = []
    for name in names:
        outcome = simulated(
            SCENARIOS[name], (ingest, filters), warm=warm, documents_per_s=documents
        )
        lines = [*cost_lines(outcome, catalogs, cpus), waiting_line(warm, cpus)]
        found.append((name, outcome, lines))
        if plots is not None:
            plots.mkdir(parents=True, exist_ok=True)
            (plots / f"load-{name}.svg").write_text(night_svg(outcome), encoding="utf-8")
    if as_json:
        print_json({name: _summary(outcome, lines) for name, outcome, lines in found})
    else:
        print_table("Nights", COLUMNS, [_row(*each) for each in found])


def _declared(catalogs: Sequence[Catalog]) -> tuple[Service, Service]:
    """Return ingest and filter as services.json describes them."""
    rows = {each.name: (each.concurrency, each.max_instances) for each in functions()}
    return cloud_services(rows, catalogs)


def _row(name: str, outcome: Outcome, lines: list[Any]) -> list[Any]:
    instances = sum(line.dollars for line in lines if line.what.startswith("instances"))
    return [
        name,
        *(round(outcome.latency_s[q], 1) for q in (0.5, 0.95, 0.99, 1.0)),
        round(100 * outcome.within, 2),
        outcome.instances["ingest"],
        outcome.instances["filter"],
        round(outcome.batch["ingest"], 1),
        round(instances, 2),
        round(sum(line.dollars for line in lines), 2),
    ]


def _summary(outcome: Outcome, lines: list[Any]) -> dict[str, Any]:
    return {
        "title": outcome.title,
        "packets": outcome.packets,
        "latency_s": {str(q): round(late, 3) for q, late in outcome.latency_s.items()},
        "within_60_s": round(outcome.within, 5),
        "finished_s": round(outcome.finished_s, 1),
        "instances": dict(outcome.instances),
        "active_s": {name: round(s, 1) for name, s in outcome.active_s.items()},
        "alerts_a_batch": {name: round(n, 1) for name, n in outcome.batch.items()},
        "dollars": {f"{line.service}: {line.what}": round(line.dollars, 3) for line in lines},
    }
