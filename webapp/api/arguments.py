"""What requests bring, read into pydantic models as leniently as scripts expect.

Unknown keys are ignored, an empty string means that nothing was given, lists come with commas or
repeated, times without a zone are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from flask import request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    model_validator,
)

from fritz.errors import Invalid

__all__ = ["Body", "Id", "Ids", "PageNumber", "Query", "Time", "Words", "body", "query"]

Model = TypeVar("Model", bound=BaseModel)
Shape = TypeVar("Shape")

_FALSE = frozenset({"false", "f", "no", "n", "0"})
_SPACE_FOR_PLUS = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")


class Query(BaseModel):
    """A query string; fields have SkyPortal's names as aliases."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)
    unserved: ClassVar[Mapping[str, str]] = {}
    """Parameters of SkyPortal's that would mislead if they were ignored, and why they are not
    served; given as ``false`` they ask for nothing."""

    @model_validator(mode="before")
    @classmethod
    def _served(cls, given: Any) -> Any:
        for name in cls.unserved.keys() & (given.keys() if isinstance(given, dict) else set()):
            if str(given[name]).strip().lower() not in _FALSE:
                raise ValueError(f"{name} is not served: {cls.unserved[name]}")
        return given


class Body(BaseModel):
    """A JSON body."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _listed(value: Any) -> Any:
    """Split ``1,2`` and ``["1", "2,3"]`` alike."""
    if isinstance(value, int):
        return (value,)
    if not isinstance(value, str | list | tuple):
        return value  # which the type itself refuses
    parts: Sequence[Any] = [value] if isinstance(value, str) else value
    return tuple(
        piece for part in parts for piece in (part.split(",") if isinstance(part, str) else [part])
    )


def _time(value: Any) -> Any:
    if isinstance(value, str):  # an unescaped + of the zone arrives as a space
        return _SPACE_FOR_PLUS.sub(r"\1+\2", value.strip())
    return value


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Ids = Annotated[tuple[int, ...], BeforeValidator(_listed)]
"""Integers separated by commas, or a list of them."""

Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Texts separated by commas, or a list of them."""

Time = Annotated[datetime, BeforeValidator(_time), AfterValidator(_utc)]
"""An ISO time; UTC where it names no zone."""

PageNumber = Annotated[int, Field(ge=1)]

Id = Annotated[int, Field(ge=0, lt=2**63)]
"""The number of a row."""


def query(model: type[Model]) -> Model:
    """Return the query string as a model; pydantic's error if it does not fit."""
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        if present := [value for value in values if value != ""]:
            given[name] = present[0] if len(present) == 1 else present
    return model.model_validate(given)


def body(model: type[Shape]) -> Shape:
    """Return the JSON body as a model, or as that of a union which it fits; empty is ``{}``.

    Raises
    ------
    Invalid
        The body is not a JSON object.
    """
    given = request.get_json(force=True) if request.get_data(cache=True) else {}
    if not isinstance(given, dict):
        raise Invalid("the body must be a JSON object")
    read: Shape = _adapter(model).validate_python(given)
    return read


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)
