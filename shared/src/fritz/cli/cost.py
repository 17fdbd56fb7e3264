"""`fritz cost`: what a night costs at list price, from operations counted on some alerts."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from fritz.catalogs.definition import Catalog
from fritz.catalogs.library import catalog, matched_catalogs
from fritz.cli.checkout import functions
from fritz.cli.options import Json
from fritz.cli.output import print_json, print_table
from fritz.cli.packet_files import PacketFiles
from fritz.cli.platforms import furnished, opened
from fritz.cli.simulated_catalogs import load_simulated
from fritz.costs.ledger import Counts, Line, lines, match_reads, prices
from fritz.services.counting import (
    CountingBus,
    CountingDocuments,
    CountingObjects,
    CountingWarehouse,
)
from fritz.services.envelopes import Envelope
from fritz.wiring import Platform, filter_service, ingest_service

__all__ = ["cost"]

NIGHTS = (300_000, 1_000_000)
"""Alerts of a common night and of a full one."""
MONTH_NIGHTS = 30


def cost(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Packets to count on; else a simulated night.")
    ] = None,
    alerts: Annotated[int, typer.Option(help="Alerts of the simulated night.", min=8)] = 1024,
    batch: Annotated[int, typer.Option(help="Alerts that ingest takes at once.", min=1)] = 256,
    catalogs: Annotated[
        str, typer.Option(help="Catalogs that are matched, with commas between; all by default.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Run alerts through the platform, count what Google bills, and scale it to whole nights.

    Prices and assumptions stand in `fritz/costs/prices.toml`. The reads of a
    cross-match follow from the sizes of the catalogs as published, not from what is loaded here.
    """
    counts = Counts()
    packets = _packets(paths, alerts)
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as platform:
        furnished(platform)
        load_simulated(platform, 64, 1)
        _run(platform, packets, batch, counts)
    matched = _matched(catalogs)
    nights = {str(night): lines(counts, night, matched) for night in NIGHTS}
    if as_json:
        print_json(_summary(counts, matched, nights))
    else:
        _print(counts, matched, nights)


def _packets(paths: list[Path] | None, alerts: int) -> Iterator[bytes]:
    if paths:
        yield from PacketFiles(paths)
        return
    from emulators.survey import simulate

    yield from (packet.data for packet in simulate(alerts, 1))


def _matched(names: str) -> list[Catalog]:
    if not names:
        return matched_catalogs("ztf")
    return [catalog(name.strip()) for name in names.split(",")]


def _run(platform: Platform, packets: Iterable[bytes], batch: int, counts: Counts) -> None:
    """Run packets through ingest and filter on ports that count; histories begin empty."""
    subscribers = {each.topic: 1 for each in functions()}
    bus = CountingBus(counts, subscribers)
    counted = replace(
        platform,
        bus=bus,
        documents=CountingDocuments(platform.documents, counts),
        objects=CountingObjects(platform.objects, counts),
        warehouse=CountingWarehouse(platform.warehouse, counts),
    )
    ingest, run = ingest_service(counted), filter_service(counted)
    source = iter(packets)
    while taken := list(islice(source, batch)):
        arrived = [
            Envelope(
                data, {"survey": "ztf", "packet_id": f"cost/{counts.alerts + n}"}, str(n), _now()
            )
            for n, data in enumerate(taken)
        ]
        size = sum(len(each.data) for each in arrived)
        counts.published_bytes += size
        counts.delivered_bytes += size
        counts.requests += len(arrived)
        began = time.process_time()
        report = ingest.ingest(arrived)
        enriched = [
            Envelope(m.data, m.attributes, "", _now()) for m in bus.messages.pop("alerts", [])
        ]
        run.run(enriched)
        # What comes before all else, imports and the start of the models, is no alert's.
        counts.cpu_s += (time.process_time() - began) if counts.alerts else 0.0
        counts.alerts += report.packets
    counts.cpu_s *= counts.alerts / max(1, counts.alerts - min(batch, counts.alerts))


def _now() -> datetime:
    return datetime.now(UTC)


def _reads(counts: Counts, matched: Sequence[Catalog]) -> float:
    return match_reads(matched, counts.matched_objects / max(1, counts.matches), prices())


def _summary(
    counts: Counts, matched: Sequence[Catalog], nights: dict[str, list[Line]]
) -> dict[str, Any]:
    return {
        "counts": asdict(counts),
        "reads_for_a_batch": round(_reads(counts, matched)),
        "catalogs": [each.name for each in matched],
        "nights": {
            name: {
                "dollars": round(sum(line.dollars for line in found), 2),
                "dominates": f"{found[0].service}: {found[0].what}",
                "lines": [asdict(line) for line in found],
            }
            for name, found in nights.items()
        },
    }


def _print(counts: Counts, matched: Sequence[Catalog], nights: dict[str, list[Line]]) -> None:
    rows = [
        (name.replace("_", " "), round(value, 2))
        for name, value in asdict(counts).items()
        if isinstance(value, int | float)
    ]
    print_table("Counted", ["what", "number"], rows)
    each = _reads(counts, matched)
    print_table(
        "Cross-match",
        ["what", "number"],
        [
            ("catalogs", len(matched)),
            ("rows in sky", sum(catalog.rows for catalog in matched)),
            ("objects of a batch", round(counts.matched_objects / max(1, counts.matches))),
            ("reads of the atlas for a batch", round(each)),
            ("reads for 1,000 alerts", round(counts.matches / counts.alerts * 1000 * each)),
        ],
    )
    for name, found in nights.items():
        total = sum(line.dollars for line in found)
        table = [
            (line.service, line.what, round(line.quantity, 2), line.unit, round(line.dollars, 3))
            for line in found
        ]
        title = f"{int(name):,} alerts: ${total:.2f} a night, ${total * MONTH_NIGHTS:.0f} a month"
        print_table(title, ["service", "what", "quantity", "of", "$"], table)
        print_table("", ["dominates"], [(f"{found[0].service}: {found[0].what}",)])
