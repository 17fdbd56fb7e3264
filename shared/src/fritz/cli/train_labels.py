"""`fritz train --from-labels`: a model goes on learning from what people said of alerts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fritz.cli.labels import Desk, desk_of
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json, progress_bar
from fritz.cli.train import app, needs_framework
from fritz.errors import Invalid
from fritz.services.model_comparison import ComparedAlerts, ModelComparisons
from fritz.wiring import model_registry

if TYPE_CHECKING:
    from fritz.services.label_training import Candidate, LabelTraining

__all__ = ["app", "from_labels"]


@app.callback(invoke_without_command=True)
def from_labels(
    context: typer.Context,
    *,
    from_labels: Annotated[
        bool, typer.Option("--from-labels", help="Learn from the labels that are kept.")
    ] = False,
    base: Annotated[
        str, typer.Option(help="The model that goes on learning, as name@version.")
    ] = "",
    version: Annotated[str, typer.Option(help="What the candidate's version is called.")] = "",
    frozen: Annotated[
        str, typer.Option(help="The test set to judge it by; see `fritz labels freeze`.")
    ] = "",
    task: Annotated[str, typer.Option(help="Labels of which task: real_bogus or class.")] = (
        "real_bogus"
    ),
    epochs: Annotated[int, typer.Option(help="Passes over the labels.", min=1)] = 20,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 1,
    out: Annotated[Path, typer.Option(help="File for the page that compares it with its base.")] = (
        Path("candidate.html")
    ),
    user: Annotated[str, typer.Option(help="Whose rights count.")] = "admin",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Train Fritz's own models: on the simulator, or further on people's labels.

    With --from-labels the candidate is compared with its base on a frozen test set and added to
    the registry in shadow: it scores what comes in, apart from the alerts. Compare the two on the
    live stream with `fritz models report`, then `fritz models activate`.
    """
    if context.invoked_subcommand is not None or not from_labels:
        if from_labels or context.invoked_subcommand is None:
            raise Invalid("fritz train: either --from-labels or one of its commands")
        return
    wanted = {"--base": base, "--version": version, "--frozen": frozen}
    if missing := [name for name, value in wanted.items() if not value]:
        raise Invalid(f"fritz train --from-labels needs {', '.join(missing)}")
    needs_framework()
    from fritz.services.label_training import Refit

    refit = Refit(task, base, version, frozen, epochs, seed)
    with desk_of(data, user) as desk, progress_bar() as bar:
        fitting = bar.add_task("fitting", total=epochs)
        found = _training(desk).candidate(
            desk.viewer, refit, lambda _epoch, _loss: bar.advance(fitting)
        )
        out.write_text(_page(desk, found), "utf-8")
    _say(found, out, as_json=as_json)


def _training(desk: Desk) -> LabelTraining:
    from fritz.adapters.training.trainer import JaxTrainer
    from fritz.services.archived_inputs import ArchivedInputs
    from fritz.services.label_training import LabelTraining

    platform = desk.platform
    return LabelTraining(
        registry=model_registry(platform),
        labelling=desk.labelling,
        archive=ArchivedInputs(platform.warehouse, platform.objects, platform.documents),
        objects=platform.objects,
        trainer=JaxTrainer(),
        now=platform.clock,
    )


def _page(desk: Desk, found: Candidate) -> str:
    platform, tested = desk.platform, found.test_set
    alerts = ComparedAlerts(tested.nights, desk.programids(tested.survey), tested.survey)
    comparisons = ModelComparisons(platform.warehouse, platform.objects)
    return comparisons.page(found.comparison, alerts, platform.clock())


def _say(found: Candidate, out: Path, *, as_json: bool) -> None:
    counted = {
        "model": found.entry.id,
        "state": found.entry.state,
        "labels": dict(found.labels),
        "left_out": dict(found.left_out),
        "metrics": dict(found.card.metrics),
        "out": str(out),
    }
    if as_json:
        print_json(counted)
        return
    console.print(f"{found.entry.id} is {found.entry.state}; it learnt from {counted['labels']}")
    for name in ("auc", "agreement"):
        before, now = (found.card.metrics[f"frozen_{each}{name}"] for each in ("base_", ""))
        console.print(f"  {name} on the test set: {before:g} before, {now:g} now")
    console.print(f"  page: {out}")
