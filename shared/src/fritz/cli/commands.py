"""The table of commands."""

import typer

from fritz.cli import archive, catalogs, filters, labels, models, token, train
from fritz.cli.admin import admin
from fritz.cli.cost import cost
from fritz.cli.demo import demo
from fritz.cli.deploy import deploy
from fritz.cli.features import features
from fritz.cli.migrate import migrate
from fritz.cli.mirror import mirror
from fritz.cli.model_report import report
from fritz.cli.reconcile import reconcile
from fritz.cli.replay import replay
from fritz.cli.reprocess import reprocess
from fritz.cli.rescore import rescore
from fritz.cli.simulate import simulate
from fritz.cli.simulate_load import simulate_load
from fritz.cli.sql import sql
from fritz.cli.status import status
from fritz.cli.train_labels import from_labels
from fritz.cli.up import down, up

__all__ = ["app"]

app = typer.Typer(
    name="fritz",
    help="Fritz: a night of alerts from packet to candidate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (demo, up, down, status, replay, simulate, mirror, sql, cost):
    app.command()(command)
for job in (admin, rescore, reprocess, reconcile, migrate):
    app.command()(job)
app.command()(simulate_load)
app.command()(deploy)
app.add_typer(archive.app, name="archive")
app.add_typer(catalogs.app, name="catalogs")
app.add_typer(filters.app, name="filters")
app.add_typer(labels.app, name="labels")
app.command()(features)
models.app.command()(report)
app.add_typer(models.app, name="models")
app.add_typer(token.app, name="token")
train.app.callback(invoke_without_command=True)(from_labels)
app.add_typer(train.app, name="train")
