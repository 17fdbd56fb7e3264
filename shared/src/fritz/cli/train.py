"""`fritz train`: Fritz's own models, from simulated nights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import orjson
import typer

from fritz.alerts.history import History
from fritz.alerts.packet import Record, read_packet
from fritz.classifiers.alert_inputs import AlertInputs, alert_inputs
from fritz.classifiers.training.samples import LabelledAlert
from fritz.cli.options import Json
from fritz.cli.output import console, print_json, progress_bar
from fritz.errors import Invalid, NotFound

if TYPE_CHECKING:
    from fritz.services.training import Trained

__all__ = ["app", "needs_framework", "needs_package", "real_alerts", "simulated_alerts"]

app = typer.Typer(no_args_is_help=True)

ALERTS_PER_NIGHT: Final = 500
CLOUDED_EVERY: Final = 4
"""Of so many nights one is clouded: more than by chance, for there most is to be learnt."""
NIGHTS_APART_DAYS: Final = 37
YEAR_DAYS: Final = 365
NEEDS: Final = ("jax", "optax", "onnx")

Out = Annotated[Path, typer.Option(help="Folder for the model, its card and its metrics.")]
Alerts = Annotated[int, typer.Option(help="Simulated alerts; a tenth is for evaluation.", min=200)]
Seed = Annotated[int, typer.Option(help="The same seed gives the same model.")]
Version = Annotated[str, typer.Option(help="What the model's version is called.")]
Epochs = Annotated[int, typer.Option(help="Passes over the alerts.", min=1)]
Real = Annotated[
    Path | None, typer.Option(help="Folder of real Avro packets to evaluate on; never trained on.")
]


@app.command()
def realbogus(
    out: Out,
    alerts: Alerts = 24_000,
    seed: Seed = 1,
    version: Version = "v1",
    epochs: Epochs = 12,
    real: Real = None,
    as_json: Json = False,
) -> None:
    """Train the real/bogus network of stamps, fritz_rb."""
    from fritz.services.training import train_realbogus

    _train(train_realbogus, out, alerts, seed, version, epochs, real, as_json=as_json)


@app.command()
def classes(
    out: Out,
    alerts: Alerts = 24_000,
    seed: Seed = 1,
    version: Version = "v1",
    epochs: Epochs = 30,
    real: Real = None,
    as_json: Json = False,
) -> None:
    """Train the classifier of features and light curves, fritz_class."""
    from fritz.services.training import train_classes

    _train(train_classes, out, alerts, seed, version, epochs, real, as_json=as_json)


def _train(
    train: Callable[..., Trained],
    out: Path,
    alerts: int,
    seed: int,
    version: str,
    epochs: int,
    real: Path | None,
    *,
    as_json: bool,
) -> None:
    needs_framework()
    from fritz.adapters.onnx import OnnxRuntime
    from fritz.adapters.training.trainer import JaxTrainer
    from fritz.services.training import Recipe

    nights = math.ceil(alerts / ALERTS_PER_NIGHT)
    story = (
        f"{alerts} alerts of the survey simulator, {nights} nights of seeds {seed} to "
        f"{seed + nights - 1}, every fourth clouded, those of a tenth of the objects held out; "
        f"{epochs} epochs. No real alert."
    )
    packets = [] if real is None else real_alerts(real)
    with progress_bar() as bar:
        simulating, fitting = (
            bar.add_task("simulating", total=alerts),
            bar.add_task("fitting", total=epochs),
        )
        trained = train(
            bar.track(simulated_alerts(alerts, seed), total=alerts, task_id=simulating),
            packets,
            JaxTrainer(),
            OnnxRuntime(threads=1),
            Recipe(version, epochs, seed, story),
            lambda _epoch, _loss: bar.advance(fitting),
        )
    _write(trained, out, as_json=as_json)


def needs_framework() -> None:
    """Make sure that what fits networks is installed; `NotFound` says how it can be."""
    needs_package(*NEEDS)


def needs_package(*names: str) -> None:
    """Make sure that packages for jobs are installed; `NotFound` says how they can be."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise NotFound(f"this needs {', '.join(missing)}: `make train` installs them")


def simulated_alerts(alerts: int, seed: int) -> Iterator[LabelledAlert]:
    """Yield alerts of simulated nights, each night of its own seed and season."""
    from emulators.survey import DEFAULT_NIGHT, clouded_night, simulate

    for night, begin in enumerate(range(0, alerts, ALERTS_PER_NIGHT)):
        when = DEFAULT_NIGHT + timedelta(days=NIGHTS_APART_DAYS * night % YEAR_DAYS)
        if night % CLOUDED_EVERY == CLOUDED_EVERY - 1:
            when = clouded_night(seed + night, when)
        for packet in simulate(min(ALERTS_PER_NIGHT, alerts - begin), seed + night, when):
            truth = packet.truth
            (record,) = read_packet(packet.data).records
            # objects of two seeds may share a name
            object_id = f"{seed + night}/{truth.object_id}"
            yield LabelledAlert(_inputs(record), object_id, truth.kind, truth.real)


def real_alerts(folder: Path) -> Sequence[AlertInputs]:
    """Return the alerts of all packets in a folder."""
    paths = sorted(folder.glob("*.avro"))
    if not paths:
        raise Invalid(f"no Avro packets in {folder}")
    return [_inputs(each) for path in paths for each in read_packet(path.read_bytes()).records]


def _inputs(record: Record) -> AlertInputs:
    """Return an alert with the history that its own packet tells."""
    history = History.empty(record.survey, record.object_id).merged(record, "")
    past = history.view(record.jd, record.candid, window_days=math.inf)
    return alert_inputs(record, past.prv_candidates)


def _write(trained: Trained, out: Path, *, as_json: bool) -> None:
    card = trained.card
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{card.name}.onnx").write_bytes(trained.data)
    (out / f"{card.name}.json").write_bytes(card.to_json())
    metrics = orjson.dumps(trained.metrics, option=orjson.OPT_INDENT_2)
    (out / f"{card.name}.metrics.json").write_bytes(metrics + b"\n")
    if as_json:
        print_json({"model": card.id, "out": str(out), "metrics": trained.metrics})
        return
    console.print(f"{card.id} in {out}, {card.size_bytes} bytes")
    for name, value in card.metrics.items():
        console.print(f"  {name} {value:g}")
