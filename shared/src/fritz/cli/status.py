"""`fritz status`: what waits, what was dealt with and what could not be."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fritz.adapters.embedded.bus import SqliteBus, SubscriptionStats
from fritz.archive.accounting import quarantine_reasons, totals
from fritz.archive.filter_runs import counts_of
from fritz.cli.checkout import topics
from fritz.cli.local import LocalPlatform
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import print_json, print_table
from fritz.cli.platforms import opened_existing
from fritz.cli.supervisor import prepare_bus
from fritz.services.candidates import CandidateStore
from fritz.services.deadletter import count_unfiltered
from fritz.services.filters_store import FilterStore
from fritz.wiring import Platform

__all__ = ["status"]

EVERY_NIGHT = (0, 99_999_999)
RUN_SUMS = ("seen", "passed", "errors", "budget_exceeded", "saved")


def status(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Show what waits, what was dealt with and what could not be."""
    with opened_existing(data) as platform:
        found = _status(platform, data)
    if as_json:
        print_json(found)
        return
    columns = ("published", "backlog", "oldest_age_s", "dead_letters")
    print_table(
        "Topics",
        ["topic", "published", "waiting", "oldest, s", "dead letters"],
        [[name, *(each[key] or 0 for key in columns)] for name, each in found["topics"].items()],
    )
    print_table("Packets so far", ["what", "number"], found["totals"].items())
    print_table("Quarantine", ["reason", "packets"], found["quarantine"].items())
    print_table(
        "Filters",
        ["filter", "candidates", *RUN_SUMS],
        [
            [name, found["candidates"].get(name, 0), *each.values()]
            for name, each in found["filter_runs"].items()
        ],
    )


def _status(platform: Platform, data: Path) -> dict[str, Any]:
    counts = totals(platform.warehouse)
    filters = {each.id: each.name for each in FilterStore(platform.documents).all()}
    by_filter = CandidateStore(platform.documents).count_by_filter(list(filters))
    return {
        "running": LocalPlatform.running(data) is not None,
        **_bus(data),
        "totals": {
            "archived": counts.archived,
            "duplicates": counts.duplicates,
            "quarantined": counts.quarantined,
            "dead_lettered": counts.dead_lettered,
            "candidates": sum(by_filter.values()),
            "unfiltered": count_unfiltered(platform.documents),
        },
        "quarantine": quarantine_reasons(platform.warehouse),
        "candidates": {filters[number]: count for number, count in by_filter.items()},
        "filter_runs": _filter_runs(platform, filters),
    }


def _filter_runs(platform: Platform, filters: Mapping[int, str]) -> dict[str, dict[str, int]]:
    """Return each filter's sums over all nights and versions, by its name."""
    sums = {name: dict.fromkeys(RUN_SUMS, 0) for name in filters.values()}
    for counts in counts_of(platform.warehouse, EVERY_NIGHT, list(filters)):
        for key in RUN_SUMS:
            sums[filters[counts.filter_id]][key] += getattr(counts, key)
    return sums


def _bus(data: Path) -> dict[str, Any]:
    bus = prepare_bus(data)
    try:
        stats = bus.stats()
        return {
            "topics": _topics(bus, stats),
            "subscriptions": {name: _numbers([each]) for name, each in stats.items()},
        }
    finally:
        bus.close()


def _topics(bus: SqliteBus, stats: Mapping[str, SubscriptionStats]) -> dict[str, dict[str, Any]]:
    """Return the counts of each topic, summed over its subscriptions."""
    published = bus.published()
    of_topic: dict[str, list[SubscriptionStats]] = defaultdict(list)
    for name, each in stats.items():
        of_topic[bus.subscription(name).topic].append(each)
    return {
        name: {"published": published.get(name, 0), **_numbers(of_topic[name])} for name in topics()
    }


def _numbers(stats: list[SubscriptionStats]) -> dict[str, Any]:
    ages = [each.oldest_age_s for each in stats if each.oldest_age_s is not None]
    return {
        "backlog": sum(each.backlog for each in stats),
        "oldest_age_s": max(ages, default=None),
        "dead_letters": sum(each.dead_letters for each in stats),
    }
