"""`fritz rescore`: a model version scores past nights, here by processes, in the cloud by tasks."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json, TaskIndex
from fritz.cli.output import console, print_json, print_table, progress_bar
from fritz.cli.signals import ending_on_signals, undisturbed
from fritz.errors import FritzError, Invalid
from fritz.services.rescoring import (
    Rescoring,
    RescoringJob,
    RescoringReport,
    alerts_to_rescore,
)
from fritz.services.rescoring_packs import Shard
from fritz.settings import Settings
from fritz.wiring import Platform, model_registry, platform_from_settings

__all__ = ["gathered", "nights_of", "rescore", "run_tasks"]

NIGHT_DIGITS = 8
Advance = Callable[[int], None]


def rescore(
    model: Annotated[str, typer.Option(help="The model's name, e.g. braai.")],
    version: Annotated[str, typer.Option(help="Which of its versions, whatever its state.")],
    nights: Annotated[str, typer.Option(help="YYYYMMDD:YYYYMMDD, both included; or one night.")],
    tasks: Annotated[int, typer.Option(help="Processes that share the work here.", min=1)] = 1,
    task_index: TaskIndex = 0,
    task_count: Annotated[
        int,
        typer.Option(
            help="Tasks that share the work, of which this process is one; 0: it has all of it.",
            envvar="CLOUD_RUN_TASK_COUNT",
            min=0,
        ),
    ] = 0,
    survey: Annotated[str, typer.Option(help="Whose alerts.")] = "ztf",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Score past nights with one version of a model, into the table `scores`.

    What was cut off goes on when the same command is given again. Ends with status 1 if a task
    died.
    """
    job = RescoringJob(model, version, nights_of(nights), survey)
    if task_count > 1 and tasks > 1:
        raise Invalid("--tasks starts all tasks here, --task-count says this is one of them")
    shards = (
        [Shard(task_index, task_count)]
        if task_count
        else [Shard(index, tasks) for index in range(tasks)]
    )
    with _opened(data) as platform:
        # Refused here in words, not by each task.
        registry = model_registry(platform)
        registry.load(registry.get(model, version))
        total = sum(alerts_to_rescore(platform.warehouse, job).values())
    with ending_on_signals(), progress_bar() as bar:
        scoring = bar.add_task(f"scoring by {model} {version}", total=total)
        report, problems = run_tasks(job, shards, data, lambda count: bar.advance(scoring, count))
    for each in problems:
        console.print(f"fritz: {each}", markup=False)
    _say(report, problems, as_json=as_json)
    if problems:
        raise typer.Exit(1)


def nights_of(text: str) -> tuple[int, int]:
    """Return the first and last night of ``YYYYMMDD:YYYYMMDD`` or ``YYYYMMDD``.

    Raises
    ------
    Invalid
        It is neither.

    Examples
    --------
    >>> nights_of("20260301:20260304"), nights_of("20260301")
    ((20260301, 20260304), (20260301, 20260301))
    """
    first, _, last = text.partition(":")
    parts = (first, last or first)
    if not all(part.isdecimal() and len(part) == NIGHT_DIGITS for part in parts):
        raise Invalid(f"nights {text!r}: YYYYMMDD:YYYYMMDD or YYYYMMDD")
    return int(parts[0]), int(parts[1])


def run_tasks(
    job: RescoringJob, shards: list[Shard], data: Path, advance: Advance
) -> tuple[RescoringReport, list[str]]:
    """Run the tasks of a job, several as processes of their own.

    A task that dies takes no other with it.

    Returns
    -------
    What the tasks that ended well came to, and what became of the others.
    """
    if len(shards) == 1:
        return _task(job, shards[0], Settings(data=data), advance), []
    context = multiprocessing.get_context("spawn")
    running: dict[Connection, tuple[Shard, BaseProcess]] = {}
    try:
        for shard in shards:
            ours, theirs = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(
                target=_child, args=(job, shard, data, theirs), daemon=True
            )
            process.start()
            theirs.close()
            running[ours] = (shard, process)
        return gathered(running, advance)
    finally:
        with undisturbed():
            for _, process in running.values():
                process.terminate()
                process.join()


def gathered(
    running: dict[Connection, tuple[Shard, BaseProcess]], advance: Advance
) -> tuple[RescoringReport, list[str]]:
    """Listen to the tasks until each has reported or is gone."""
    report, problems = RescoringReport(), []
    while running:
        for each in wait(list(running)):
            assert isinstance(each, Connection)  # noqa: S101 - a narrower type than wait's
            try:
                said = each.recv()
            except (EOFError, OSError):  # the latter if it died while it spoke
                shard, process = running.pop(each)
                process.join()
                problems.append(
                    f"task {shard.index} of {shard.count} died with status {process.exitcode}; "
                    f"the same command again goes on where it was"
                )
                continue
            if isinstance(said, int):
                advance(said)
                continue
            shard, _ = running.pop(each)
            if isinstance(said, RescoringReport):
                report += said
            else:
                problems.append(f"task {shard.index} of {shard.count}: {said}")
    return report, problems


def _child(job: RescoringJob, shard: Shard, data: Path, parent: Connection) -> None:
    """Run one task in a process of its own: counts, then the report or an error's text."""
    # The processes share the cores, not each run of a model.
    settings = Settings(data=data, model_threads=1)
    try:
        parent.send(_task(job, shard, settings, parent.send))
    except FritzError as error:
        parent.send(str(error))


def _task(job: RescoringJob, shard: Shard, settings: Settings, advance: Advance) -> RescoringReport:
    with _opened(settings.data, settings) as platform:
        rescoring = Rescoring(
            registry=model_registry(platform),
            warehouse=platform.warehouse,
            objects=platform.objects,
            documents=platform.documents,
            now=platform.clock,
        )
        return rescoring.run(job, shard, advance)


@contextmanager
def _opened(data: Path, settings: Settings | None = None) -> Iterator[Platform]:
    """Yield the backend that the environment names, embedded on `data` if it names none."""
    platform = platform_from_settings(settings or Settings(data=data))
    try:
        yield platform
    finally:
        platform.close()


def _say(report: RescoringReport, problems: list[str], *, as_json: bool) -> None:
    found = {**asdict(report), "failures": dict(report.failures)}
    if as_json:
        print_json({**found, "problems": problems})
        return
    rows = [(name, found[name]) for name in ("alerts", "scored", "before", "packs")]
    rows += [(f"without a score: {why}", n) for why, n in sorted(report.failures.items())]
    print_table("Rescoring", ["what", "number"], rows)
