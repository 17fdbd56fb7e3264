"""`fritz simulate`: a night of the survey simulator, written to files."""

from pathlib import Path
from typing import Annotated

import typer

from fritz.cli.options import Json
from fritz.cli.output import console, print_json

__all__ = ["simulate"]


def simulate(
    out: Annotated[Path, typer.Option(help="A folder, or a file ending in .tar.gz or .tgz.")],
    alerts: Annotated[int, typer.Option(help="Number of alerts.", min=1)] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same night.")] = 1,
    as_json: Json = False,
) -> None:
    """Simulate a night of ZTF: Avro packets with stamps, and the truth beside them."""
    from emulators.survey import simulate as simulate_night
    from emulators.survey import write_night

    written = write_night(simulate_night(alerts, seed), out)
    if as_json:
        print_json({"alerts": written, "seed": seed, "out": str(out)})
    else:
        console.print(f"{written} alerts of seed {seed} in {out}")
