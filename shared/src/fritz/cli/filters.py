"""`fritz filters`: check a pipeline, try it on past nights, see why an alert passes, time it."""

import gzip
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import print_json, print_table
from fritz.errors import Invalid, NotFound
from fritz.filters import FilterError, FilterRefused, check_filter
from fritz.filters.dialects import Dialect
from fritz.filters.explain import explain as explained
from fritz.services.backtest import Backtest
from fritz.services.backtest_report import BacktestReport
from fritz.services.filter_trials import NIGHTS, Draft, FilterTrials, Scope, read_draft
from fritz.services.past_alerts import PastAlerts
from fritz.settings import Settings
from fritz.wiring import platform_from_settings

__all__ = ["app"]

app = typer.Typer(help="Filters: check, test, explain, time.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Pipelines: JSON, or as Compass shows them.")]
File = Annotated[Path, typer.Argument(help="A pipeline: JSON, or as Compass shows it.")]
Boom = Annotated[bool, typer.Option("--boom", help="Written for BOOM, not for Kowalski.")]
Programs = Annotated[
    str, typer.Option(help="Programs that the filter's stream grants, with commas.")
]
Nights = Annotated[int, typer.Option(help="How many of the last nights.", min=1, max=31)]


@app.command()
def check(files: Files, boom: Boom = False, as_json: Json = False) -> None:
    """Say what is wrong with pipelines, or suspicious; fails if one must not run."""
    found = {path: check_filter(_read(path), dialect=_dialect(boom=boom)) for path in files}
    valid = {path: all(f.severity != "error" for f in each) for path, each in found.items()}
    if as_json:
        rows = [
            {"file": str(path), "valid": valid[path], "findings": [f.as_dict() for f in each]}
            for path, each in found.items()
        ]
        print_json({"filters": rows})
    else:
        for path, each in found.items():
            typer.echo(f"{path}: {'runs' if valid[path] else 'refused'}")
            for finding in each:
                typer.echo(f"  {finding.severity} {finding.code}: {finding}")
    if not all(valid.values()):
        raise typer.Exit(1)


@app.command(name="test")
def tried(
    files: Files,
    boom: Boom = False,
    nights: Nights = NIGHTS,
    programs: Programs = "1",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Run pipelines on the last nights of a local platform's archive."""
    scope = Scope(_programids(programs))
    with _trials(data) as trials:
        reports = {path: trials.run(_draft(path, boom=boom), scope, None, nights) for path in files}
    if as_json:
        print_json({"filters": [{"file": str(p), **_report(r)} for p, r in reports.items()]})
        return
    for path, report in reports.items():
        rows: list[Sequence[Any]] = [("alerts seen", report.alerts)]
        rows += [(each.at, each.left) for each in report.stages]
        rows += [(f"candidates of {n}", each.candidates) for n, each in report.nights.items()]
        rows.append(("failed on", report.failed))
        rows.append(("stopped without being read", report.pruned))
        print_table(f"{path}: {report.pass_rate:.2%} pass", ("after", "alerts"), rows)


@app.command()
def explain(
    file: File,
    candid: Annotated[int | None, typer.Option(help="An alert of the local archive.")] = None,
    alert: Annotated[
        Path | None, typer.Option(help="An enriched alert as a JSON file instead.")
    ] = None,
    boom: Boom = False,
    programs: Programs = "1",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Say which clause of which stage stops an alert, with the values."""
    draft = _draft(file, boom=boom)
    if alert is not None:
        found = explained(draft.compiled, _documents(alert)[0], clock=time.monotonic)
    elif candid is not None:
        with _trials(data) as trials:
            found = trials.explain(draft, Scope(_programids(programs)), candid)
    else:
        raise Invalid("say which alert: --candid, or --alert FILE")
    if as_json:
        print_json(found.as_dict())
    else:
        typer.echo(found.as_text())


@app.command()
def bench(
    files: Files,
    alerts: Annotated[Path, typer.Option(help="Enriched alerts, one JSON object a line (.gz).")],
    boom: Boom = False,
    as_json: Json = False,
) -> None:
    """Time pipelines on alerts of a file."""
    documents = _documents(alerts)
    lines = [{"file": str(path), **_timed(_draft(path, boom=boom), documents)} for path in files]
    if as_json:
        print_json({"filters": lines})
    else:
        header = ("filter", "alerts", "passed", "failed", "evaluations/s")
        print_table("Filters", header, [tuple(line.values()) for line in lines])


def _timed(draft: Draft, documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    passed = failed = 0
    begin = time.perf_counter()
    for document in documents:
        try:
            passed += draft.compiled.run(document) is not None
        except FilterError:
            failed += 1
    seconds = time.perf_counter() - begin
    speed = round(len(documents) / seconds) if seconds else 0
    return {
        "alerts": len(documents), "passed": passed, "failed": failed, "evaluations_per_s": speed
    }  # fmt: skip


def _report(report: BacktestReport) -> dict[str, Any]:
    return {
        "alerts": report.alerts,
        "candidates": report.candidates,
        "pass_rate": report.pass_rate,
        "errors": report.failed,
        "stages": {each.at: each.left for each in report.stages},
        "nights": {str(night): each.candidates for night, each in report.nights.items()},
        "candids": [each.candid for each in report.first],
        "pruned": report.pruned,
    }


def _draft(path: Path, *, boom: bool) -> Draft:
    try:
        return read_draft(_read(path), _dialect(boom=boom))
    except FilterRefused as refused:
        raise Invalid(f"{path}: {refused}") from refused


def _dialect(*, boom: bool) -> Dialect:
    return "boom" if boom else "kowalski"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as e:
        raise NotFound(f"no file {path}") from e
    except UnicodeDecodeError as e:
        raise Invalid(f"{path} is not text in UTF-8") from e


def _documents(path: Path) -> list[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except FileNotFoundError as e:
        raise NotFound(f"no file {path}") from e
    try:
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        found = [orjson.loads(text)] if path.suffix == ".json" else None
        documents = found or [orjson.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as e:
        raise Invalid(f"{path}: not JSON objects, one a line: {e}") from e
    if not documents or not all(isinstance(each, dict) for each in documents):
        raise Invalid(f"{path}: not JSON objects, one a line")
    return documents


def _programids(text: str) -> frozenset[int]:
    try:
        return frozenset(int(part) for part in text.split(","))
    except ValueError as e:
        raise Invalid(f"programs {text!r}: numbers with commas are expected") from e


@contextmanager
def _trials(data: Path) -> Iterator[FilterTrials]:
    """Yield trials on the archive of the backend that the environment names, else on `data`."""
    platform = platform_from_settings(Settings(data=data))
    try:
        past = PastAlerts(platform.warehouse)
        yield FilterTrials(past, Backtest(platform.warehouse, clock=time.monotonic))
    finally:
        platform.close()
