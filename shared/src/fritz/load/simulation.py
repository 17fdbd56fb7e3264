"""A scenario through ingest and filter: what it would take and cost."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files
from typing import Any

from fritz.catalogs.definition import Catalog
from fritz.costs.ledger import Counts, Line, lines, match_reads, prices
from fritz.load.arrivals import Arrivals
from fritz.load.engine import Clock, Documents, Service, Stage, Window

__all__ = [
    "Outcome",
    "cloud_services",
    "cost_lines",
    "limits",
    "measured",
    "outcome_of",
    "simulated",
    "waiting_line",
]

PROMISED_S = 60.0
"""Within which 99 % of alerts are to be filtered."""
MANY = 128
"""Objects of a batch, to tell the part of matching that grows with it."""
QUANTILES = (0.5, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario."""

    title: str
    packets: int
    latency_s: Mapping[float, float]
    """Quantile -> seconds from publication to filtered."""
    within: float
    """Part of the alerts that was filtered in the time that is promised."""
    finished_s: float
    """When the last was, since the first publication."""
    instances: Mapping[str, int]
    """Stage -> most at once."""
    active_s: Mapping[str, float]
    """Stage -> instance seconds that are billed."""
    batch: Mapping[str, float]
    """Stage -> alerts of a batch on average."""
    times: tuple[tuple[float, float, int], ...]
    """When alerts were filtered, after how long, how many."""
    backlog: tuple[tuple[float, int], ...]
    """What waited for ingest, by time."""


@cache
def limits() -> Mapping[str, Mapping[str, float]]:
    """Return Google's limits and our assumptions."""
    return _toml("limits.toml")


@cache
def measured() -> Mapping[str, Any]:
    """Return what stages took and what was counted here."""
    return _toml("measured.toml")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("fritz.load").joinpath(name).read_text(encoding="utf-8"))


def cloud_services(
    rows: Mapping[str, tuple[int, int]], catalogs: Sequence[Catalog] = ()
) -> tuple[Service, Service]:
    """Return ingest and filter as deployed.

    Parameters
    ----------
    rows
        Concurrency and most instances of the functions, by name.
    catalogs
        What ingest matches with, by reading the atlas.
    """
    told, far = measured(), limits()["assumed"]
    match_s, match_alert_s = _matching_s(catalogs)
    waits = {
        "ingest": far["objects_s"]
        + far["appends_ingest"] * far["append_s"]
        + far["documents_ingest"] * far["documents_s"]
        + far["publish_s"]
        + match_s,
        "filter": far["appends_filter"] * far["append_s"]
        + far["documents_filter"] * far["documents_s"]
        + far["publish_s"],
    }
    made = {
        name: Service(
            name=name,
            concurrency=rows[name][0],
            max_instances=rows[name][1],
            batch_size=256,
            batch_wait_s=0.25,
            batch_s=told[name]["batch_s"] + waits[name],
            alert_s=told[name]["alert_s"] + (match_alert_s if name == "ingest" else 0.0),
            cold_start_s=far["cold_start_s"],
            target=limits()["run"]["target"],
            writes_per_alert=told[name]["writes_per_alert"],
        )
        for name in ("ingest", "filter")
    }
    return made["ingest"], made["filter"]


def _matching_s(catalogs: Sequence[Catalog]) -> tuple[float, float]:
    """Return what matching takes for a batch and for each alert of it, seconds."""
    if not catalogs:
        return 0.0, 0.0
    price, far = prices(), limits()["assumed"]
    one, many = (match_reads(catalogs, number, price) for number in (1, MANY))
    each_s = far["match_read_s"] / far["match_reads_at_once"] + price["assumed"]["read_cpu_s"]
    alert_s = (many - one) / (MANY - 1) * each_s
    return one * each_s - alert_s, alert_s


