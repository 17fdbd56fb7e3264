"""`fritz models`: which models score, and where the weights of known ones come from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fritz.classifiers.cards import ModelCard
from fritz.classifiers.conversion import card_for_conversion
from fritz.classifiers.known import known_card, known_cards
from fritz.classifiers.runtime import Runtime
from fritz.classifiers.verification import file_sha256
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json, print_table
from fritz.errors import Invalid, NotFound
from fritz.services.model_registry import ModelEntry, ModelRegistry
from fritz.settings import Settings
from fritz.wiring import model_registry, platform_from_settings

__all__ = ["app"]

app = typer.Typer(help="Models that score alerts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The model's name, e.g. braai.")]
Version = Annotated[str, typer.Argument(help="Its version, e.g. d6_m9.")]
State = Annotated[str, typer.Option(help="How it starts: shadow or active.")]


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The ONNX file.")],
    card: Annotated[Path, typer.Option(help="Its card, a JSON file.")],
    state: State = "shadow",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Check a model against its card and add it."""
    found = ModelCard.from_json(_read(card))
    with _registry(data) as registry:
        _say(_added(registry, found, _read(file), state), as_json=as_json)


@app.command(name="list")
def listed(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """List every version of every model."""
    with _registry(data) as registry:
        entries = registry.all()
    if as_json:
        print_json({"models": [_shown(each) for each in entries]})
        return
    header = ("model", "version", "state", "bytes", "since", "problem")
    rows = [
        (e.name, e.version, e.state, e.size_bytes, f"{e.changed_at:%Y-%m-%d %H:%M}", e.problem)
        for e in entries
    ]
    print_table("Models", header, rows)


@app.command()
def activate(
    name: Name, version: Version, data: Data = DEFAULT_DATA, as_json: Json = False
) -> None:
    """Let a version score; the one of this name that did until now retires."""
    with _registry(data) as registry:
        _say(registry.activate(name, version), as_json=as_json)


@app.command()
def shadow(name: Name, version: Version, data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Let a version score for comparison only."""
    with _registry(data) as registry:
        _say(registry.shadow(name, version), as_json=as_json)


@app.command()
def retire(name: Name, version: Version, data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Stop a version."""
    with _registry(data) as registry:
        _say(registry.retire(name, version), as_json=as_json)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A known model, or `all` for their list.")],
    file: Annotated[Path | None, typer.Option(help="The ONNX file you have; checked.")] = None,
    own_conversion: Annotated[
        bool, typer.Option(help="Accept other bytes, if they score as the known weights do.")
    ] = False,
    to_registry: Annotated[bool, typer.Option("--add", help="Add it once it is checked.")] = False,
    state: State = "shadow",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Say where a known model's weights come from; check the file you fetched."""
    if name == "all":
        print_json({"known": [each.id for each in known_cards().values()]})
        return
    card = known_card(name)
    if file is None:
        _explain(card, as_json=as_json)
        return
    content = _read(file)
    card = _card_of(card, content, own_conversion=own_conversion)
    if not to_registry:
        _report(card, as_json=as_json)
        return
    with _registry(data) as registry:
        _say(_added(registry, card, content, state), as_json=as_json)


def _explain(card: ModelCard, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"model": card.id, "source": card.source, "licence": card.licence,
             "sha256": card.sha256, "size_bytes": card.size_bytes, "opset": card.opset}
        )  # fmt: skip
        return
    keras = card.source.partition("file ")[2].partition(";")[0].rpartition("/")[2]
    typer.echo(
        f"{card.id}: {card.task}\n"
        f"Weights: {card.source} Licence {card.licence}; Fritz does not ship them.\n"
        f"Convert: python -m tf2onnx.convert --keras {keras} --opset {card.opset} "
        f"--output {card.name}.onnx\n"
        f"Check and add: fritz models fetch {card.name} --file {card.name}.onnx --add\n"
        f"The conversion Fritz was tested with has {card.size_bytes} bytes and the SHA-256\n"
        f"{card.sha256}. A conversion made elsewhere has other bytes: with\n"
        f"--own-conversion it is taken if it scores five made-up alerts as these weights do."
    )


def _card_of(card: ModelCard, content: bytes, *, own_conversion: bool) -> ModelCard:
    """Return the card that fits the file, or refuse the file."""
    from fritz.classifiers.probe import load_model

    found = file_sha256(content)
    if found != card.sha256:
        if not own_conversion:
            raise Invalid(
                f"model {card.id}: the file has {len(content)} bytes and sha256 {found}, the known "
                f"one {card.size_bytes} and {card.sha256}; a conversion of your own needs "
                f"--own-conversion"
            )
        card = card_for_conversion(card, content, _runtime())
    load_model(card, content, _runtime())
    return card


def _report(card: ModelCard, *, as_json: bool) -> None:
    if as_json:
        print_json({"model": card.id, "sha256": card.sha256, "ok": True})
    else:
        typer.echo(f"{card.id}: sha256 {card.sha256}, operators, signature and probe are right")


def _added(registry: ModelRegistry, card: ModelCard, content: bytes, state: str) -> ModelEntry:
    if state not in {"shadow", "active"}:
        raise Invalid(f"a model starts as shadow or active, not as {state}")
    entry = registry.add(card, content)
    return registry.activate(card.name, card.version) if state == "active" else entry


def _say(entry: ModelEntry, *, as_json: bool) -> None:
    if as_json:
        print_json(_shown(entry))
    else:
        console.print(f"{entry.id} is {entry.state}")


def _shown(entry: ModelEntry) -> dict[str, object]:
    return {**entry.to_fields(), "id": entry.id}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as e:
        raise NotFound(f"no file {path}") from e


def _runtime() -> Runtime:
    from fritz.adapters.onnx import OnnxRuntime

    return OnnxRuntime(threads=1)


@contextmanager
def _registry(data: Path) -> Iterator[ModelRegistry]:
    """Yield the registry of the backend that the environment names, embedded on `data` if none."""
    platform = platform_from_settings(Settings(data=data))
    try:
        yield model_registry(platform)
    finally:
        platform.close()
