"""`fritz up`, `fritz down` and `fritz status`: the local platform as a whole."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from fritz.archive.accounting import quarantine_reasons, totals
from fritz.cli.local import LocalPlatform
from fritz.cli.options import DEFAULT_DATA, Data, Json, Port, Workers
from fritz.cli.output import console, print_json, print_table
from fritz.cli.platforms import marshal_on, opened
from fritz.cli.supervisor import Supervisor, prepare_bus
from fritz.services.candidates import CandidateStore
from fritz.services.filters_store import FilterStore

__all__ = ["down", "serve", "status", "up"]


def up(port: Port = 5000, workers: Workers = 0, data: Data = DEFAULT_DATA) -> None:
    """Start the whole platform on this machine and stay until Ctrl-C or `fritz down`.

    When it is ready, `local.json` in the folder tells scripts its address and an admin's token.
    """
    with marshal_on(data, port, workers) as (supervisor, record):
        console.print(f"Marshal at [bold]{record.base_url}[/bold], everything kept in {data}/")
        serve(supervisor)


def serve(supervisor: Supervisor) -> None:
    """Keep the platform's processes alive until this process is told to stop."""
    stopped: list[int] = []
    before = {
        number: signal.signal(number, lambda received, _: stopped.append(received))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        while not stopped:
            supervisor.check()
            time.sleep(0.5)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def down(data: Data = DEFAULT_DATA) -> None:
    """Stop the platform that runs on the folder; what it keeps stays."""
    record = LocalPlatform.running(data)
    if record is None:
        console.print(f"no platform runs on {data}")
        return
    os.kill(record.pid, signal.SIGTERM)
    while LocalPlatform.running(data):
        time.sleep(0.1)
    console.print("stopped")


def status(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Show what waits, what was dealt with and what could not be."""
    found = _status(data)
    if as_json:
        print_json(found)
        return
    print_table(
        "Subscriptions",
        ["subscription", "waiting", "oldest, s", "dead letters"],
        [
            [name, each["backlog"], each["oldest_age_s"] or 0, each["dead_letters"]]
            for name, each in found["subscriptions"].items()
        ],
    )
    print_table("Packets so far", ["what", "number"], found["totals"].items())
    print_table("Quarantine", ["reason", "packets"], found["quarantine"].items())
    print_table("Candidates", ["filter", "number"], found["candidates"].items())


def _status(data: Path) -> dict[str, Any]:
    with opened(data) as platform:
        counts = totals(platform.warehouse)
        filters = {each.id: each.name for each in FilterStore(platform.documents).all()}
        by_filter = CandidateStore(platform.documents).count_by_filter(list(filters))
        return {
            "running": LocalPlatform.running(data) is not None,
            "subscriptions": _subscriptions(data),
            "totals": {
                "archived": counts.archived,
                "duplicates": counts.duplicates,
                "quarantined": counts.quarantined,
                "dead_lettered": counts.dead_lettered,
                "candidates": sum(by_filter.values()),
            },
            "quarantine": quarantine_reasons(platform.warehouse),
            "candidates": {filters[number]: count for number, count in by_filter.items()},
        }


def _subscriptions(data: Path) -> dict[str, dict[str, Any]]:
    bus = prepare_bus(data)
    try:
        return {
            name: {
                "backlog": each.backlog,
                "oldest_age_s": each.oldest_age_s,
                "dead_letters": each.dead_letters,
            }
            for name, each in bus.stats().items()
        }
    finally:
        bus.close()
