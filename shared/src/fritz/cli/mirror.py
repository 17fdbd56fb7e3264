"""`fritz mirror`: carry the survey's Kafka topics over to our bus."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json
from fritz.cli.platforms import opened
from fritz.services.mirroring import Mirror
from fritz.settings import Settings
from fritz.wiring import Platform, platform_from_settings, publisher, record_spans

__all__ = ["mirror"]


def mirror(
    kafka: Annotated[str, typer.Option(help="Brokers to ask first: HOST:PORT[,HOST:PORT…].")],
    topic: Annotated[
        list[str],
        typer.Option(help="Topic, or a regular expression that begins with ^; may be repeated."),
    ],
    group: Annotated[
        str, typer.Option(help="Consumer group, under which Kafka remembers how far we are.")
    ] = "fritz-mirror",
    setting: Annotated[
        list[str] | None,
        typer.Option(help="Further KEY=VALUE setting of librdkafka; may be repeated."),
    ] = None,
    until_idle_s: Annotated[
        float, typer.Option(help="Stop when no packet came for so many seconds; 0: never.", min=0)
    ] = 0,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Publish each message of Kafka as it is; offsets are committed after the bus confirmed.

    Publishes to the bus that FRITZ_BACKEND or FRITZ_BUS chooses: Pub/Sub, or the one in the folder.
    """
    from fritz.adapters.kafka import KafkaPackets

    settings = _key_values(setting or [])
    published = 0
    record_spans(Settings(data=data))
    with _platform(data) as platform:
        source = KafkaPackets(kafka, topic, group, settings)
        carrier = Mirror(source=source, publisher=publisher(platform))
        try:
            for count in carrier.run(
                until_idle_s=until_idle_s or None, seconds=time.monotonic, wait=time.sleep
            ):
                published += count
        except KeyboardInterrupt:
            console.print("stopped")
        finally:
            source.close()
    if as_json:
        print_json({"published": published})
    else:
        console.print(f"{published} packets published")


@contextmanager
def _platform(data: Path) -> Iterator[Platform]:
    settings = Settings(data=data)
    if settings.of("bus") == "embedded":
        with opened(data) as platform:
            yield platform
        return
    platform = platform_from_settings(settings)
    try:
        yield platform
    finally:
        platform.close()


def _key_values(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if bad := [key for key, equals, _ in pairs if not (key and equals)]:
        raise typer.BadParameter(f"not KEY=VALUE: {', '.join(bad)}", param_hint="--setting")
    return {key: value for key, _, value in pairs}
