"""`fritz features`: light-curve features of a night's objects, a job after the night."""

from dataclasses import asdict
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json, TaskCount, TaskIndex
from fritz.cli.output import print_json, print_table
from fritz.cli.rescore import nights_of
from fritz.cli.train import needs_package
from fritz.errors import Invalid
from fritz.services.rescoring_packs import Shard
from fritz.settings import Settings
from fritz.wiring import feature_source, object_features, platform_from_settings

__all__ = ["features"]


def features(
    night: Annotated[str, typer.Option(help="YYYYMMDD.")],
    task_index: TaskIndex = 0,
    task_count: TaskCount = 1,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Compute light-curve features of the objects of a night, into the archive and beside them."""
    needs_package("light_curve")
    first, last = nights_of(night)
    if first != last:
        raise Invalid("one night at a time")
    platform = platform_from_settings(Settings(data=data))
    try:
        found = object_features(platform).of_night(
            first, feature_source(), Shard(task_index, task_count)
        )
    finally:
        platform.close()
    if as_json:
        print_json(asdict(found))
    else:
        print_table(f"Features of {first}", ("", "count"), list(asdict(found).items()))
