"""A whole pipeline: size caps, extended JSON, then stage by stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fritz.filters import form
from fritz.filters.dialects import upstream_stages
from fritz.filters.errors import FilterRefused, Finding
from fritz.filters.limits import LIMITS, Limits
from fritz.filters.parse.names import Refusal, refuse
from fritz.filters.parse.stages import parse_stage
from fritz.filters.parse.text import decode_extended, parse_text

__all__ = ["parse_pipeline", "read_pipeline"]


def read_pipeline(pipeline: object, limits: Limits = LIMITS) -> list[Any]:
    """Return the stages as plain values, extended JSON decoded, sizes checked.

    Raises
    ------
    FilterRefused
        It is no list, no JSON, or too large.
    """
    try:
        given = parse_text(pipeline) if isinstance(pipeline, str) else pipeline
        if not isinstance(given, list | tuple):
            raise refuse("not_a_pipeline", "", "a pipeline is a list of stages")
        if len(given) > limits.stages:
            raise refuse("too_large", "", f"more than {limits.stages} stages")
        _check_size(given, limits)
        return [decode_extended(stage, str(i)) for i, stage in enumerate(given)]
    except Refusal as e:
        raise FilterRefused([e.finding]) from e


def _check_size(stages: list[Any] | tuple[Any, ...], limits: Limits) -> None:
    """Walk without recursion: the pipeline may be nested deeper than Python's stack."""
    nodes = 0
    waiting: list[tuple[Any, int, str]] = [(s, 1, str(i)) for i, s in enumerate(stages)]
    while waiting:
        value, depth, at = waiting.pop()
        nodes += 1
        if depth > limits.depth:
            raise refuse("too_deep", at, f"nested deeper than {limits.depth} levels")
        if nodes > limits.nodes:
            raise refuse("too_large", "", f"more than {limits.nodes} values")
        if type(value) is str and len(value) > limits.string:
            raise refuse("too_large", at, f"a string of more than {limits.string} characters")
        if type(value) is dict or isinstance(value, Mapping):
            short = depth < 4  # noqa: PLR2004  enough to find the place
            for key, item in value.items():
                if len(str(key)) > limits.string:
                    raise refuse("too_large", at, "a field name is too long")
                waiting.append((item, depth + 1, f"{at}.{key}" if short else at))
        elif type(value) is list or isinstance(value, tuple):
            waiting.extend((item, depth + 1, at) for item in value)


def parse_pipeline(pipeline: object, limits: Limits = LIMITS) -> tuple[form.Stage, ...]:
    """Return the form of each of the author's stages; a broker's own in front are left out.

    Raises
    ------
    FilterRefused
        With a finding for every stage that cannot be read.
    """
    stages: list[form.Stage] = []
    findings: list[Finding] = []
    given = read_pipeline(pipeline, limits)
    for index in range(upstream_stages(given), len(given)):
        try:
            stages.append(parse_stage(given[index], index))
        except Refusal as e:
            findings.append(e.finding)
    if findings:
        raise FilterRefused(findings)
    return tuple(stages)
