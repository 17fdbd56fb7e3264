"""`fritz labels`: labels of alerts as files, and how many there are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import print_json, print_table
from fritz.errors import Invalid, NotFound
from fritz.marshal.visibility import Viewer, programids
from fritz.services.frozen_sets import FrozenSets
from fritz.services.groups import StreamStore, UserStore
from fritz.services.label_files import FileFormat, read_labels, said_by, written_labels
from fritz.services.labelling import Labelling
from fritz.settings import Settings
from fritz.wiring import Platform, platform_from_settings

__all__ = ["Desk", "app", "desk_of"]

app = typer.Typer(help="Labels of alerts: export, import, count.", no_args_is_help=True)

Out = Annotated[Path, typer.Argument(help="A new file, .csv or .parquet.")]
File = Annotated[Path, typer.Argument(help="Labels, .csv or .parquet: candid, label, maybe more.")]
Task = Annotated[str, typer.Option(help="What was asked: real_bogus or class.")]
User = Annotated[str, typer.Option(help="Whose rights count, and who imports.")]


@app.command()
def export(
    file: Out,
    task: Task = "real_bogus",
    user: User = "admin",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Write the labels of a task into a file, one row a label."""
    kind = _kind(file)
    if file.exists():
        raise Invalid(f"{file} exists already")
    with desk_of(data, user) as desk:
        entries = desk.labelling.all(desk.viewer, task)
        counts = desk.labelling.progress(desk.viewer, task)
    _write(file, written_labels(entries, kind))
    _print({"alerts": counts.alerts, "labels": counts.labels}, f"{file}", as_json=as_json)


@app.command(name="import")
def import_(
    file: File,
    task: Task = "real_bogus",
    user: User = "admin",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Keep the labels of a file; nothing is kept if one of them is wrong."""
    try:
        content = file.read_bytes()
    except FileNotFoundError as e:
        raise NotFound(f"no file {file}") from e
    rows = read_labels(content, _kind(file), task)
    with desk_of(data, user) as desk:
        said = said_by(desk.viewer, rows, UserStore(desk.platform.documents), desk.platform.clock())
        made = desk.labelling.write(desk.viewer, said)
    counts = {"created": made.created, "changed": made.changed, "unchanged": made.unchanged}
    _print(counts, f"{file}", as_json=as_json)


@app.command()
def freeze(
    name: Annotated[str, typer.Argument(help="What the test set is called; it never changes.")],
    task: Task = "real_bogus",
    share: Annotated[float, typer.Option(help="Of the labelled objects, chosen by hash.")] = 0.5,
    strategy: Annotated[
        str | None,
        typer.Option(help="Only labels so chosen; those of `random` are a fair sample."),
    ] = None,
    user: User = "admin",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Set settled labels aside as a test set: no model ever learns of their objects."""
    with desk_of(data, user) as desk:
        entries = [
            each
            for each in desk.labelling.all(desk.viewer, task)
            if strategy is None or strategy in {label.strategy for label in each.labels}
        ]
        sets = FrozenSets(desk.platform.objects)
        found = sets.freeze(name, task, entries, share, desk.platform.clock())
    counted = {"alerts": len(found.alerts), "objects": len(found.objects)}
    _print(counted, f"test set {name}", as_json=as_json)


@app.command()
def counts(
    task: Task = "real_bogus",
    user: User = "admin",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Count labels: by what they say, who said it, how the alert was chosen."""
    with desk_of(data, user) as desk:
        found = desk.labelling.progress(desk.viewer, task)
    tallies = {
        "status": found.statuses,
        "agreed": found.agreed,
        "said": found.said,
        "strategy": found.strategies,
        "labeller": found.labellers,
    }
    if as_json:
        named = {name: dict(each) for name, each in tallies.items()}
        total = {"task": task, "alerts": found.alerts, "labels": found.labels}
        print_json({**total, **named, "median_seconds": found.median_seconds})
        return
    rows = [(kind, name, n) for kind, each in tallies.items() for name, n in sorted(each.items())]
    title = f"{task}: {found.alerts} alerts, {found.labels} labels"
    print_table(title, ("by", "", "count"), rows)


@dataclass(frozen=True, slots=True)
class Desk:
    """Labels, and whoever works with them."""

    platform: Platform
    labelling: Labelling
    viewer: Viewer

    def programids(self, survey: str) -> frozenset[int]:
        """Return the programs of a survey that the user may see."""
        return programids(self.viewer, survey)


@contextmanager
def desk_of(data: Path, username: str) -> Iterator[Desk]:
    """Yield the labels of the backend that the environment names, else of `data`."""
    platform = platform_from_settings(Settings(data=data))
    try:
        user = UserStore(platform.documents).by_name(username)
        if user is None:
            raise NotFound(f"no user {username}")
        streams = StreamStore(platform.documents).get_many(user.stream_ids)
        viewer = Viewer(user, user.permissions, tuple(streams))
        yield Desk(platform, Labelling(platform.documents, platform.warehouse), viewer)
    finally:
        platform.close()


def _kind(file: Path) -> FileFormat:
    if file.suffix == ".csv":
        return "csv"
    if file.suffix == ".parquet":
        return "parquet"
    raise Invalid(f"{file}: .csv or .parquet is expected")


def _write(file: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(file)
    except OSError as e:
        partial.unlink(missing_ok=True)
        raise Invalid(f"{file}: {e.strerror}") from e


def _print(counted: dict[str, int], title: str, *, as_json: bool) -> None:
    if as_json:
        print_json(counted)
    else:
        print_table(title, ("", "count"), list(counted.items()))
