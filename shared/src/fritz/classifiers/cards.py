"""Model cards: what a model is, what it wants, what it gives, and whose work it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from fritz.classifiers.blocks import Block, Contract, fits_contract
from fritz.errors import Invalid

__all__ = ["ModelCard", "ModelInput", "ModelOutput", "model_id"]

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")


def model_id(name: str, version: str) -> str:
    """Return what a model version is called in lists, logs and the document store."""
    return f"{name}@{version}"


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One input of the ONNX graph."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    """As in the file."""
    block: Annotated[Block, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """The output of the ONNX graph that holds the scores, (N, 1) or (N, classes)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    """As in the file."""
    meaning: str
    classes: tuple[str, ...] = ()
    """For more than one score; each is stored as ``<model>_<class>``."""

    @property
    def columns(self) -> int:
        """How many scores an alert gets."""
        return max(1, len(self.classes))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """Everything that is known of one version of a model."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    """Key of its score in ``classifications``."""
    version: str
    task: str
    """What question the score answers."""
    contract: Contract
    inputs: tuple[ModelInput, ...]
    """In the order of the file's inputs."""
    preprocessing: str
    output: ModelOutput
    training_data: str
    licence: str
    source: str
    """Where authors and weights are found."""
    metrics: Mapping[str, float]
    sha256: str
    """Of the ONNX file, hexadecimal."""
    size_bytes: int
    opset: int
    """Of the standard operators (domain ``ai.onnx``)."""
    surveys: tuple[str, ...] = ("ztf",)
    """Whose alerts it scores."""
    probe: tuple[float, ...] = ()
    """Scores of the five alerts of `fritz.classifiers.probe_alerts`, row by row: by them another
    conversion of the same weights is known to be the same model."""
    notes: str = field(default="")

    def __post_init__(self) -> None:
        _require(NAME.fullmatch(self.name), f"name {self.name!r}: a-z, 0-9 and _")
        _require(
            not self.name.endswith("_version"), f"name {self.name!r} ends like a version's key"
        )
        _require(VERSION.fullmatch(self.version), f"version {self.version!r}: letters, 0-9 and ._-")
        _require(SHA256.fullmatch(self.sha256), f"sha256 {self.sha256!r}: 64 hexadecimal digits")
        _require(
            all(NAME.fullmatch(each) for each in self.output.classes),
            f"classes {self.output.classes}: a-z, 0-9 and _",
        )
        names = [each.name for each in self.inputs]
        _require(len(set(names)) == len(names), f"inputs {names}: one is named twice")
        _require(
            fits_contract(self.contract, [each.block for each in self.inputs]),
            f"inputs are not those of the contract {self.contract}",
        )

    @property
    def id(self) -> str:
        """Name and version."""
        return model_id(self.name, self.version)

    @property
    def score_names(self) -> tuple[str, ...]:
        """Keys of the scores in ``classifications``, in the order of the output's columns."""
        if not self.output.classes:
            return (self.name,)
        return tuple(f"{self.name}_{each}" for each in self.output.classes)

    def to_json(self) -> bytes:
        """Return the card as JSON text."""
        return _CARD.dump_json(self, indent=2) + b"\n"

    @classmethod
    def from_json(cls, text: bytes | str) -> ModelCard:
        """Return the card that a JSON text holds.

        Raises
        ------
        Invalid
            A field is missing, unknown or breaks a rule; the message names each.
        """
        try:
            return _CARD.validate_json(text)
        except ValidationError as e:
            wrong = "; ".join(_line(each) for each in e.errors(include_url=False))
            raise Invalid(f"not a model card: {wrong}") from e


def _require(holds: Any, rule: str) -> None:
    if not holds:
        raise Invalid(f"model card: {rule}")


def _line(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "text"
    return f"{where}: {error['msg']}"


_CARD: Final = TypeAdapter(ModelCard)
