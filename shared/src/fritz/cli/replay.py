"""`fritz replay`: publish packets and wait until the platform has dealt with each."""

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fritz.cli.checkout import functions
from fritz.cli.options import DEFAULT_DATA, Data, Json, Workers
from fritz.cli.output import print_json, print_table, progress_bar
from fritz.cli.packet_files import count_packets, packets_in
from fritz.cli.platforms import broker_on, opened
from fritz.cli.supervisor import Supervisor
from fritz.services.candidates import CandidateStore
from fritz.services.replay import Replay, ReplayReport
from fritz.wiring import Platform, publisher

__all__ = ["replay", "run_packets"]


def replay(
    paths: Annotated[list[Path], typer.Argument(help="Packets, folders or nightly tarballs.")],
    rate: Annotated[
        float, typer.Option(help="Publish at most this many packets a second; 0: no limit.", min=0)
    ] = 0,
    workers: Workers = 0,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Publish packets and wait until the platform has dealt with every one.

    Uses the platform that runs on the folder; if none does, runs one for the duration. Ends with
    status 1 unless each published packet is archived, a duplicate, quarantined or dead-lettered.
    """
    packets = (packet for path in paths for packet in packets_in(path))
    with broker_on(data, workers) as supervisor, opened(data) as platform:
        report = run_packets(platform, packets, count_packets(paths), supervisor, rate)
    if as_json:
        print_json(asdict(report))
    else:
        print_table("Replay", ["what", "number"], asdict(report).items())
    if not report.whole:
        raise typer.Exit(1)


def run_packets(
    platform: Platform,
    packets: Iterable[bytes],
    expected: int | None,
    supervisor: Supervisor | None,
    rate: float = 0,
) -> ReplayReport:
    """Publish packets with a progress bar, wait until all are dealt with and report.

    Parameters
    ----------
    expected : number of packets, for the bar; None where it is not known beforehand.
    supervisor : of our own workers, to keep alive while waiting; None where others run them.
    rate : packets per second at most; 0 for no limit.
    """
    run = Replay(
        run=f"replay-{uuid.uuid4().hex[:12]}",
        bus=platform.bus,
        publisher=publisher(platform),
        warehouse=platform.warehouse,
        candidates=CandidateStore(platform.documents),
        subscriptions=[f"{each.topic}-{each.name}" for each in functions()],
        seconds=time.monotonic,
    )
    with progress_bar() as bar:
        published = bar.add_task("published", total=expected)
        for count in _paced(run.publish(packets), rate):
            bar.advance(published, count)
        bar.update(published, total=run.published)
        dealt = bar.add_task("dealt with", total=run.published)
        while waiting := run.waiting():
            bar.update(dealt, completed=max(0, run.published - waiting))
            if supervisor is not None:
                supervisor.check()
            time.sleep(0.1)
        bar.update(dealt, completed=run.published)
    return run.report()


def _paced(chunks: Iterator[int], rate: float) -> Iterator[int]:
    began, sent = time.monotonic(), 0
    for count in chunks:
        yield count
        sent += count
        if rate:
            time.sleep(max(0.0, began + sent / rate - time.monotonic()))
