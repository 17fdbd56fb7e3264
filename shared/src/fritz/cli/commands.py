"""The table of commands."""

from typing import Final

import typer

from fritz.cli.later import group_of

__all__ = ["COMMANDS", "app"]

COMMANDS: Final = {
    "demo": (
        "fritz.cli.demo:demo",
        "Simulate a night, run it through the platform, sum up, and serve the marshal.",
    ),
    "up": (
        "fritz.cli.up:up",
        "Start the whole platform on this machine and stay until Ctrl-C or `fritz down`.",
    ),
    "down": (
        "fritz.cli.down:down",
        "Stop the platform that runs on the folder; what it keeps stays.",
    ),
    "status": (
        "fritz.cli.status:status",
        "Show what waits, what was dealt with and what could not be.",
    ),
    "replay": (
        "fritz.cli.replay:replay",
        "Publish packets and wait until the platform has dealt with every one.",
    ),
    "simulate": (
        "fritz.cli.simulate:simulate",
        "Simulate a night of ZTF: Avro packets with stamps, and the truth beside them.",
    ),
    "mirror": (
        "fritz.cli.mirror:mirror",
        "Publish each message of Kafka as it is; offsets are committed after the bus confirmed.",
    ),
    "sql": ("fritz.cli.sql:sql", "Run a query on the archive; what it reads is told first."),
    "cost": (
        "fritz.cli.cost:cost",
        "Run alerts through the platform, count what Google bills, and scale it to whole nights.",
    ),
    "admin": (
        "fritz.cli.admin:admin",
        "Make the first administrator of a site that has none, with ZTF's streams.",
    ),
    "rescore": (
        "fritz.cli.rescore:rescore",
        "Score past nights with one version of a model, into the table `scores`.",
    ),
    "reprocess": (
        "fritz.cli.reprocess:reprocess",
        "Take past nights through history, models, catalogs and filters again, from their packs.",
    ),
    "reconcile": (
        "fritz.cli.reconcile:reconcile",
        "Balance the books of a day; ends with status 1 if a packet has come to no end.",
    ),
    "migrate": (
        "fritz.cli.migrate:migrate",
        "Add what tables and documents lack; start it again if it was broken off.",
    ),
    "simulate-load": (
        "fritz.cli.simulate_load:simulate_load",
        "Predict latency, instances and dollars of nights from measured costs and Google's limits.",
    ),
    "deploy": (
        "fritz.cli.deploy:deploy",
        "Deploy this checkout, go back to an earlier release, or check that it could be deployed.",
    ),
    "archive": ("fritz.cli.archive:app", "The archive of past nights."),
    "catalogs": ("fritz.cli.catalogs:app", "External catalogs: list them, load them."),
    "filters": ("fritz.cli.filters:app", "Filters: check, test, explain, time."),
    "labels": ("fritz.cli.labels:app", "Labels of alerts: export, import, count."),
    "features": (
        "fritz.cli.features:features",
        "Compute light-curve features of the objects of a night, into the archive and beside them.",
    ),
    "models": ("fritz.cli.model_report:app", "Models that score alerts."),
    "token": ("fritz.cli.token:app", "API tokens."),
    "train": (
        "fritz.cli.train_labels:app",
        "Train Fritz's own models: on the simulator, or further on people's labels.",
    ),
}
"""Each command's place and what the list says of it: the first line of what it says itself."""

app = typer.Typer(
    name="fritz", cls=group_of(COMMANDS), no_args_is_help=True, pretty_exceptions_enable=False
)


@app.callback()
def fritz() -> None:
    """Fritz: a night of alerts from packet to candidate."""
