"""`fritz catalogs`: which there are, and how one is brought in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fritz.adapters.catalog_files import catalog_files
from fritz.catalogs.library import catalog as catalog_of
from fritz.catalogs.library import catalogs
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import print_json, print_table, progress_bar
from fritz.errors import Invalid
from fritz.services.catalog_store import CatalogStore
from fritz.services.catalog_volumes import VolumeBuilder
from fritz.settings import Settings
from fritz.wiring import (
    atlas_builder,
    catalog_loader,
    platform_from_settings,
    rematch_service,
)

__all__ = ["app"]

app = typer.Typer(help="External catalogs: list them, load them.", no_args_is_help=True)


@app.command("list")
def listing(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """List the catalogs that Fritz knows, and how many rows of each are loaded."""
    reports = {}
    if data.is_dir():
        platform = platform_from_settings(Settings(data=data))
        try:
            reports = CatalogStore(platform.documents).reports()
        finally:
            platform.close()
    rows = [
        {
            "name": each.name,
            "title": each.title,
            "rows": each.rows,
            "radius_arcsec": each.match.radius_arcsec if each.match else None,
            "loaded": reports[each.name].rows if each.name in reports else None,
        }
        for each in catalogs().values()
    ]
    if as_json:
        print_json({"catalogs": rows})
        return
    shown = [["" if value is None else value for value in row.values()] for row in rows]
    print_table("Catalogs", ["name", "what", "rows", "matched within, arcsec", "loaded"], shown)


@app.command()
def show(name: str, as_json: Json = False) -> None:
    """Show what is known of a catalog: source, licence, citation, columns, rules."""
    found = catalog_of(name)
    if as_json:
        print_json(asdict(found))
        return
    about = ("title", "source", "licence", "citation", "rows", "epoch")
    print_table(name, ["what", ""], [(each, str(getattr(found, each) or "")) for each in about])
    columns = [(each.name, each.kind, each.unit, each.description) for each in found.columns]
    print_table("Columns", ["column", "type", "unit", "meaning"], columns)


@app.command()
def load(
    name: str,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders (FITS, VOTable, CSV, …).")],
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Load a catalog; the same command again goes on where it was cut off."""
    found = catalog_of(name)
    files = [each for path in paths for each in catalog_files(path)]
    if len({(each.name, each.size) for each in files}) < len(files):
        raise Invalid("a file is named twice")
    platform = platform_from_settings(Settings(data=data))
    try:
        with progress_bar() as bar:
            task = bar.add_task(f"rows of {name}", total=found.rows)
            report = catalog_loader(platform).load(
                found, files, lambda rows: bar.advance(task, rows)
            )
    finally:
        platform.close()
    if as_json:
        print_json(asdict(report))
        return
    rows = [("rows in the files", report.rows_in), ("rows loaded", report.rows)]
    rows += [(f"refused: {why}", number) for why, number in report.refused.items()]
    rows += [("rows that alerts can match", report.in_sky)]
    rows += [(f"values of {column} that do not fit", n) for column, n in report.misfits.items()]
    print_table(name, ["what", "number"], rows)


@app.command()
def atlas(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Add to the atlas what is loaded, with volumes for cone searches; show what it holds."""
    platform = platform_from_settings(Settings(data=data))
    try:
        builder = atlas_builder(platform)
        for name in CatalogStore(platform.documents).reports():
            builder.add(name, list(platform.objects.list(f"catalogs/{name}/sky/")))
            VolumeBuilder(platform.objects).add(name)
        held = builder.atlas()
    finally:
        platform.close()
    shown = {"catalogs": sorted(held.catalogs), "rows": held.rows, "sheets": len(held.sheets)}
    if as_json:
        print_json(shown)
        return
    print_table(
        "Atlas",
        ["what", "number"],
        [("catalogs", len(held.catalogs)), *[(name, shown[name]) for name in ("rows", "sheets")]],
    )


@app.command()
def rematch(
    night: Annotated[int, typer.Argument(help="Night as YYYYMMDD.")],
    every: Annotated[
        bool, typer.Option("--every", help="Also objects that no catalog was added for since.")
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Match a night's objects with the catalogs that were loaded after they were first seen."""
    platform = platform_from_settings(Settings(data=data))
    try:
        report = rematch_service(platform).rematch(night, every=every)
    finally:
        platform.close()
    if as_json:
        print_json(asdict(report))
        return
    rows = [(name, value) for name, value in asdict(report).items() if name != "night"]
    print_table(f"Night {night}", ["what", "number"], rows)
