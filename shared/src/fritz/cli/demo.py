"""`fritz demo`: a simulated night through the whole platform, then the marshal."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from fritz.cli.options import Json, Port, Workers
from fritz.cli.output import console, print_json, print_table
from fritz.cli.platforms import marshal_on, opened, sign_in_link
from fritz.cli.replay import run_packets
from fritz.cli.simulated_catalogs import load_simulated
from fritz.cli.up import serve
from fritz.services.candidates import CandidateStore
from fritz.services.filters_store import FilterStore
from fritz.services.replay import ReplayReport
from fritz.wiring import Platform

__all__ = ["demo"]

DEMO_DATA = Path(".fritz/demo")


def demo(
    alerts: Annotated[int, typer.Option(help="Alerts of the simulated night.", min=1)] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same night.")] = 1,
    port: Port = 5000,
    workers: Workers = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder to keep; without it each demo begins anew in .fritz/demo.",
            file_okay=False,
        ),
    ] = None,
    leave: Annotated[bool, typer.Option("--exit", help="Stop after the summary.")] = False,
    as_json: Json = False,
) -> None:
    """Simulate a night, run it through the platform, sum up, and serve the marshal."""
    folder = data or DEMO_DATA
    with (
        marshal_on(folder, port, workers, afresh=data is None) as (supervisor, record),
        opened(folder) as platform,
    ):
        load_simulated(platform, alerts, seed)
        report = run_packets(platform, _night(alerts, seed), None, supervisor)
        summary = _summary(platform, report)
        if as_json:
            print_json(summary)
        else:
            _print(summary)
        if not report.whole:
            raise typer.Exit(1)
        if not leave:
            console.print(f"Sign in: [link]{sign_in_link(platform, record.base_url)}[/link]")
            console.print(f"API token of an admin: {record.admin_token}")
            console.print("Ctrl-C stops everything.")
            serve(supervisor)


def _night(alerts: int, seed: int) -> Iterator[bytes]:
    """Yield the night's packets, with some that are broken and some that come twice."""
    from emulators.survey import simulate as simulate_night

    for packet in simulate_night(alerts, seed, bad_fraction=0.002, duplicate_fraction=0.005):
        yield packet.data


def _summary(platform: Platform, report: ReplayReport) -> dict[str, Any]:
    filters = {each.id: each.name for each in FilterStore(platform.documents).all()}
    by_filter = CandidateStore(platform.documents).count_by_filter(list(filters))
    return {
        **asdict(report),
        "alerts_per_second": round(report.published / report.seconds, 1),
        "candidates_by_filter": {filters[each]: count for each, count in by_filter.items()},
    }


def _print(summary: dict[str, Any]) -> None:
    rows = [[key.replace("_", " "), value] for key, value in summary.items()]
    print_table(
        "The night", ["what", "number"], [row for row in rows if isinstance(row[1], int | float)]
    )
    print_table("Candidates", ["filter", "number"], summary["candidates_by_filter"].items())
