"""`fritz archive`: nights, light curves, features and classifications into the archive."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json, print_table, progress_bar
from fritz.cli.packet_files import PacketFiles
from fritz.errors import Invalid
from fritz.settings import Settings
from fritz.wiring import Platform, loading, night_loading, platform_from_settings

if TYPE_CHECKING:
    from fritz.services.loading import FileToLoad, Loaded

__all__ = ["app"]

app = typer.Typer(help="The archive of past nights.", no_args_is_help=True)
load = typer.Typer(help="Load files into the archive; each once, each row counted.")
app.add_typer(load, name="load")

Paths = Annotated[list[Path], typer.Argument(help="Files, or folders of them.", exists=True)]
Release = Annotated[str, typer.Option(help="What to call this release: 20210401, DR5.")]
PARTNERSHIP: Final = 2
Programid = Annotated[
    int,
    typer.Option(help="Who may see it: 1 everybody, 2 the partnership, 3 Caltech.", min=1, max=3),
]


@dataclass(slots=True)
class _Report:
    """What became of the rows of several files."""

    files: int = 0
    before: int = 0
    read: int = 0
    loaded: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add(self, done: Loaded) -> None:
        self.files += 1
        self.before += done.before
        self.read += done.read
        self.loaded += done.loaded
        self.refused += done.refused


@load.command()
def alerts(
    paths: Annotated[list[Path], typer.Argument(help="Nightly tarballs, or folders of packets.")],
    filters: Annotated[
        bool, typer.Option(help="Let the filters run on them too, once a platform runs.")
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Load past nights straight into the archive; ends with status 1 unless all is accounted for.

    What was cut off goes on when the same command is given again.
    """
    reports, problems = [], []
    with _opened(data) as platform, progress_bar() as bar:
        service = night_loading(platform, publish=filters)
        for path in paths:
            files = PacketFiles([path])
            task = bar.add_task(path.name, total=files.count())
            identity, count = _identity(path), 0
            for some in service.load(identity, files):
                count += some
                bar.advance(task, some)
            bar.update(task, total=count)
            reports.append(service.report(identity, count))
            problems += files.problems
    found: dict[str, Any] = {"packets": sum(each.packets for each in reports)}
    for name in ("archived", "duplicates", "quarantined", "dead_lettered"):
        found[name] = sum(getattr(each.totals, name) for each in reports)
    _say("Nights loaded", found, problems, as_json=as_json)
    if problems or not all(each.whole for each in reports):
        raise typer.Exit(1)


@load.command()
def matchfiles(
    paths: Paths, release: Release, data: Data = DEFAULT_DATA, as_json: Json = False
) -> None:
    """Load ZTF's light curves of all sources (ztf_*_match.pytable)."""
    from fritz.adapters.light_curve_files import Matchfile

    found = _files(paths, "ztf_*.pytable")
    _load([Matchfile(path, release) for path in found], data, as_json=as_json)


@load.command()
def lightcurves(
    paths: Paths, release: Release, data: Data = DEFAULT_DATA, as_json: Json = False
) -> None:
    """Load light curves of a public data release (ztf_*.parquet)."""
    from fritz.adapters.light_curve_files import DataReleaseFile

    found = _files(paths, "ztf_*.parquet")
    _load([DataReleaseFile(path, release) for path in found], data, as_json=as_json)


@load.command()
def features(
    paths: Paths,
    release: Release,
    programid: Programid = PARTNERSHIP,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Load features of light curves (*.h5)."""
    from fritz.adapters.light_curve_files import FeatureFile

    found = _files(paths, "*.h5")
    _load([FeatureFile(path, release, programid) for path in found], data, as_json=as_json)


@load.command()
def classifications(
    paths: Paths,
    release: Release,
    programid: Programid = PARTNERSHIP,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Load SCoPe's classifications (xgb/*/*.h5, dnn/*/*.h5)."""
    from fritz.adapters.light_curve_files import ClassificationFile

    found = _files(paths, "*/*/*.h5")
    _load([ClassificationFile(path, release, programid) for path in found], data, as_json=as_json)


def _identity(path: Path) -> str:
    """Return a name of a tarball, or of a folder's packets, that changes when they do."""
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for each in files:
        digest.update(f"{each.name}/{each.stat().st_size}\n".encode())
    return f"{path.name.partition('.')[0]}-{digest.hexdigest()[:16]}"


def _files(paths: Iterable[Path], pattern: str) -> list[Path]:
    """Return the files that were named, and of folders those that match.

    Raises
    ------
    Invalid
        There are none.
    """
    found = [
        each
        for path in paths
        for each in (sorted(path.glob(f"**/{pattern}")) if path.is_dir() else [path])
    ]
    if not found:
        raise Invalid(f"no {pattern} in {', '.join(map(str, paths))}")
    return list(dict.fromkeys(each.resolve() for each in found))


def _load(files: list[FileToLoad], data: Path, *, as_json: bool) -> None:
    report = _Report()
    with _opened(data) as platform, progress_bar() as bar:
        service = loading(platform)
        through = bar.add_task("files", total=len(files))
        rows = bar.add_task("rows", total=None)
        advance: Callable[[int], None] = lambda count: bar.advance(rows, count)  # noqa: E731 - of the bar
        for file in files:
            try:
                report.add(service.load(file, advance))
            except Invalid as error:
                # The others of thousands are worth loading all the same.
                report.problems.append(f"{file.name}: {error}")
            bar.advance(through)
        bar.update(rows, total=report.read)
    found = asdict(report) | {"refused": dict(report.refused)}
    problems = found.pop("problems")
    _say("Files loaded", found, problems, as_json=as_json)
    if problems or report.read != report.loaded + report.refused.total():
        raise typer.Exit(1)


@contextmanager
def _opened(data: Path) -> Iterator[Platform]:
    """Yield the backend that the environment names, embedded on `data` if it names none."""
    platform = platform_from_settings(Settings(data=data))
    try:
        yield platform
    finally:
        platform.close()


def _say(title: str, found: dict[str, Any], problems: list[str], *, as_json: bool) -> None:
    for each in problems:
        console.print(f"fritz: {each}", markup=False)
    if as_json:
        print_json(found | {"problems": problems})
        return
    refused = found.pop("refused", {})
    rows = [*found.items(), *((f"refused: {why}", n) for why, n in sorted(refused.items()))]
    print_table(title, ["what", "number"], rows)
