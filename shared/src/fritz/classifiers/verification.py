"""Refuses a model file that is not what its card says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from fritz.classifiers.blocks import block_shape
from fritz.classifiers.cards import ModelCard
from fritz.classifiers.onnx_header import read_header
from fritz.classifiers.runtime import Session, TensorSpec
from fritz.errors import Invalid, TooLarge

__all__ = ["MAX_BYTES", "check_file", "check_signature", "file_sha256"]

MAX_BYTES: Final = 64_000_000
"""Of a model file; a cold start loads all that are active."""
DOMAINS: Final = frozenset({"", "ai.onnx.ml"})
"""Operators that the ONNX standard defines; others would be a runtime's own."""


def file_sha256(data: bytes) -> str:
    """Return the hash of a file, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def check_file(card: ModelCard, data: bytes) -> None:
    """Check a file's size, hash and declared operators against the card, without loading it.

    Raises
    ------
    TooLarge
        More than 64 MB.
    Invalid
        The file is not the card's; the message says in what.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"model {card.id}: {len(data)} bytes, at most {MAX_BYTES}")
    if len(data) != card.size_bytes:
        word = "truncated" if len(data) < card.size_bytes else "another file"
        raise Invalid(
            f"model {card.id}: {word}: {len(data)} bytes, the card says {card.size_bytes}"
        )
    found = file_sha256(data)
    if found != card.sha256:
        raise Invalid(f"model {card.id}: sha256 {found}, the card says {card.sha256}")
    header = read_header(data)
    if header.opsets[""] != card.opset:
        raise Invalid(f"model {card.id}: opset {header.opsets['']}, the card says {card.opset}")
    if foreign := header.opsets.keys() - DOMAINS:
        raise Invalid(f"model {card.id}: operators of {sorted(foreign)}, not of the standard")
    if header.outside_data:
        raise Invalid(f"model {card.id}: weights stand outside of the file")


def check_signature(card: ModelCard, session: Session) -> None:
    """Check the names, types and shapes of a loaded model against the card.

    Raises
    ------
    Invalid
        They differ; the message shows both.
    """
    wanted = [TensorSpec(i.name, "float32", (None, *block_shape(i.block))) for i in card.inputs]
    if list(session.inputs) != wanted:
        raise Invalid(
            f"model {card.id}: inputs {_shown(session.inputs)}, the card says {_shown(wanted)}"
        )
    output = TensorSpec(card.output.name, "float32", (None, card.output.columns))
    if output not in session.outputs:
        raise Invalid(
            f"model {card.id}: outputs {_shown(session.outputs)}, the card says {_shown([output])}"
        )


def _shown(specs: Sequence[TensorSpec]) -> str:
    return ", ".join(
        f"{each.name}: {each.dtype}[{','.join('N' if n is None else str(n) for n in each.shape)}]"
        for each in specs
    )
