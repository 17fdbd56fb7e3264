"""`fritz reprocess`: past nights once more, from their packs."""

from dataclasses import asdict
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json, TaskCount, TaskIndex
from fritz.cli.output import print_json, print_table, progress_bar
from fritz.cli.platforms import chosen
from fritz.cli.rescore import nights_of
from fritz.cli.signals import ending_on_signals
from fritz.services.reprocessing import ReprocessingReport
from fritz.services.rescoring import RescoringJob, alerts_to_rescore
from fritz.services.rescoring_packs import Shard
from fritz.wiring import reprocessing

__all__ = ["reprocess"]


def reprocess(
    night: Annotated[str, typer.Option(help="YYYYMMDD, or YYYYMMDD:YYYYMMDD, both included.")],
    task_index: TaskIndex = 0,
    task_count: TaskCount = 1,
    survey: Annotated[str, typer.Option(help="Whose alerts.")] = "ztf",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Take past nights through history, models, catalogs and filters again, from their packs.

    Histories and candidates that are missing are made anew; what stands is left as it is, so the
    command may be given again, and after being broken off. Nobody is notified. Ends with status 1
    if an alert of the archive could not be made again.
    """
    total, shard = ReprocessingReport(), Shard(task_index, task_count)
    with ending_on_signals(), chosen(data) as platform, progress_bar() as bar:
        job = RescoringJob("", "", nights_of(night), survey)
        alerts = alerts_to_rescore(platform.warehouse, job)
        shown = bar.add_task("alerts", total=sum(alerts.values()))
        again = reprocessing(platform)
        for each in alerts:
            for report in again.night(each, survey, shard):
                total += report
                bar.advance(shown, report.alerts)
    found = asdict(total)
    if as_json:
        print_json(found)
    else:
        print_table("Reprocessed", ["what", "number"], list(found.items())[:-1])
        print_table("Unreadable", ["why", "alerts"], total.unreadable.items())
    if total.unreadable:
        raise typer.Exit(1)