def simulated(
    arrivals: Arrivals,
    services: tuple[Service, Service],
    *,
    cloud: bool = True,
    warm: int = 0,
    documents_per_s: float = 0.0,
) -> Outcome:
    """Return what becomes of a scenario.

    Parameters
    ----------
    cloud
        Whether Google's limits hold; not where nothing but our own code is between the stages.
    warm
        Instances of each stage from the beginning.
    documents_per_s
        Writes that Firestore takes at once, if it is known to take more than of new traffic.
    """
    clock, done = Clock(), []

    def filtered(origin: float, number: int) -> None:
        done.append((clock.now, clock.now - origin, number))

    documents = Documents(**limits()["firestore"]) if cloud else Documents()
    if documents_per_s:
        documents.base_per_s = documents_per_s
    idle_s = limits()["run"]["idle_s"]
    second = Stage(clock, services[1], _window(cloud=cloud), documents, filtered, idle_s)
    first = Stage(clock, services[0], _window(cloud=cloud), documents, second.publish, idle_s)
    for stage in (first, second):
        stage.warm(warm)
    for moment, number in arrivals.ticks:
        clock.at(moment, partial(first.publish, moment, number))
    clock.run()
    return outcome_of(arrivals, (first, second), done)


def _window(*, cloud: bool) -> Window:
    if not cloud:
        return Window()
    push = limits()["push"]
    return Window(push["window_start"], push["linear_above"], push["slow_s"])


def outcome_of(
    arrivals: Arrivals, stages: tuple[Stage, Stage], done: list[tuple[float, float, int]]
) -> Outcome:
    """Return a scenario's outcome in numbers."""
    names = ("ingest", "filter")
    by_latency = sorted((latency, number) for _, latency, number in done)
    total = sum(number for _, number in by_latency)
    named = list(zip(names, stages, strict=True))
    return Outcome(
        title=arrivals.title,
        packets=arrivals.packets,
        latency_s={q: _quantile(by_latency, q * total) for q in QUANTILES},
        within=sum(n for latency, n in by_latency if latency <= PROMISED_S) / total,
        finished_s=max(moment for moment, _, _ in done),
        instances={name: stage.most_instances for name, stage in named},
        active_s={name: stage.active_s for name, stage in named},
        batch={name: arrivals.packets / stage.batches for name, stage in named},
        times=tuple(done),
        backlog=tuple(stages[0].backlog),
    )


def _quantile(by_latency: list[tuple[float, int]], rank: float) -> float:
    seen = 0
    for latency, number in by_latency:
        seen += number
        if seen >= rank:
            return latency
    return by_latency[-1][0]


def cost_lines(
    outcome: Outcome, catalogs: Iterable[Catalog], cpus: Mapping[str, int]
) -> list[Line]:
    """Return the ledger of a scenario: operations as counted here, instances as simulated."""
    price = prices()
    counts = Counts(**measured()["counts"])
    vcpu_s = sum(outcome.active_s[name] * cpus[name] for name in outcome.active_s)
    share = counts.alerts / outcome.packets
    batches = max(1, round(counts.alerts / outcome.batch["ingest"]))
    busy = price["assumed"]["busy"]
    scaled = replace(
        counts,
        cpu_s=vcpu_s * busy * share,
        matches=batches,
        object_writes=batches,
    )
    found = lines(scaled, outcome.packets, catalogs, price)
    # Instances were simulated with the time that they match in; it is not to be paid twice.
    return [each for each in found if (each.service, each.what) != ("Functions", "cross-match")]


def waiting_line(warm: int, cpus: Mapping[str, int]) -> Line:
    """Return what it costs to have instances of each function wait for a night."""
    price, night_s = prices(), limits()["assumed"]["night_s"]
    vcpu_s = warm * sum(cpus.values()) * night_s
    memory = price["assumed"]["instance_gib_per_vcpu"] * price["run"]["idle_gib_s"]
    dollars = vcpu_s * (price["run"]["idle_vcpu_s"] + memory)
    return Line("Functions", "instances that wait", vcpu_s, "vCPU s", dollars)
