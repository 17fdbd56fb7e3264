"""`fritz replay`: publish packets and wait until the platform has dealt with each."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from fritz.cli.checkout import functions, subscription_of
from fritz.cli.options import DEFAULT_DATA, Data, Json, Workers
from fritz.cli.output import console, print_json, print_table, progress_bar
from fritz.cli.packet_files import PacketFiles
from fritz.cli.platforms import Watched, broker_on, opened
from fritz.services.candidates import CandidateStore
from fritz.services.replay import CHUNK, Replay, ReplayReport
from fritz.wiring import Platform, publisher

__all__ = ["replay", "run_packets"]

STAGES = ("ingest", "filter")
"""The functions that a packet passes, in this order."""
CHUNKS_PER_SECOND = 4
LONGEST_SLEEP_S = 0.5


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
    status 1 unless each published packet is archived, a duplicate, quarantined or dead-lettered,
    and if something could not be read to its end.
    """
    files = PacketFiles(paths)
    with broker_on(data, workers) as watched, opened(data) as platform:
        report = run_packets(platform, files, files.count(), watched, rate)
    found: dict[str, Any] = {**asdict(report), "skipped": files.skipped}
    if files.skipped:
        more = ", …" if files.skipped > len(files.skipped_names) else ""
        names = ", ".join(files.skipped_names) + more
        console.print(f"left out, no packets: {files.skipped} ({names})", markup=False)
    if files.problems:
        found["error"] = "; ".join(files.problems)
        console.print(f"fritz: {found['error']}", markup=False)
    if as_json:
        print_json(found)
    else:
        print_table("Replay", ["what", "number"], found.items())
    if not report.whole or files.problems:
        raise typer.Exit(1)


def run_packets(
    platform: Platform,
    packets: Iterable[bytes],
    expected: int | None,
    watched: Watched,
    rate: float = 0,
) -> ReplayReport:
    """Publish packets with a progress bar, wait until all are dealt with and report.

    Parameters
    ----------
    expected : number of packets, for the bar; None where it is not known beforehand.
    watched : the workers, which are checked all the while.
    rate : packets per second at most; 0 for no limit.

    Raises
    ------
    Transient
        The workers are gone, or cannot run.
    """
    run = Replay(
        run=f"replay-{uuid.uuid4().hex[:12]}",
        bus=platform.bus,
        publisher=publisher(platform),
        warehouse=platform.warehouse,
        candidates=CandidateStore(platform.documents),
        stages=[subscription_of(each, "").name for each in functions() if each.name in STAGES],
        seconds=time.monotonic,
        now=platform.clock,
    )
    with progress_bar() as bar:
        published = bar.add_task("published", total=expected)
        chunk = max(1, int(min(CHUNK, rate / CHUNKS_PER_SECOND))) if rate else CHUNK
        for count in run.publish(_paced(packets, rate, watched), chunk):
            watched.check()
            bar.advance(published, count)
        bar.update(published, total=run.published)
        dealt = bar.add_task("dealt with", total=run.published)
        _wait(run, watched, lambda settled: bar.update(dealt, completed=settled))
    return run.report()


def _wait(run: Replay, watched: Watched, show: Callable[[int], None]) -> None:
    """Wait until every packet of the run has an outcome and has met the filters."""
    while True:
        asked_at = time.monotonic()
        settled = run.settled()
        show(settled)
        if settled >= run.published and run.is_through():
            return
        watched.check()
        took_s = time.monotonic() - asked_at
        time.sleep(min(2.0, max(0.1, 4 * took_s)))  # asking must not slow down the work


def _paced(packets: Iterable[bytes], rate: float, watched: Watched) -> Iterator[bytes]:
    """Yield each packet when it is due."""
    began = time.monotonic()
    for number, packet in enumerate(packets):
        while rate and (left_s := began + number / rate - time.monotonic()) > 0:
            time.sleep(min(LONGEST_SLEEP_S, left_s))
            watched.check()
        yield packet
