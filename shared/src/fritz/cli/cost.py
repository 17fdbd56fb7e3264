"""`fritz cost`: what a night costs at list price, from operations counted on some alerts."""

import tempfile
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
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
from fritz.ports import Message
from fritz.services.counting import (
    CountingBus,
    CountingDocuments,
    CountingObjects,
    CountingWarehouse,
)
from fritz.services.envelopes import Envelope
from fritz.services.publishing import TOPIC, Publisher, packet_message
from fritz.wiring import Platform, compressing, filter_service, ingest_service, publisher

__all__ = ["cost"]

NIGHTS = (300_000, 1_000_000)
"""Alerts of a common night and of a full one."""
MONTH_NIGHTS = 30
EXPOSURE = 1500
"""Alerts that come together."""
POLLED = 100
"""Packets that the mirror takes from Kafka at once."""


def cost(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Packets to count on; else a simulated night.")
    ] = None,
    alerts: Annotated[int, typer.Option(help="Alerts of the simulated night.", min=8)] = 1024,
    batch: Annotated[int, typer.Option(help="Alerts that ingest takes at once.", min=1)] = 256,
    whole: Annotated[
        bool, typer.Option("--whole", help="Packets travel whole, not by reference.")
    ] = False,
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
        _run(platform, packets, batch, counts, by_reference=not whole)
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


def _run(
    platform: Platform, packets: Iterable[bytes], batch: int, counts: Counts, *, by_reference: bool
) -> None:
    """Run packets through ingest and filter on ports that count; histories begin empty."""
    subscribers = {each.topic: 1 for each in functions()}
    bus = CountingBus(counts, subscribers)
    counted = replace(
        platform,
        settings=platform.settings.model_copy(update={"packets_by_reference": by_reference}),
        bus=bus,
        documents=CountingDocuments(platform.documents, counts),
        objects=CountingObjects(platform.objects, counts),
        warehouse=CountingWarehouse(platform.warehouse, counts),
    )
    publish, run = publisher(counted), filter_service(counted)
    ingest = ingest_service(compressing(counted))
    for arrived in _batches(publish, bus, packets, batch):
        began = time.process_time()
        report = ingest.ingest([Envelope.from_event(each) for each in arrived])
        run.run([Envelope.from_event(each) for each in _delivered(bus, "alerts")])
        # What comes before all else, imports and the start of the models, is no alert's.
        counts.cpu_s += (time.process_time() - began) if counts.alerts else 0.0
        counts.alerts += report.packets
    counts.cpu_s *= counts.alerts / max(1, counts.alerts - min(batch, counts.alerts))


def _batches(
    publish: Publisher, bus: CountingBus, packets: Iterable[bytes], batch: int
) -> Iterator[list[dict[str, Any]]]:
    """Publish packets as the mirror does and yield what an instance is pushed at once.

    The messages of an exposure are spread over the instances as Pub/Sub likes.
    """
    source, shuffle = enumerate(packets), Random(1).shuffle  # noqa: S311 - no secret
    while exposure := list(islice(source, EXPOSURE)):
        messages = [_message(data, number) for number, data in exposure]
        for first in range(0, len(messages), POLLED):
            publish.publish(messages[first : first + POLLED])
        arrived = _delivered(bus, TOPIC)
        shuffle(arrived)
        for first in range(0, len(arrived), batch):
            yield arrived[first : first + batch]


def _message(data: bytes, number: int) -> Message:
    """Return the message of a packet, as one of a single night."""
    message = packet_message(data, packet_id=f"cost/{number}")
    night = {"night": f"{_now():%Y%m%d}"} if "night" in message.attributes else {}
    return Message(data, {**message.attributes, **night})


def _delivered(bus: CountingBus, topic: str) -> list[dict[str, Any]]:
    """Return what a topic's subscriber is pushed."""
    return [
        {
            "message": {
                "data": b64encode(each.data).decode(),
                "attributes": dict(each.attributes),
                "messageId": str(number),
                "publishTime": _now().isoformat(),
            }
        }
        for number, each in enumerate(bus.messages.pop(topic, []))
    ]


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
